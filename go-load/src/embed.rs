//! `//go:embed` patterns to files, by cmd/go's rules.
//!
//! Patterns are relative to the package's folder, slash-separated, without `.` and `..`. Folders are
//! taken with all below them except names that start with `.` or `_` (unless the pattern starts with
//! `all:`), other modules, and names that a module could not hold. Contents are not read here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::fs::{EntryKind, FileSystem};
use crate::module::path_check::is_good_file_name;

/// One pattern and the files it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedFiles {
    /// The pattern as written, unquoted.
    pub pattern: String,
    /// Paths relative to the package's folder, with slashes, sorted.
    pub files: Vec<String>,
}

/// Resolves one pattern; the error is cmd/go's message without the leading `pattern P: `.
pub(crate) fn resolve(fs: &dyn FileSystem, package_dir: &Path, pattern: &str) -> Result<Vec<String>, String> {
    let (glob, all) = pattern.strip_prefix("all:").map_or((pattern, false), |g| (g, true));
    if !is_valid_glob(glob) {
        return Err("invalid pattern syntax".into());
    }
    let mut out: BTreeMap<String, ()> = BTreeMap::new();
    for rel in expand(fs, package_dir, glob) {
        let path = package_dir.join(&rel);
        let kind = fs.lstat(&path).map_err(|e| e.to_string())?;
        let what = if kind == EntryKind::Dir { "directory" } else { "file" };
        check_way(fs, package_dir, &rel, what)?;
        match kind {
            EntryKind::File => {
                out.insert(rel, ());
            }
            EntryKind::Dir => {
                let before = out.len();
                let mut count = 0;
                walk(fs, &path, &rel, all, &mut |file| {
                    count += 1;
                    out.insert(file, ());
                })?;
                debug_assert!(out.len() >= before);
                if count == 0 {
                    return Err(format!("cannot embed directory {rel}: contains no embeddable files"));
                }
            }
            EntryKind::Symlink | EntryKind::Other => {
                return Err(format!("cannot embed irregular file {rel}"));
            }
        }
    }
    if out.is_empty() {
        return Err("no matching files found".into());
    }
    Ok(out.into_keys().collect())
}

/// Checks the folders on the way to a match, from the match upwards.
fn check_way(fs: &dyn FileSystem, package_dir: &Path, rel: &str, what: &str) -> Result<(), String> {
    let mut at = rel;
    loop {
        let path = package_dir.join(at);
        if fs.stat(&path.join("go.mod")).is_ok() {
            return Err(format!("cannot embed {what} {rel}: in different module"));
        }
        let own = at == rel;
        if !own && fs.lstat(&path).is_ok_and(|k| k != EntryKind::Dir) {
            return Err(format!("cannot embed {what} {rel}: in non-directory {at}"));
        }
        let (parent, name) = at.rsplit_once('/').map_or((None, at), |(p, n)| (Some(p), n));
        if is_bad_name(name) {
            return Err(if own {
                format!("cannot embed {what} {rel}: invalid name {name}")
            } else {
                format!("cannot embed {what} {rel}: in invalid directory {name}")
            });
        }
        match parent {
            Some(p) => at = p,
            None => return Ok(()),
        }
    }
}

fn is_bad_name(name: &str) -> bool {
    !is_good_file_name(name) || matches!(name, ".bzr" | ".hg" | ".git" | ".svn")
}

fn walk(fs: &dyn FileSystem, dir: &Path, rel: &str, all: bool, found: &mut dyn FnMut(String)) -> Result<(), String> {
    for e in fs.read_dir(dir).map_err(|e| e.to_string())? {
        let hidden = e.name.starts_with(['.', '_']);
        let bad = is_bad_name(&e.name);
        let path = format!("{rel}/{}", e.name);
        if bad || (hidden && !all) {
            if e.kind != EntryKind::Dir && !hidden && bad {
                return Err(format!("cannot embed file {path}: invalid name {}", e.name));
            }
            continue;
        }
        let full: PathBuf = dir.join(&e.name);
        match e.kind {
            EntryKind::Dir => {
                if fs.stat(&full.join("go.mod")).is_err() {
                    walk(fs, &full, &path, all, found)?;
                }
            }
            EntryKind::File => found(path),
            EntryKind::Symlink | EntryKind::Other => {}
        }
    }
    Ok(())
}

fn is_valid_glob(glob: &str) -> bool {
    glob != "."
        && !glob.is_empty()
        && glob.split('/').all(|e| !e.is_empty() && e != "." && e != "..")
        && glob.split('/').all(|e| match_element(e, "").is_some())
}

fn has_meta(s: &str) -> bool {
    s.contains(['*', '?', '[', '\\'])
}

