//! The `//go:` directives that the compiler knows. Source: cmd/compile's documentation.

/// Classes of directives, by what the parser has to do about them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// `go:build`
    Build,
    /// `go:embed`
    Embed,
    /// `go:linkname`, `go:linknamestd`: free-standing.
    Linkname,
    /// `go:wasmimport`
    WasmImport,
    /// `go:wasmexport`
    WasmExport,
    /// Properties of a function: `go:noinline`, `go:nosplit`, …
    Func,
    /// Properties of a function that only the runtime may ask for.
    RuntimeOnly,
    /// Properties of a function that only the standard library may ask for.
    StdOnly,
    /// `go:cgo_…`, other than `go:cgo_unsafe_args`.
    Cgo,
    /// Any other: ignored.
    Unknown,
}

impl Verb {
    /// The class of a verb such as `go:noinline`.
    #[must_use]
    pub fn of(verb: &str) -> Verb {
        match verb {
            "go:build" => Verb::Build,
            "go:embed" => Verb::Embed,
            "go:linkname" | "go:linknamestd" => Verb::Linkname,
            "go:wasmimport" => Verb::WasmImport,
            "go:wasmexport" => Verb::WasmExport,
            "go:noescape" | "go:norace" | "go:nosplit" | "go:noinline" | "go:nocheckptr" | "go:uintptrescapes"
            | "go:registerparams" | "go:cgo_unsafe_args" => Verb::Func,
            "go:systemstack" | "go:nowritebarrier" | "go:nowritebarrierrec" | "go:yeswritebarrierrec" => {
                Verb::RuntimeOnly
            }
            "go:uintptrkeepalive" => Verb::StdOnly,
            _ if verb.starts_with("go:cgo_") => Verb::Cgo,
            _ => Verb::Unknown,
        }
    }

    /// Whether it states a property of the function that follows.
    #[must_use]
    pub fn is_about_functions(self) -> bool {
        matches!(self, Verb::Func | Verb::RuntimeOnly | Verb::StdOnly)
    }
}

/// The patterns after `//go:embed`: plain words, or Go strings. The error is gc's message.
pub fn embed_patterns(args: &str) -> Result<Vec<String>, String> {
    let mut list = Vec::new();
    let mut args = args.trim();
    while let Some(first) = args.chars().next() {
        let bad = |shown: &str| Err(format!("invalid quoted string in //go:embed: {shown}"));
        let end = match first {
            '`' => match args[1..].find('`') {
                Some(n) => n + 2,
                None => return bad(args),
            },
            '"' => {
                let mut escaped = false;
                let close = args[1..].find(|c| {
                    let is_close = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    is_close
                });
                match close {
                    Some(n) => n + 2,
                    None => return bad(args),
                }
            }
            _ => args.find(char::is_whitespace).unwrap_or(args.len()),
        };
        let (word, rest) = args.split_at(end);
        if first == '`' || first == '"' {
            match go_lexer::unquote(word).map(String::from_utf8) {
                Some(Ok(value)) => list.push(value),
                _ => return bad(word),
            }
            if rest.chars().next().is_some_and(|c| !c.is_whitespace()) {
                return bad(rest);
            }
        } else {
            list.push(word.to_owned());
        }
        args = rest.trim();
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::embed_patterns;

    #[test]
    fn patterns_are_words_or_strings() {
        assert_eq!(embed_patterns(" a/*.txt  \"b c\" `d e`").unwrap(), ["a/*.txt", "b c", "d e"]);
        assert!(embed_patterns(" \"open").is_err());
        assert!(embed_patterns(" \"a\"b").is_err());
    }
}
