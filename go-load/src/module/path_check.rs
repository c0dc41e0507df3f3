//! Which import, module and file paths Go's module rules allow (golang.org/x/mod/module).

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathKind {
    Module,
    Import,
    File,
}

const RESERVED: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2",
    "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Checks an import path; the error is the full message.
pub(crate) fn check_import_path(path: &str) -> Result<(), String> {
    check_path(path, PathKind::Import).map_err(|e| format!("malformed import path {}: {e}", quote(path)))
}

/// Whether a file name may be part of a module.
pub(crate) fn is_good_file_name(name: &str) -> bool {
    check_path(name, PathKind::File).is_ok()
}

pub(crate) fn check_path(path: &str, kind: PathKind) -> Result<(), String> {
    if path.is_empty() {
        return Err("empty string".into());
    }
    if path.starts_with('-') && kind != PathKind::File {
        return Err("leading dash".into());
    }
    if path.contains("//") {
        return Err("double slash".into());
    }
    if path.ends_with('/') {
        return Err("trailing slash".into());
    }
    path.split('/').try_for_each(|e| check_element(e, kind))
}

fn check_element(elem: &str, kind: PathKind) -> Result<(), String> {
    if elem.is_empty() {
        return Err("empty path element".into());
    }
    if elem.bytes().all(|b| b == b'.') {
        return Err(format!("invalid path element {}", quote(elem)));
    }
    if elem.starts_with('.') && kind == PathKind::Module {
        return Err("leading dot in path element".into());
    }
    if elem.ends_with('.') {
        return Err("trailing dot in path element".into());
    }
    if let Some(c) = elem.chars().find(|&c| !allowed(c, kind)) {
        return Err(format!("invalid char '{c}'"));
    }
    let short = elem.split('.').next().unwrap_or(elem);
    if RESERVED.iter().any(|r| r.eq_ignore_ascii_case(short)) {
        return Err(format!("{} disallowed as path element component on Windows", quote(short)));
    }
    if kind != PathKind::File
        && let Some(tilde) = short.rfind('~')
        && tilde + 1 < short.len()
        && short[tilde + 1..].bytes().all(|b| b.is_ascii_digit())
    {
        return Err("trailing tilde and digits in path element".into());
    }
    Ok(())
}

fn allowed(c: char, kind: PathKind) -> bool {
    if c.is_ascii_alphanumeric() {
        return true;
    }
    match kind {
        PathKind::Module => "-._~".contains(c),
        PathKind::Import => "-._~+".contains(c),
        PathKind::File => "!#$%&()+,-.=@[]^_{}~ ".contains(c) || (!c.is_ascii() && c.is_alphabetic()),
    }
}

/// A string in double quotes, escaped as Go's %q does for ordinary text.
pub(crate) fn quote(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether the first element of a path has no dot, so that only the SDK may provide it.
pub(crate) fn is_standard_import_path(path: &str) -> bool {
    !path.split('/').next().unwrap_or(path).contains('.')
}

/// Whether `path` is `prefix` or below it.
pub(crate) fn has_path_prefix(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
}
