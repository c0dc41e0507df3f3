//! What can go wrong while loading, as values that print the lines `go` prints.
//!
//! [`LoadError`] carries a position, an import stack and a kind; its `Display` is the full text as
//! `go build` writes it to standard error (without a trailing newline). Nothing here prints or exits.

use std::fmt;

/// A place in a source file as `go` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Path as shown to the user.
    pub path: String,
    /// 1-based line, 0 if unknown.
    pub line: u32,
    /// 1-based column in bytes, 0 if unknown.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}

/// One step of the way from a package named by the user to the one with the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportStep {
    /// Import path, as written in the importing file.
    pub path: String,
    /// Base name of the importing file, if this step was an import.
    pub from: Option<String>,
}

/// Whether a problem stops a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The build cannot go on.
    Error,
    /// A note for the user; the build goes on.
    Warning,
}

/// How the parts of an error are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `pos: message`, or the import stack and the message when there is no position.
    Package,
    /// The import stack, then the position on its own line (internal packages).
    StackAndPos,
    /// The import stack with the importing files' names (cycles).
    Cycle,
    /// `go: message`: not tied to a package.
    Command,
    /// The message alone.
    Plain,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadErrorKind {
    /// A path without a dot in its first element that the SDK does not have. The user's file.
    #[error("package {path} is not in std ({dir})")]
    NotInStd {
        /// Import path.
        path: String,
        /// The folder where it would be.
        dir: String,
    },
    /// No module of the build provides the package. The user's file or go.mod.
    #[error("{0}")]
    MissingModule(String),
    /// The import path is not allowed in this form. The user's file.
    #[error("{0}")]
    InvalidImport(String),
    /// Packages import each other in a circle. The user's files.
    #[error("import cycle not allowed")]
    ImportCycle,
    /// An `internal` folder outside the importer's tree. The user's file.
    #[error("use of internal package {0} not allowed")]
    Internal(String),
    /// A `vendor` folder outside the importer's tree. The user's file.
    #[error("use of vendored package not allowed")]
    Vendored,
    /// A vendored package imported by its long path. The user's file.
    #[error("{path} must be imported as {short}")]
    VendorPath {
        /// The path as written.
        path: String,
        /// The path that is right.
        short: String,
    },
    /// An import of a package main. The user's file.
    #[error("import \"{0}\" is a program, not an importable package")]
    ImportOfProgram(String),
    /// No file is left for this build. The user's files or tags.
    #[error("{0}")]
    NoGoFiles(String),
    /// Files of two packages in a folder. The user's files.
    #[error("found packages {first} ({first_file}) and {second} ({second_file}) in {dir}")]
    MultiplePackages {
        /// Name declared first.
        first: String,
        /// The file that declares it.
        first_file: String,
        /// The other name.
        second: String,
        /// The file that declares that.
        second_file: String,
        /// Their folder.
        dir: String,
    },
    /// A file's header cannot be read as Go. The user's file.
    #[error("{0}")]
    Syntax(String),
    /// A build constraint is malformed. The user's file.
    #[error("{file}: {message}")]
    Constraint {
        /// Base name.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// A `//go:embed` pattern cannot be satisfied. The user's files.
    #[error("pattern {pattern}: {message}")]
    Embed {
        /// The pattern.
        pattern: String,
        /// Why.
        message: String,
    },
    /// C, C++, Fortran or Objective-C files without cgo. The user's files.
    #[error("{language} source files not allowed when not using cgo or SWIG: {files}")]
    ForeignSources {
        /// `C`, `C++`, `Fortran` or `Objective-C`.
        language: &'static str,
        /// Their names.
        files: String,
    },
    /// Two import paths or files that differ in letter case only. The user's files.
    #[error("{0}")]
    CaseCollision(String),
    /// A pattern on the command line that cannot be resolved. The command line.
    #[error("{0}")]
    Pattern(String),
    /// go.mod, vendor/modules.txt: unreadable or contradictory. The user's file.
    #[error("{0}")]
    Module(String),
    /// A file or folder could not be read. The machine.
    #[error("{0}")]
    Io(String),
    /// The overlay table contradicts the SDK. Our bug.
    #[error("overlay: {0}")]
    Overlay(String),
}

/// One problem met while loading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// Where, if it is a place in a file.
    pub pos: Option<Position>,
    /// The way from a package named by the user to the one with the problem.
    pub stack: Vec<ImportStep>,
    /// What.
    pub kind: LoadErrorKind,
    /// Error or warning.
    pub severity: Severity,
    pub(crate) style: Style,
}

impl LoadError {
    pub(crate) fn new(kind: LoadErrorKind, style: Style) -> Self {
        LoadError { pos: None, stack: Vec::new(), kind, severity: Severity::Error, style }
    }

    pub(crate) fn package(kind: LoadErrorKind, pos: Option<Position>, stack: Vec<ImportStep>) -> Self {
        LoadError { pos, stack, kind, severity: Severity::Error, style: Style::Package }
    }

    /// A problem with the command or module as a whole, printed after `go: `.
    pub(crate) fn command(kind: LoadErrorKind) -> Self {
        Self::new(kind, Style::Command)
    }

    /// The message alone, without position and stack.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            Style::Plain => return write!(f, "{}", self.kind),
            Style::Command => {
                let warning = if self.severity == Severity::Warning { "warning: " } else { "" };
                return write!(f, "go: {warning}{}", self.kind);
            }
            Style::Package | Style::StackAndPos | Style::Cycle => {}
        }
        if let Some(pos) = &self.pos
            && (self.stack.is_empty() || self.style != Style::StackAndPos)
        {
            return write!(f, "{pos}: {}", self.kind);
        }
        if self.stack.is_empty() {
            return write!(f, "{}", self.kind);
        }
        for (i, step) in self.stack.iter().enumerate() {
            f.write_str(if i == 0 { "package " } else { "\n\timports " })?;
            f.write_str(&step.path)?;
            if let (Style::Cycle, Some(from)) = (self.style, &step.from) {
                write!(f, " from {from}")?;
            }
        }
        if let Some(pos) = &self.pos {
            write!(f, "\n\t{pos}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for LoadError {}
