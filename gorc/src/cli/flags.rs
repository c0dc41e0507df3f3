//! Flags in the go command's syntax: `-name`, `-name=value`, `-name value`, two dashes as well as one;
//! they end at the first argument that is none, or at `--`.

use super::Failure;

/// Whether a flag has a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arity {
    /// `-v`, also `-v=true` and `-v=false`.
    Switch,
    /// `-o file`.
    Value,
}

/// A flag of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// Name without dash.
    pub(crate) name: &'static str,
    /// Arity.
    pub(crate) arity: Arity,
    /// Help text.
    pub(crate) help: &'static str,
}

impl Flag {
    /// A flag without value.
    pub(crate) const fn switch(name: &'static str, help: &'static str) -> Flag {
        Flag { name, arity: Arity::Switch, help }
    }

    /// A flag with a value.
    pub(crate) const fn value(name: &'static str, help: &'static str) -> Flag {
        Flag { name, arity: Arity::Value, help }
    }
}

/// Flags and arguments of a command.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    flags: Vec<(&'static str, String)>,
    /// What follows the flags.
    pub(crate) args: Vec<String>,
}

impl Parsed {
    /// The last value given to a flag.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// All values given to a flag.
    pub(crate) fn values<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.flags.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.value(name) == Some("true")
    }
}

/// Why flags could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FlagError {
    /// `-h`.
    Help,
    /// The message.
    Wrong(String),
}

/// Reads the flags of GOFLAGS that the command knows, then those given.
pub(crate) fn parse(known: &'static [Flag], go_flags: &str, args: &[String]) -> Result<Parsed, FlagError> {
    let mut out = Parsed::default();
    for word in go_flags.split_whitespace() {
        let Some((name, value)) = split(word) else {
            return Err(FlagError::Wrong(format!("go: parsing $GOFLAGS: non-flag {word:?}")));
        };
        if let Some(f) = known.iter().find(|f| f.name == name) {
            match (f.arity, value) {
                (Arity::Switch, v) => out.flags.push((f.name, switch(name, v)?)),
                (Arity::Value, Some(v)) => out.flags.push((f.name, v.to_owned())),
                (Arity::Value, None) => return Err(FlagError::Wrong(format!("flag needs an argument: -{name}"))),
            }
        }
    }
    let mut rest = args.iter();
    while let Some(word) = rest.as_slice().first() {
        let Some((name, value)) = split(word) else {
            if word == "--" {
                rest.next();
            }
            break;
        };
        rest.next();
        let Some(f) = known.iter().find(|f| f.name == name) else {
            if matches!(name, "h" | "help") {
                return Err(FlagError::Help);
            }
            return Err(FlagError::Wrong(format!("flag provided but not defined: -{name}")));
        };
        let value = match (f.arity, value) {
            (Arity::Switch, v) => switch(name, v)?,
            (Arity::Value, Some(v)) => v.to_owned(),
            (Arity::Value, None) => match rest.next() {
                Some(v) => v.clone(),
                None => return Err(FlagError::Wrong(format!("flag needs an argument: -{name}"))),
            },
        };
        out.flags.push((f.name, value));
    }
    out.args = rest.cloned().collect();
    Ok(out)
}

/// Name and value of a word that is a flag.
fn split(word: &str) -> Option<(&str, Option<&str>)> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    if name.is_empty() || name.starts_with(['-', '=']) {
        return None;
    }
    Some(match name.split_once('=') {
        Some((n, v)) => (n, Some(v)),
        None => (name, None),
    })
}

fn switch(name: &str, value: Option<&str>) -> Result<String, FlagError> {
    let on = match value {
        None | Some("1" | "t" | "T" | "true" | "TRUE" | "True") => true,
        Some("0" | "f" | "F" | "false" | "FALSE" | "False") => false,
        Some(v) => {
            return Err(FlagError::Wrong(format!("invalid boolean value {v:?} for -{name}: parse error")));
        }
    };
    Ok(on.to_string())
}

/// Takes a leading `-C dir`.
pub(crate) fn take_chdir(args: &mut &[String]) -> Result<Option<String>, Failure> {
    let Some((first, rest)) = args.split_first() else { return Ok(None) };
    match split(first) {
        Some(("C", Some(dir))) => {
            *args = rest;
            Ok(Some(dir.to_owned()))
        }
        Some(("C", None)) => {
            let Some((dir, rest)) = rest.split_first() else {
                return Err(Failure::Usage("flag needs an argument: -C\n".to_owned()));
            };
            *args = rest;
            Ok(Some(dir.clone()))
        }
        _ => Ok(None),
    }
}

/// Splits the value of a flag that holds flags (`-ldflags`): words separated by blanks, in single or
/// double quotes where they hold blanks.
pub(crate) fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let Some(end) = rest[1..].find(first) else { return Err(format!("unterminated {first} string")) };
            out.push(rest[1..1 + end].to_owned());
            rest = rest[end + 2..].trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            out.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Flag] = &[Flag::switch("v", ""), Flag::value("o", "")];

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn flags_end_at_the_first_argument() {
        let p = parse(KNOWN, "", &words("-v --o=x a -v")).unwrap();
        assert!(p.is_on("v"));
        assert_eq!(p.value("o"), Some("x"));
        assert_eq!(p.args, ["a", "-v"]);
    }

    #[test]
    fn unknown_flags_and_missing_values_are_errors() {
        let wrong = |s: &str| FlagError::Wrong(s.to_owned());
        assert_eq!(parse(KNOWN, "", &words("-q")).unwrap_err(), wrong("flag provided but not defined: -q"));
        assert_eq!(parse(KNOWN, "", &words("-o")).unwrap_err(), wrong("flag needs an argument: -o"));
    }

    #[test]
    fn goflags_of_other_commands_are_passed_over() {
        let p = parse(KNOWN, "-mod=mod -o=y", &[]).unwrap();
        assert_eq!(p.value("o"), Some("y"));
    }

    #[test]
    fn quoted_words_keep_their_blanks() {
        assert_eq!(split_words("-s -X 'main.a=b c'").unwrap(), ["-s", "-X", "main.a=b c"]);
        assert!(split_words("'a").is_err());
    }
}
