//! Build constraints: which files belong to a build.
//!
//! Three rules decide, in this order: the file's name (`_GOOS`, `_GOARCH`, `_test`), the
//! `//go:build` line in front of the package clause (only if there is none: old `// +build` lines),
//! and `import "C"`, which has no place while cgo is off. The rules are those of go/build in
//! Go 1.27; this module never reads a file.

mod context;
mod expr;
mod header;

pub use context::{Arch, BuildContext, ExperimentError, KNOWN_ARCH, KNOWN_OS, Os};
pub use expr::{ConstraintError, Expr, parse, parse_plus_build};
pub use header::{BuildLine, build_line};

/// Why a file of a package's folder is not part of the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IgnoreReason {
    /// Its name ends in an operating system or architecture that is not the target's.
    Name,
    /// Its `//go:build` line (or `// +build` lines) excludes it.
    Constraint,
    /// It imports "C" and cgo is off.
    Cgo,
    /// It declares package `documentation`.
    Documentation,
    /// It is a test file.
    Test,
    /// The overlay leaves it out.
    Overlay,
}

/// The verdict over a file's leading comments.
///
/// `source` may be the whole file: reading stops at the first text that is not a comment.
pub fn matches_header(ctx: &BuildContext, tags: &[&str], source: &[u8]) -> Result<HeaderVerdict, ConstraintError> {
    let line = build_line(source)?;
    match line {
        BuildLine::GoBuild(text) => {
            let x = parse(text)?;
            Ok(HeaderVerdict { selected: x.eval(&mut |t| ctx.has_tag(t, tags)), go_version: x.go_version() })
        }
        BuildLine::PlusBuild(lines) => {
            let selected =
                lines.iter().all(|l| parse_plus_build(l).is_none_or(|x| x.eval(&mut |t| ctx.has_tag(t, tags))));
            Ok(HeaderVerdict { selected, go_version: None })
        }
        BuildLine::None => Ok(HeaderVerdict { selected: true, go_version: None }),
    }
}

/// What [`matches_header`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderVerdict {
    /// Whether the constraint holds.
    pub selected: bool,
    /// The minor Go version that the constraint implies (`go1.21` gives 21): it sets the file's
    /// language version.
    pub go_version: Option<u32>,
}

#[cfg(test)]
mod tests;
