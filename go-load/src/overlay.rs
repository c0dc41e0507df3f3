//! gorc's overlay over the SDK: which of its files are compiled, which of ours.
//!
//! The table (SELECTION.tsv; its own comments define the format) names, package by package, files to
//! keep, drop, add and replace, build tags, and symbol aliases. The caller hands over the table and
//! our files as text; this module reads no files and knows nothing of what they contain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::constraint::Arch;
use crate::module::path_check::has_path_prefix;

/// A function whose references go to another symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolAlias {
    /// The function's name in its package.
    pub name: String,
    /// The full link symbol that takes its place.
    pub target: String,
}

/// A malformed overlay: our bug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SELECTION.tsv:{line}: {message}")]
pub struct OverlayError {
    /// Line of the table.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// What the overlay says of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PackageRules {
    pub(crate) keep: Vec<String>,
    pub(crate) drop: Vec<String>,
    pub(crate) add: Vec<String>,
    pub(crate) replace: Vec<String>,
    pub(crate) tags: Vec<String>,
    /// The SDK's assembly files that are part of the package; `-` is all of them.
    pub(crate) assembly: Vec<String>,
    pub(crate) aliases: Vec<SymbolAlias>,
}

impl PackageRules {
    /// Whether an assembly file of the SDK is part of the package.
    pub(crate) fn assembles(&self, file: &str) -> bool {
        self.assembly.iter().any(|name| name == "-" || name == file)
    }

    /// Whether the package's SDK files are exactly those kept.
    pub(crate) fn is_list(&self) -> bool {
        !self.keep.is_empty()
    }

    fn merge(&mut self, other: &PackageRules) {
        self.keep.extend(other.keep.iter().cloned());
        self.drop.extend(other.drop.iter().cloned());
        self.add.extend(other.add.iter().cloned());
        self.replace.extend(other.replace.iter().cloned());
        self.tags.extend(other.tags.iter().cloned());
        self.assembly.extend(other.assembly.iter().cloned());
        self.aliases.extend(other.aliases.iter().cloned());
    }
}

/// The overlay of one target.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    exact: BTreeMap<String, PackageRules>,
    /// Rules for a path and all below it.
    trees: Vec<(String, PackageRules)>,
    files: BTreeMap<String, Arc<[u8]>>,
    /// Files that a row adds or replaces, on whatever architecture.
    named: BTreeSet<String>,
}

impl Overlay {
    /// Reads the table and takes the files.
    ///
    /// `files` are (path, content) with paths like `src/runtime/proc.go` (the leading `src/` may be
    /// missing); other files than Go sources are ignored.
    pub fn new<'a>(
        selection: &str,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        arch: Arch,
    ) -> Result<Overlay, OverlayError> {
        let mut overlay = Overlay::default();
        for (path, content) in files {
            let path = path.strip_prefix("src/").unwrap_or(path);
            if path.ends_with(".go") && path.contains('/') {
                overlay.files.insert(path.to_owned(), Arc::from(content));
            }
        }
        for (i, text) in selection.lines().enumerate() {
            let line = i + 1;
            let text = text.strip_suffix('\r').unwrap_or(text);
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let fail = |message: String| OverlayError { line, message };
            let columns: Vec<&str> = text.split('\t').collect();
            let [package, verb, name, target, reason] = columns.as_slice() else {
                return Err(fail(format!("{} columns instead of 5", columns.len())));
            };
            if reason.trim().is_empty() {
                return Err(fail("no reason given".into()));
            }
            let (verb, only) = verb.split_once('@').map_or((*verb, None), |(v, a)| (v, Some(a)));
            if matches!(verb, "add" | "replace") {
                overlay.named.insert(format!("{package}/{name}"));
            }
            if only.is_some_and(|a| a != arch.name()) {
                continue;
            }
            let rules = match package.strip_suffix("/...") {
                Some(tree) => match overlay.trees.iter().position(|(p, _)| p == tree) {
                    Some(at) => &mut overlay.trees[at].1,
                    None => {
                        overlay.trees.push((tree.to_owned(), PackageRules::default()));
                        let last = overlay.trees.len() - 1;
                        &mut overlay.trees[last].1
                    }
                },
                None => overlay.exact.entry((*package).to_owned()).or_default(),
            };
            let name = (*name).to_owned();
            match verb {
                "keep" => rules.keep.push(name),
                "drop" => rules.drop.push(name),
                "add" => rules.add.push(name),
                "replace" => {
                    if !overlay.files.contains_key(&format!("{package}/{name}")) {
                        return Err(fail(format!("replace {name}: the overlay has no such file")));
                    }
                    rules.replace.push(name);
                }
                "tags" => rules.tags.push(name),
                "assembly" => rules.assembly.push(name),
                "alias" => rules.aliases.push(SymbolAlias { name, target: (*target).to_owned() }),
                _ => return Err(fail(format!("unknown verb {verb}"))),
            }
        }
        Ok(overlay)
    }

    /// Whether the overlay is empty: the SDK as it stands.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.trees.is_empty()
    }

    pub(crate) fn rules(&self, package: &str) -> Option<PackageRules> {
        let mut out: Option<PackageRules> = self.exact.get(package).cloned();
        for (tree, rules) in &self.trees {
            if has_path_prefix(package, tree) {
                out.get_or_insert_default().merge(rules);
            }
        }
        out
    }

    pub(crate) fn file(&self, package: &str, name: &str) -> Option<&Arc<[u8]>> {
        self.files.get(&format!("{package}/{name}"))
    }

    /// Whether a package exists by the overlay alone.
    pub(crate) fn defines(&self, package: &str) -> bool {
        self.exact.get(package).is_some_and(|r| r.add.iter().any(|f| self.file(package, f).is_some()))
    }

    /// Our files that no row of the table names; they are not compiled.
    pub fn unused_files(&self) -> Vec<&str> {
        self.files.keys().filter(|path| !self.named.contains(*path)).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# comment\n\nruntime\tkeep\terror.go\t-\tpanic texts\nruntime\tadd\tproc.go\t-\tours\ninternal/abi\treplace@arm64\tabi_arm64.go\t-\tcounts\ncrypto/...\ttags\tpurego\t-\tportable\ncrypto/x\talias\tf\tcrypto/x.g\tno assembly\n";

    #[test]
    fn rows_are_gathered_by_package_and_tree() {
        let o = Overlay::new(TABLE, [("src/runtime/proc.go", b"package runtime\n" as &[u8])], Arch::Amd64).unwrap();
        assert!(o.rules("runtime").unwrap().is_list());
        assert_eq!(o.rules("internal/abi"), None);
        let x = o.rules("crypto/x").unwrap();
        assert_eq!(x.tags, ["purego"]);
        assert_eq!(x.aliases[0].target, "crypto/x.g");
        assert_eq!(o.rules("crypto").unwrap().tags, ["purego"]);
        assert_eq!(o.rules("cryptox"), None);
        assert!(o.defines("runtime") && !o.defines("crypto/x"));
        assert!(o.unused_files().is_empty());
    }

    #[test]
    fn malformed_rows_are_refused() {
        let e = |t: &str| Overlay::new(t, [], Arch::Arm64).unwrap_err().to_string();
        assert_eq!(e("a\tb\n"), "SELECTION.tsv:1: 2 columns instead of 5");
        assert_eq!(e("a\tfrob\tc\t-\tr\n"), "SELECTION.tsv:1: unknown verb frob");
        assert_eq!(e(TABLE), "SELECTION.tsv:5: replace abi_arm64.go: the overlay has no such file");
    }
}
