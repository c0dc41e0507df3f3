//! go.mod: what a module is called, which Go it wants, which modules it requires and replaces.
//!
//! Only reading; messages are those of golang.org/x/mod/modfile. Text that gorc does not need
//! (retract, tool, godebug) is checked for its form and kept where later stages want it.

use std::fmt;

/// A language version, `go1.21` = 1, 21.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoVersion {
    /// 1.
    pub major: u32,
    /// 21.
    pub minor: u32,
}

impl GoVersion {
    /// What the current release compiles by default.
    pub const CURRENT: GoVersion = GoVersion { major: 1, minor: 27 };
    /// What a go.mod without a go line means.
    pub const WITHOUT_GO_LINE: GoVersion = GoVersion { major: 1, minor: 16 };

    /// Reads `1.21`, `1.21.3`, `1.21rc2`, with or without a leading `go`.
    pub fn parse(text: &str) -> Option<GoVersion> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        Some(GoVersion { major: major.parse().ok()?, minor: rest[..digits].parse().ok()? })
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "go{}.{}", self.major, self.minor)
    }
}

/// A module at a version; the version is empty for local folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleVersion {
    /// Module path.
    pub path: String,
    /// `v1.2.3` or empty.
    pub version: String,
}

impl fmt::Display for ModuleVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if !self.version.is_empty() {
            write!(f, "@{}", self.version)?;
        }
        Ok(())
    }
}

/// A `replace` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replace {
    pub(crate) old: ModuleVersion,
    pub(crate) new: ModuleVersion,
}

/// A parsed go.mod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ModFile {
    pub(crate) module: String,
    /// The text after `go`, if there is such a line.
    pub(crate) go: Option<String>,
    pub(crate) toolchain: Option<String>,
    pub(crate) require: Vec<ModuleVersion>,
    pub(crate) replace: Vec<Replace>,
    pub(crate) godebug: Vec<(String, String)>,
    pub(crate) ignore: Vec<String>,
}

/// How much of a go.mod must be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// The main module: everything.
    Main,
    /// A dependency: unknown lines may be of a later Go.
    Dependency,
}

struct Line {
    number: usize,
    tokens: Vec<String>,
}

/// Parses a go.mod; errors are lines `FILE:LINE: message`, or one `FILE:LINE:COLUMN: message` if the
/// file is not even lines and blocks. `shown` and `full` are its name for messages.
pub(crate) fn parse(shown: &str, full: &str, text: &str, strict: Strictness) -> Result<ModFile, Vec<String>> {
    let mut errors = Vec::new();
    let mut file = ModFile::default();
    let mut have_module = false;
    let mut block: Option<(String, usize, bool)> = None;
    for (i, raw) in text.lines().enumerate() {
        let number = i + 1;
        let mut tokens = match tokenize(raw) {
            Ok(t) => t,
            Err((1, message)) => return Err(vec![format!("{shown}:{number}: {message}")]),
            Err((column, message)) => {
                return Err(vec![format!("{shown}:{number}:{column}: {message}")]);
            }
        };
        if let Some((verb, _, known)) = &block {
            if tokens.first().is_some_and(|t| t == ")") {
                if tokens.len() > 1 {
                    return Err(vec![format!(
                        "{shown}:{number}:2: syntax error (expected newline after closing paren)"
                    )]);
                }
                block = None;
            } else if !tokens.is_empty() && *known {
                let line = Line { number, tokens };
                add(&mut file, &mut have_module, verb, &line, strict, &mut |m| {
                    errors.push(format!("{shown}:{number}: {m}"));
                });
            }
            continue;
        }
        if tokens.is_empty() {
            continue;
        }
        if tokens.len() >= 2 && tokens.last().is_some_and(|t| t == "(") {
            tokens.pop();
            let known = tokens.len() == 1
                && matches!(
                    tokens[0].as_str(),
                    "module" | "godebug" | "require" | "exclude" | "replace" | "retract" | "tool" | "ignore"
                );
            if !known && strict == Strictness::Main {
                errors.push(format!("{shown}:{number}: unknown block type: {}", tokens.join(" ")));
            }
            block = Some((tokens.swap_remove(0), number, known));
            continue;
        }
        let verb = tokens.remove(0);
        let line = Line { number, tokens };
        add(&mut file, &mut have_module, &verb, &line, strict, &mut |m| {
            errors.push(format!("{shown}:{number}: {m}"));
        });
    }
    if let Some((_, start, _)) = block {
        let at = text.lines().count() + 1;
        return Err(vec![format!("{shown}:{at}: syntax error (unterminated block started at {full}:{start}:1)")]);
    }
    if errors.is_empty() { Ok(file) } else { Err(errors) }
}

