//! The build flags that `build`, `run` and `check` share.

use go_link::DebugInfo;
use go_load::ModMode;

use super::Failure;
use super::flags::{Parsed, split_words};
use super::help::closest;
use crate::frontend::{FrontendOptions, Unused};
use crate::render::go::ErrorLimit;
use crate::session::Session;

/// What is printed instead of an executable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Emit {
    /// Tokens of the named packages' files.
    Tokens,
    /// Their syntax trees.
    Ast,
    /// Their expressions with types.
    Types,
    /// IR of functions.
    Ir,
    /// Cranelift's code of functions.
    Clif,
    /// Machine code of functions.
    Asm,
}

impl Emit {
    const ALL: [(&'static str, Emit); 6] = [
        ("tokens", Emit::Tokens),
        ("ast", Emit::Ast),
        ("types", Emit::Types),
        ("ir", Emit::Ir),
        ("clif", Emit::Clif),
        ("asm", Emit::Asm),
    ];
}

/// Where variables and composites are allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Storage {
    /// Where escape analysis puts them.
    Analysed,
    /// On the heap, all of them: a slow program that must behave the same.
    AllHeap,
}

/// Everything that decides about a build besides the packages.
#[derive(Clone, Debug)]
pub(crate) struct BuildOptions {
    /// `-o`.
    pub(crate) output: Option<String>,
    /// `-tags`.
    pub(crate) tags: Vec<String>,
    /// `-mod`.
    pub(crate) mod_mode: ModMode,
    /// `-v`: names of packages as they are compiled.
    pub(crate) verbose: bool,
    /// `-x`: what is done.
    pub(crate) trace: bool,
    /// Front end.
    pub(crate) frontend: FrontendOptions,
    /// Debugging information.
    pub(crate) debug: DebugInfo,
    /// `-ldflags=-X`: variable, value.
    pub(crate) set_strings: Vec<(String, String)>,
    /// `-gcflags=-m`: how much escape analysis tells.
    pub(crate) escape_report: u32,
    /// Stack or heap.
    pub(crate) storage: Storage,
    /// Passes that are left out.
    pub(crate) passes: go_ir::passes::Options,
    /// `-gcflags=-N`: code generation without optimisation.
    pub(crate) opt: go_codegen::OptLevel,
    /// `--emit`.
    pub(crate) emit: Option<Emit>,
    /// `--emit-func`: only functions whose name contains this.
    pub(crate) emit_filter: Option<String>,
    /// `-debug-overlay`: print the packages with their folders and files.
    pub(crate) debug_overlay: bool,
    /// `-trimpath`.
    pub(crate) trimpath: bool,
    /// `-json`.
    pub(crate) json: bool,
}

/// The flags that all three commands take.
macro_rules! build_flags {
    ($($more:expr),* $(,)?) => {
        &[
            $($more,)*
            Flag::switch("relaxed", "unused variables, imports and labels are warnings"),
            Flag::value("tags", "comma-separated list of build tags"),
            Flag::value("mod", "module download mode: readonly, vendor or mod"),
            Flag::switch("v", "print the names of packages as they are compiled"),
            Flag::switch("x", "print what is done"),
            Flag::value("gcflags", "compiler flags: -e, -m, -N, -l, -lang=go1.N"),
            Flag::value("ldflags", "linker flags: -s, -w, -X name=value"),
            Flag::value("emit", "print an intermediate form: tokens, ast, types, ir, clif or asm"),
            Flag::value("emit-func", "print only functions whose name contains this text"),
            Flag::switch("debug-overlay", "print each package with its folder and files; + marks gorc's own"),
            Flag::switch("all-heap", "put everything on the heap (to test escape analysis)"),
            Flag::value("disable-pass", "leave out a pass over the IR"),
            Flag::value("debug-trace", "write a trace of the build to this file (for chrome://tracing)"),
            Flag::switch("verify", "verify the IR after each pass, and code generation's"),
            Flag::switch("trimpath", "remove file system paths from the executable"),
            Flag::switch("a", "accepted: gorc always compiles all that a program reaches"),
            Flag::switch("n", "accepted"),
            Flag::value("p", "accepted"),
            Flag::value("buildvcs", "accepted"),
            Flag::value("buildmode", "only exe and default"),
            Flag::value("compiler", "only gc"),
            Flag::value("pgo", "accepted"),
            Flag::switch("work", "accepted"),
        ]
    };
}
pub(super) use build_flags;