/// Paths below `root` that fit a pattern, in the order of their names.
fn expand(fs: &dyn FileSystem, root: &Path, glob: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for elem in glob.split('/') {
        let mut next = Vec::new();
        for base in found {
            let join = |name: &str| {
                if base.is_empty() { name.to_owned() } else { format!("{base}/{name}") }
            };
            if has_meta(elem) {
                let Ok(entries) = fs.read_dir(&root.join(&base)) else {
                    continue;
                };
                next.extend(
                    entries.iter().filter(|e| match_element(elem, &e.name) == Some(true)).map(|e| join(&e.name)),
                );
            } else if fs.lstat(&root.join(join(elem))).is_ok() {
                next.push(join(elem));
            }
        }
        found = next;
    }
    found
}

/// Go's path.Match for one path element; nothing for a malformed pattern.
fn match_element(pattern: &str, name: &str) -> Option<bool> {
    let p: Vec<char> = pattern.chars().collect();
    let n: Vec<char> = name.chars().collect();
    check_syntax(&p)?;
    Some(matches(&p, &n))
}

fn check_syntax(p: &[char]) -> Option<()> {
    let mut i = 0;
    while i < p.len() {
        match p[i] {
            '\\' => {
                i += 1;
                p.get(i)?;
                i += 1;
            }
            '[' => i = class(p, i, '\0')?.1,
            _ => i += 1,
        }
    }
    Some(())
}

/// A character class from its `[`: whether it holds `c`, and the index after its `]`.
fn class(p: &[char], start: usize, c: char) -> Option<(bool, usize)> {
    let mut i = start + 1;
    let negated = p.get(i) == Some(&'^');
    if negated {
        i += 1;
    }
    let one = |i: &mut usize| -> Option<char> {
        let mut d = *p.get(*i)?;
        if d == '-' || d == ']' {
            return None;
        }
        if d == '\\' {
            *i += 1;
            d = *p.get(*i)?;
        }
        *i += 1;
        Some(d)
    };
    let mut hit = false;
    let mut ranges = 0;
    loop {
        if p.get(i) == Some(&']') && ranges > 0 {
            return Some((hit != negated, i + 1));
        }
        let lo = one(&mut i)?;
        let mut hi = lo;
        if p.get(i) == Some(&'-') {
            i += 1;
            hi = one(&mut i)?;
        }
        hit |= lo <= c && c <= hi;
        ranges += 1;
    }
}

fn matches(p: &[char], n: &[char]) -> bool {
    match (p.first(), n.first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some('*'), _) => matches(&p[1..], n) || (!n.is_empty() && matches(p, &n[1..])),
        (Some(_), None) => false,
        (Some('?'), Some(_)) => matches(&p[1..], &n[1..]),
        (Some('['), Some(&c)) => class(p, 0, c).is_some_and(|(hit, next)| hit && matches(&p[next..], &n[1..])),
        (Some('\\'), Some(c)) => p.get(1) == Some(c) && matches(&p[2..], &n[1..]),
        (Some(a), Some(b)) => a == b && matches(&p[1..], &n[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::MemoryFileSystem;

    fn tree() -> MemoryFileSystem {
        let mut fs = MemoryFileSystem::default();
        for f in ["a.txt", "b.txt", "d/x", "d/.h", "d/_u", "d/e/y", "m/go.mod", "m/z", "q r.txt", "only/.h", "a'b"] {
            fs.insert(format!("/p/{f}"), "x");
        }
        fs
    }

    fn get(pattern: &str) -> Result<Vec<String>, String> {
        resolve(&tree(), Path::new("/p"), pattern)
    }

    #[test]
    fn files_folders_and_globs() {
        assert_eq!(get("*.txt").unwrap(), ["a.txt", "b.txt", "q r.txt"]);
        assert_eq!(get("[ab].txt").unwrap(), ["a.txt", "b.txt"]);
        assert_eq!(get("d").unwrap(), ["d/e/y", "d/x"]);
        assert_eq!(get("all:d").unwrap(), ["d/.h", "d/_u", "d/e/y", "d/x"]);
        assert_eq!(get("d/.h").unwrap(), ["d/.h"]);
        assert_eq!(get("q r.txt").unwrap(), ["q r.txt"]);
    }

    #[test]
    fn refusals_in_the_words_of_go() {
        let e = |p: &str| get(p).unwrap_err();
        assert_eq!(e("zz"), "no matching files found");
        assert_eq!(e("../x"), "invalid pattern syntax");
        assert_eq!(e("["), "invalid pattern syntax");
        assert_eq!(e("m"), "cannot embed directory m: in different module");
        assert_eq!(e("m/z"), "cannot embed file m/z: in different module");
        assert_eq!(e("only"), "cannot embed directory only: contains no embeddable files");
        assert_eq!(e("a'*"), "cannot embed file a'b: invalid name a'b");
    }
}