fn tokenize(line: &str) -> Result<Vec<String>, (usize, String)> {
    let mut out = Vec::new();
    let mut rest = line.trim_end_matches('\r');
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        let column = line.len() - rest.len() + 1;
        let Some(c) = rest.chars().next() else { break };
        if rest.starts_with("//") {
            break;
        }
        if rest.starts_with("/*") {
            return Err((column, "mod files must use // comments (not /* */ comments)".into()));
        }
        let len = match c {
            '(' | ')' | '[' | ']' | ',' | '{' | '}' => 1,
            '"' | '`' => {
                let mut len = None;
                let mut escaped = false;
                for (i, d) in rest.char_indices().skip(1) {
                    if escaped {
                        escaped = false;
                    } else if d == '\\' && c == '"' {
                        escaped = true;
                    } else if d == c {
                        len = Some(i + 1);
                        break;
                    }
                }
                len.ok_or_else(|| (line.len() + 1, "unexpected newline in string".to_owned()))?
            }
            _ if rest.starts_with("=>") => 2,
            _ => {
                let mut len = rest.len();
                for (i, d) in rest.char_indices() {
                    if matches!(d, ' ' | '\t' | '\r' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | '"' | '`')
                        || rest[i..].starts_with("//")
                        || rest[i..].starts_with("/*")
                    {
                        len = i;
                        break;
                    }
                }
                len
            }
        };
        out.push(rest[..len].to_owned());
        rest = &rest[len..];
    }
    Ok(out)
}

fn string(token: &str) -> Result<String, String> {
    if token.starts_with(['"', '`']) {
        crate::scan::unquote(token.as_bytes()).ok_or_else(|| "invalid quoted string: invalid syntax".to_owned())
    } else if token.contains(['"', '`']) {
        Err("invalid quoted string: unquoted string cannot contain quote".into())
    } else {
        Ok(token.to_owned())
    }
}

/// `1.21`, `1.21.3`, `1.21rc2`.
fn is_go_version(v: &str) -> bool {
    fn number(s: &str) -> Option<(&str, &str)> {
        let n = s.find(|c: char| !c.is_ascii_digit()).unwrap_or(s.len());
        (n > 0 && (n == 1 || !s.starts_with('0'))).then(|| s.split_at(n))
    }
    let Some((major, rest)) = number(v) else {
        return false;
    };
    let Some((_, mut rest)) = rest.strip_prefix('.').and_then(number) else {
        return false;
    };
    if major == "0" {
        return false;
    }
    if let Some((_, r)) = rest.strip_prefix('.').and_then(number) {
        rest = r;
    }
    if rest.is_empty() {
        return true;
    }
    let letters = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
    letters > 0 && letters < rest.len() && rest[letters..].bytes().all(|b| b.is_ascii_digit())
}