fn usage(text: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("{text}\n"))
}

impl BuildOptions {
    /// The options that flags and environment say.
    pub(crate) fn new(session: &Session, p: &Parsed) -> Result<BuildOptions, Failure> {
        let mut o = BuildOptions {
            output: p.value("o").map(str::to_owned),
            tags: tags(p.value("tags").unwrap_or_default())?,
            mod_mode: match p.value("mod") {
                None => ModMode::Auto,
                Some("readonly" | "mod") => ModMode::Readonly,
                Some("vendor") => ModMode::Vendor,
                Some(m) => return Err(usage(format_args!("go: unknown -mod={m}"))),
            },
            verbose: p.is_on("v"),
            trace: p.is_on("x"),
            frontend: FrontendOptions {
                unused: if p.is_on("relaxed") { Unused::Warnings } else { Unused::Errors },
                limit: if p.is_on("e") { ErrorLimit::None } else { ErrorLimit::Ten },
                lang: p.value("lang").map(lang).transpose()?,
                fake_import_c: p.is_on("fakeImportC"),
                test_builtins: p.is_on("testbuiltins"),
            },
            debug: DebugInfo::Full,
            set_strings: Vec::new(),
            escape_report: 0,
            storage: if p.is_on("all-heap") { Storage::AllHeap } else { Storage::Analysed },
            passes: go_ir::passes::Options::default(),
            opt: go_codegen::OptLevel::Speed,
            emit: p.value("emit").map(emit).transpose()?,
            emit_filter: p.value("emit-func").map(str::to_owned),
            debug_overlay: p.is_on("debug-overlay"),
            trimpath: p.is_on("trimpath"),
            json: p.is_on("json"),
        };
        if let Some(file) = p.value("debug-trace") {
            session.start_trace(file);
        }
        if session.env.get("GORC_ALL_HEAP").is_some_and(|v| v != "0") {
            o.storage = Storage::AllHeap;
        }
        if let Some(n) = session.env.get("GORC_OPT_LIMIT") {
            o.passes.limit = Some(n.parse().map_err(|_| usage(format_args!("GORC_OPT_LIMIT: not a number: {n}")))?);
        }
        if p.is_on("verify") {
            o.passes.verify = go_ir::passes::Verify::On;
        }
        for name in p.values("disable-pass") {
            o.disable_pass(name)?;
        }
        match p.value("buildmode") {
            None | Some("exe" | "default") => {}
            Some(m) => return Err(usage(format_args!("-buildmode={m} not supported on linux/amd64"))),
        }
        match p.value("compiler") {
            None | Some("gc" | "gorc") => {}
            Some(c) => return Err(usage(format_args!("unknown compiler {c:?}"))),
        }
        for words in p.values("gcflags") {
            o.compiler_flags(words)?;
        }
        for words in p.values("ldflags") {
            o.linker_flags(words)?;
        }
        Ok(o)
    }

    fn disable_pass(&mut self, name: &str) -> Result<(), Failure> {
        use go_ir::passes::PassId;
        let Some(pass) = PassId::by_name(name) else {
            let hint = closest(name, PassId::ALL.iter().map(|p| p.name()));
            let hint = hint.map_or_else(String::new, |h| format!("; did you mean {h}?"));
            return Err(usage(format_args!("unknown pass {name}{hint}")));
        };
        self.passes.disabled.push(pass);
        Ok(())
    }

    /// `-gcflags`: flags of the compiler, perhaps after a pattern and `=`.
    fn compiler_flags(&mut self, text: &str) -> Result<(), Failure> {
        let words = split_words(strip_pattern(text)).map_err(usage)?;
        for w in words {
            let name = w.trim_start_matches('-');
            match name.split_once('=').unwrap_or((name, "")) {
                ("e", _) => self.frontend.limit = ErrorLimit::None,
                ("m", "") => self.escape_report += 1,
                ("m", n) => self.escape_report = n.parse().unwrap_or(1),
                ("l", _) => self.disable_pass("inline")?,
                ("N", _) => self.opt = go_codegen::OptLevel::None,
                ("lang", v) => self.frontend.lang = Some(lang(v)?),
                // What concerns gc's own back end only.
                ("B" | "C" | "c" | "d" | "S" | "dwarf" | "L" | "wb" | "complete" | "std" | "live", _) => {}
                (other, _) => return Err(usage(format_args!("flag provided but not defined: -{other}"))),
            }
        }
        Ok(())
    }

