//! Reporting: errors become [`Diagnostic`]s with gc's wording.
//!
//! Never stops the checker. Follow-on errors about invalid operands are dropped once something was
//! reported for the package, as gc does.

use super::{Checker, Operand};
use crate::codes;
use crate::object::ObjId;
use go_ast::{ExprId, Ident, StmtId, StmtKind};
use go_source::{Code, Diagnostic, Label, Pos, Severity, Span};

/// Something that has a position to report at.
pub trait ErrPos {
    /// The position: the start of the thing.
    fn err_pos(&self, c: &Checker) -> Pos;
}

impl ErrPos for Pos {
    fn err_pos(&self, _: &Checker) -> Pos {
        *self
    }
}

impl ErrPos for Ident {
    fn err_pos(&self, _: &Checker) -> Pos {
        self.pos
    }
}

impl ErrPos for ExprId {
    fn err_pos(&self, c: &Checker) -> Pos {
        c.start_pos(*self)
    }
}

impl ErrPos for StmtId {
    fn err_pos(&self, c: &Checker) -> Pos {
        // As gc: the leftmost token only for sends and assignments.
        let tree = &c.env().tree;
        let s = tree.stmt(*self);
        match s.kind {
            StmtKind::Send { .. } | StmtKind::Assign { .. } | StmtKind::IncDec { .. } => s.span.lo,
            _ => s.pos,
        }
    }
}

impl ErrPos for ObjId {
    fn err_pos(&self, c: &Checker) -> Pos {
        c.store.objects[*self].pos
    }
}

impl ErrPos for Operand {
    fn err_pos(&self, c: &Checker) -> Pos {
        c.operand_pos(self)
    }
}

impl<T: ErrPos> ErrPos for &T {
    fn err_pos(&self, c: &Checker) -> Pos {
        (**self).err_pos(c)
    }
}

impl<T: ErrPos> ErrPos for &mut T {
    fn err_pos(&self, c: &Checker) -> Pos {
        (**self).err_pos(c)
    }
}

/// An error under construction: its first part gives the position, further parts are added lines.
#[derive(Debug)]
pub(crate) struct ErrorBuilder {
    code: Code,
    soft: bool,
    parts: Vec<(Pos, String)>,
}

impl ErrorBuilder {
    /// Adds a line about the place `pos` (`Pos::NONE`: about no place).
    pub(crate) fn add(&mut self, pos: Pos, msg: impl Into<String>) {
        self.parts.push((pos, msg.into()));
    }

    /// Makes the error soft.
    pub(crate) fn soft(&mut self) {
        self.soft = true;
    }
}

impl Checker {
    /// Starts an error of several lines.
    pub(crate) fn new_error(&self, code: Code) -> ErrorBuilder {
        ErrorBuilder { code, soft: false, parts: Vec::new() }
    }

    /// Adds the line that names another declaration of `obj`, if it has a position.
    pub(crate) fn add_alt_decl(&self, err: &mut ErrorBuilder, obj: ObjId) {
        let o = &self.store.objects[obj];
        if o.pos.is_known() {
            err.add(o.pos, format!("other declaration of {}", self.store.text(o.name)));
        }
    }

    /// Reports an error.
    pub(crate) fn error(&mut self, at: impl ErrPos, code: Code, msg: impl Into<String>) {
        let mut err = self.new_error(code);
        err.add(at.err_pos(self), msg);
        self.report(err);
    }

    /// Reports a soft error: one that leaves the program's meaning clear.
    pub(crate) fn soft_errorf(&mut self, at: impl ErrPos, code: Code, msg: impl Into<String>) {
        let mut err = self.new_error(code);
        err.add(at.err_pos(self), msg);
        err.soft = true;
        self.report(err);
    }

    /// Reports a finished error.
    pub(crate) fn report(&mut self, err: ErrorBuilder) {
        let Some((pos, first)) = err.parts.first().cloned() else { return };
        let pkg = self.env.as_ref().map(|e| e.pkg);
        let failed = pkg.and_then(|p| self.states.get(&p)).is_some_and(|s| s.failed);
        if failed {
            let at = |s: &str| first.find(s).unwrap_or(0);
            if at("invalid operand") > 0 || at("invalid type") > 0 {
                return;
            }
        }
        if let Some(s) = pkg.and_then(|p| self.states.get_mut(&p)) {
            s.failed = true;
        }
        let mut message = first;
        if err.code == codes::INVALID_SYNTAX_TREE {
            message.insert_str(0, "invalid syntax tree: ");
        }
        let mut labels = Vec::new();
        for (p, text) in &err.parts[1..] {
            if p.is_known() {
                let text = strip_annotations(text);
                labels.push(Label { span: Span::at(*p), text });
            } else {
                message.push_str("\n\t");
                message.push_str(text);
            }
        }
        let mut message = strip_annotations(&message);
        self.add_version_hint(&mut message);
        let pos = match self.env.as_ref().and_then(|e| e.err_pos) {
            Some(p) if p.is_known() => p,
            _ => pos,
        };
        let mut d = Diagnostic::error_at(err.code, pos, message);
        d.labels = labels;
        d.soft = err.soft;
        let unused = [codes::UNUSED_VAR, codes::UNUSED_IMPORT, codes::UNUSED_LABEL];
        if self.options.relaxed && unused.contains(&err.code) {
            d.severity = Severity::Warning;
        }
        self.diagnostics.push(d);
    }

    /// gc tells where the language version comes from when an error asks for a newer one.
    fn add_version_hint(&self, msg: &mut String) {
        let Some(i) = msg.find("requires go") else { return };
        if !msg[i..].contains(" or later") {
            return;
        }
        let Some(env) = &self.env else { return };
        let (maj, min) = self.store.packages[env.pkg].go_version;
        match env.tree.go_version {
            Some(v) if v == env.version => {
                msg.push_str(&format!(" (file declares //go:build go{}.{})", v.0, v.1));
            }
            _ => msg.push_str(&format!(" (-lang was set to go{maj}.{min}; check go.mod)")),
        }
    }

    /// A position as text, for messages that mention one.
    pub(crate) fn pos_string(&self, pos: Pos) -> String {
        match &self.sources {
            Some(m) if pos.is_known() => {
                let l = m.location(pos);
                match (l.line, l.column) {
                    (0, _) => l.file,
                    (line, 0) => format!("{}:{line}", l.file),
                    (line, col) => format!("{}:{line}:{col}", l.file),
                }
            }
            _ => "<unknown position>".to_owned(),
        }
    }

    /// Line number of a position, 0 if unknown.
    pub(crate) fn line_of(&self, pos: Pos) -> u32 {
        self.sources.as_ref().map_or(0, |m| m.location(pos).line)
    }
}

/// Removes the subscript digits that tell type parameters apart.
fn strip_annotations(s: &str) -> String {
    s.chars().filter(|c| !('\u{2080}'..='\u{2089}').contains(c)).collect()
}