fn is_version(v: &str) -> bool {
    let Some(rest) = v.strip_prefix('v') else {
        return false;
    };
    let core = rest.find(['-', '+']).map_or(rest, |i| &rest[..i]);
    core.split('.').count() == 3 && core.split('.').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_directory_path(p: &str) -> bool {
    p == "." || p == ".." || p.starts_with("./") || p.starts_with("../") || p.starts_with('/')
}

fn module_version(path: &str, version: &str) -> Result<ModuleVersion, String> {
    let path = string(path)?;
    let version = string(version)?;
    if !is_version(&version) {
        return Err(format!(
            "invalid module version {}: must be of the form v1.2.3",
            super::path_check::quote(&version)
        ));
    }
    Ok(ModuleVersion { path, version })
}

fn add(
    file: &mut ModFile,
    have_module: &mut bool,
    verb: &str,
    line: &Line,
    strict: Strictness,
    fail: &mut dyn FnMut(String),
) {
    let args: Vec<&str> = line.tokens.iter().map(String::as_str).collect();
    debug_assert!(line.number > 0);
    if strict == Strictness::Dependency && !matches!(verb, "go" | "module" | "retract" | "require" | "ignore") {
        return;
    }
    let result: Result<(), String> = (|| {
        match verb {
            "go" => {
                if file.go.is_some() {
                    return Err("repeated go statement".into());
                }
                let [v] = args.as_slice() else {
                    return Err("go directive expects exactly one argument".into());
                };
                if !is_go_version(v) && strict == Strictness::Main {
                    return Err(format!("invalid go version '{v}': must match format 1.23.0"));
                }
                file.go = Some((*v).to_owned());
            }
            "toolchain" => {
                if file.toolchain.is_some() {
                    return Err("repeated toolchain statement".into());
                }
                let [t] = args.as_slice() else {
                    return Err("toolchain directive expects exactly one argument".into());
                };
                if !(*t == "default" || *t == "go1" || t.starts_with("go1.")) {
                    return Err(format!("invalid toolchain version '{t}': must match format go1.23.0 or default"));
                }
                file.toolchain = Some((*t).to_owned());
            }
            "module" => {
                if *have_module {
                    return Err("repeated module statement".into());
                }
                *have_module = true;
                let [m] = args.as_slice() else {
                    return Err("usage: module module/path".into());
                };
                file.module = string(m)?;
            }
            "godebug" => {
                let pair = match args.as_slice() {
                    [kv] if !kv.contains(['"', '`', '\'', ',']) => kv.split_once('='),
                    _ => None,
                };
                let (k, v) = pair.ok_or("usage: godebug key=value")?;
                file.godebug.push((k.to_owned(), v.to_owned()));
            }
            "require" | "exclude" => {
                let [p, v] = args.as_slice() else {
                    return Err(format!("usage: {verb} module/path v1.2.3"));
                };
                let m = module_version(p, v)?;
                if verb == "require" {
                    file.require.push(m);
                }
            }
            "replace" => file.replace.push(replace(verb, &args)?),
            "tool" | "ignore" => {
                let [p] = args.as_slice() else {
                    return Err(format!("{verb} directive expects exactly one argument"));
                };
                let p = string(p)?;
                if verb == "ignore" {
                    file.ignore.push(p);
                }
            }
            "retract" => {}
            _ => return Err(format!("unknown directive: {verb}")),
        }
        Ok(())
    })();
    if let Err(message) = result {
        fail(message);
    }
}

fn replace(verb: &str, args: &[&str]) -> Result<Replace, String> {
    let arrow = if args.get(1) == Some(&"=>") { 1 } else { 2 };
    if args.len() < arrow + 2 || args.len() > arrow + 3 || args[arrow] != "=>" {
        return Err(format!(
            "usage: {verb} module/path [v1.2.3] => other/module v1.4\n\t or {verb} module/path [v1.2.3] => ../local/directory"
        ));
    }
    let old = if arrow == 2 {
        module_version(args[0], args[1])?
    } else {
        ModuleVersion { path: string(args[0])?, version: String::new() }
    };
    let target = string(args[arrow + 1])?;
    let new = if let Some(v) = args.get(arrow + 2) {
        if is_directory_path(&target) {
            return Err(format!(
                "replacement module directory path {} cannot have version",
                super::path_check::quote(&target)
            ));
        }
        module_version(args[arrow + 1], v)?
    } else {
        if !is_directory_path(&target) {
            return Err(if target.contains('@') {
                "replacement module must match format 'path version', not 'path@version'".into()
            } else {
                "replacement module without version must be directory path (rooted or starting with . or ..)".into()
            });
        }
        ModuleVersion { path: target, version: String::new() }
    };
    Ok(Replace { old, new })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file() {
        let text = "module \"example.com/m\" // x\n\ngo 1.21.0\ntoolchain go1.22.0\nrequire (\n\ta.b/c v1.0.0 // indirect\n\td.e/f v0.0.0-2020-abc\n)\nreplace a.b/c => ../c\nreplace d.e/f v0.0.0-2020-abc => g.h/i v1.2.3\nexclude a.b/c v0.9.0\nretract [v1.0.0, v1.1.0]\ngodebug panicnil=1\n";
        let f = parse("go.mod", "/m/go.mod", text, Strictness::Main).unwrap();
        assert_eq!(f.module, "example.com/m");
        assert_eq!(f.go.as_deref().and_then(GoVersion::parse), Some(GoVersion { major: 1, minor: 21 }));
        assert_eq!(f.require.len(), 2);
        assert_eq!(f.replace[0].new.path, "../c");
        assert_eq!(f.replace[1].new.to_string(), "g.h/i@v1.2.3");
        assert_eq!(f.godebug, [("panicnil".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn errors_name_their_line() {
        let e = |t: &str| parse("go.mod", "/m/go.mod", t, Strictness::Main).unwrap_err().join("\n");
        assert_eq!(e("module m\n\ngo 1.27\nfoo bar\n"), "go.mod:4: unknown directive: foo");
        assert_eq!(e("go 1.x\n"), "go.mod:1: invalid go version '1.x': must match format 1.23.0");
        assert_eq!(e("go 1.2\ngo 1.3\n"), "go.mod:2: repeated go statement");
        assert_eq!(e("require a.b/c\n"), "go.mod:1: usage: require module/path v1.2.3");
        assert!(parse("go.mod", "/m/go.mod", "foo bar\n", Strictness::Dependency).is_ok());
    }

    #[test]
    fn go_versions() {
        for good in ["1.21", "1.21.0", "1.21rc2", "1.0", "2.3.4beta1"] {
            assert!(is_go_version(good), "{good}");
        }
        for bad in ["1", "1.x", "01.2", "1.02", "1.21.", "v1.2", "1.21rc", "0.1"] {
            assert!(!is_go_version(bad), "{bad}");
        }
    }
}
