//! Diagnostics as values. Rendering is the driver's business.

use crate::pos::{Pos, Span};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The build fails.
    Error,
    /// Worth knowing; the build goes on.
    Warning,
}

/// A stable error code: the name that `internal/types/errors` gives it (`UnusedVar`), or a gorc
/// name for syntax and loading errors.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Code(pub &'static str);

/// A secondary place with its own text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be said there.
    pub text: String,
}

/// One finding, with gc's wording in `message`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// The place; `span.lo` is the position that gc prints.
    pub span: Span,
    /// gc's message; continuation lines start with a tab, as gc prints them.
    pub message: String,
    /// Other places.
    pub labels: Vec<Label>,
    /// Soft errors (unused names and the like) do not hide others and can be relaxed.
    pub soft: bool,
}

impl Diagnostic {
    /// An error at `span`.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, severity: Severity::Error, span, message: message.into(), labels: Vec::new(), soft: false }
    }

    /// An error at `pos`.
    #[must_use]
    pub fn error_at(code: Code, pos: Pos, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, Span::at(pos), message)
    }
}