    /// `-ldflags`.
    fn linker_flags(&mut self, text: &str) -> Result<(), Failure> {
        let words = split_words(strip_pattern(text)).map_err(usage)?;
        let mut words = words.into_iter();
        while let Some(w) = words.next() {
            let name = w.trim_start_matches('-').to_owned();
            let (name, value) = match name.split_once('=') {
                Some((n, v)) => (n.to_owned(), Some(v.to_owned())),
                None => (name, None),
            };
            match name.as_str() {
                "s" => self.debug = DebugInfo::None,
                "w" if self.debug == DebugInfo::Full => self.debug = DebugInfo::SymbolsOnly,
                "w" => {}
                "X" => {
                    let Some(def) = value.or_else(|| words.next()) else {
                        return Err(usage("flag needs an argument: -X"));
                    };
                    let Some((var, val)) = def.split_once('=') else {
                        return Err(usage("-X flag requires argument of the form importpath.name=value"));
                    };
                    self.set_strings.push((var.to_owned(), val.to_owned()));
                }
                "buildid" | "extldflags" | "linkmode" | "extld" => {
                    if value.is_none() {
                        words.next();
                    }
                }
                other => return Err(usage(format_args!("flag provided but not defined: -{other}"))),
            }
        }
        Ok(())
    }

    /// The settings that build information shows.
    pub(crate) fn build_settings(&self) -> Vec<(String, String)> {
        let mut out = vec![("-buildmode", "exe".to_owned()), ("-compiler", "gc".to_owned())];
        if !self.tags.is_empty() {
            out.push(("-tags", self.tags.join(",")));
        }
        if self.trimpath {
            out.push(("-trimpath", "true".to_owned()));
        }
        for (k, v) in [("CGO_ENABLED", "0"), ("GOARCH", "amd64"), ("GOOS", "linux"), ("GOAMD64", "v1")] {
            out.push((k, v.to_owned()));
        }
        out.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
    }
}

/// The flags without the pattern of packages that they are for.
fn strip_pattern(text: &str) -> &str {
    match text.split_once('=') {
        Some((pattern, flags)) if !pattern.starts_with('-') && !pattern.contains(' ') => flags,
        _ => text,
    }
}

fn tags(text: &str) -> Result<Vec<String>, Failure> {
    if text.contains(' ') && text.contains(',') {
        return Err(Failure::from("go: -tags space-separated list contains comma".to_owned()));
    }
    Ok(text.split([',', ' ']).filter(|t| !t.is_empty()).map(str::to_owned).collect())
}

fn lang(text: &str) -> Result<(u32, u32), Failure> {
    let version = text.strip_prefix("go").and_then(|v| v.split_once('.'));
    version
        .and_then(|(major, minor)| {
            let minor = minor.split('.').next()?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        })
        .ok_or_else(|| usage(format_args!("invalid value {text:?} for -lang: should be something like \"go1.12\"")))
}

fn emit(name: &str) -> Result<Emit, Failure> {
    if let Some((_, e)) = Emit::ALL.iter().find(|(n, _)| *n == name) {
        return Ok(*e);
    }
    let hint = closest(name, Emit::ALL.iter().map(|(n, _)| *n));
    let hint = hint.map_or_else(String::new, |h| format!("; did you mean {h}?"));
    Err(usage(format_args!("unknown form {name} for -emit{hint}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_before_compiler_flags_are_dropped() {
        assert_eq!(strip_pattern("all=-e -m"), "-e -m");
        assert_eq!(strip_pattern("-lang=go1.20"), "-lang=go1.20");
        assert_eq!(strip_pattern("-X a=b"), "-X a=b");
    }

    #[test]
    fn language_versions() {
        assert_eq!(lang("go1.17").ok(), Some((1, 17)));
        assert_eq!(lang("go1.21.3").ok(), Some((1, 21)));
        assert!(lang("1.17").is_err());
    }
}
