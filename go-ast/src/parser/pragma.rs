//! What happens between tokens: lexical errors and directives are handled when the parser reaches
//! the token during whose scan they were met, as in a parser that scans as it goes.

use super::{Origin, Parser};
use crate::ast::File;
use crate::directive::{Verb, embed_patterns};
use go_lexer::{EventKind, go_build_version, parse_line_directive};
use go_source::source_map::LineDirective;
use go_source::{Code, Diagnostic, Pos};

/// A directive that waits for the declaration it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Pending {
    pos: Pos,
    verb: Verb,
}

/// What may stand before a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Nothing that the compiler knows.
    Nothing,
    /// `//go:build` (the package clause).
    Build,
    /// `//go:embed`.
    Embed,
    /// Directives about functions.
    Func,
}

impl Parser<'_> {
    /// Handles the events that are due at the current token.
    #[cold]
    pub(super) fn handle_events(&mut self) {
        while let Some(e) = self.toks.events.get(self.event) {
            if e.token as usize > self.i {
                self.event_due = e.token;
                return;
            }
            let offset = e.offset;
            match e.kind.clone() {
                EventKind::Error(message) => {
                    self.errors += 1;
                    self.diagnostics.push(Diagnostic::error_at(Code("Lexical"), Pos(self.base + offset), message));
                }
                EventKind::Directive { end, alone } => self.directive(offset, end, alone),
            }
            self.event += 1;
        }
        self.event_due = u32::MAX;
    }

    fn directive(&mut self, offset: u32, end: u32, alone: bool) {
        let bytes = &self.text[offset as usize..end as usize];
        let comment = String::from_utf8_lossy(bytes).into_owned();
        let in_block = comment.strip_prefix("/*").and_then(|t| t.strip_suffix("*/"));
        let in_line = comment.strip_prefix("//").map(|t| t.strip_suffix('\r').unwrap_or(t));
        let block = in_block.is_some();
        let Some(text) = in_block.or(in_line) else {
            return; // its delimiters are torn apart by bytes that do not count
        };
        let at_line_start = offset == 0 || self.text[offset as usize - 1] == b'\n';
        if let Some(rest) = text.strip_prefix("line ") {
            if block || at_line_start {
                self.add_directive(offset, text);
                self.line_directive(offset, end + u32::from(!block), rest);
            }
            return;
        }
        if text.starts_with("export ") && at_line_start {
            self.add_directive(offset, text);
            return;
        }
        if !text.starts_with("go:") {
            return;
        }
        self.add_directive(offset, text);
        if self.top
            && let Some(version) = go_build_version(text)
        {
            self.file.go_version = Some(version);
        }
        self.pragma(Pos(self.base + offset + 2), alone, text);
    }

    fn line_directive(&mut self, offset: u32, governed: u32, text: &str) {
        match parse_line_directive(text) {
            Ok(None) => {}
            Ok(Some(parts)) => {
                let file = if parts.file.is_empty() { String::new() } else { clean_path(&parts.file) };
                self.line_directives.push(LineDirective {
                    offset: governed,
                    file,
                    line: parts.line,
                    column: parts.column,
                });
            }
            Err((i, message)) => {
                self.error_at(Pos(self.base + offset + 2 + 5 + i as u32), message);
            }
        }
    }

    /// A `//go:` directive; errors are placed after its slashes.
    fn pragma(&mut self, pos: Pos, alone: bool, text: &str) {
        if !alone {
            self.directive_error(pos, "misplaced compiler directive");
            return;
        }
        let verb_text = text.split(' ').next().unwrap_or(text);
        let verb = Verb::of(verb_text);
        let origin = self.mode.origin;
        match verb {
            Verb::Linkname => {
                let n = text.split_whitespace().count();
                if text.len() > verb_text.len() && n != 2 && n != 3 {
                    self.directive_error(pos, format!("usage: //{verb_text} localname [linkname]"));
                }
                return;
            }
            Verb::WasmImport if text.len() > verb_text.len() => {
                if text.split_whitespace().count() != 3 {
                    self.directive_error(pos, "usage: //go:wasmimport importmodule importname");
                }
                return;
            }
            Verb::WasmExport if text.len() > verb_text.len() => {
                if text.split_whitespace().count() != 2 {
                    self.directive_error(pos, "usage: //go:wasmexport exportname");
                }
                return;
            }
            Verb::Embed => {
                match embed_patterns(&text[verb_text.len()..]) {
                    Err(message) => {
                        self.directive_error(pos, message);
                        self.directive_error(pos, "usage: //go:embed pattern...");
                        return;
                    }
                    Ok(list) if list.is_empty() => {
                        self.directive_error(pos, "usage: //go:embed pattern...");
                        return;
                    }
                    Ok(_) => {}
                };
            }
            Verb::Cgo if origin == Origin::User && verb_text != "go:cgo_import_dynamic" => {
                self.directive_error(pos, format!("//{text} only allowed in cgo-generated code"));
            }
            Verb::RuntimeOnly if origin != Origin::Runtime => {
                self.directive_error(pos, format!("//{verb_text} only allowed in runtime"));
            }
            Verb::StdOnly if origin == Origin::User => {
                self.directive_error(pos, format!("//{verb_text} is only allowed in the standard library"));
            }
            _ => {}
        }
        self.pending.push(Pending { pos, verb });
    }

    /// An error about a directive: it does not count as a syntax error of what surrounds it.
    fn directive_error(&mut self, pos: Pos, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error_at(Code("Directive"), pos, message));
    }

    /// The directives since the last declaration go to the one that starts here.
    pub(super) fn take_pragma(&mut self, allowed: Allowed) -> std::ops::Range<u32> {
        for p in std::mem::take(&mut self.pending) {
            let ok = match p.verb {
                Verb::Build => allowed == Allowed::Build,
                Verb::Embed => allowed == Allowed::Embed,
                v if v.is_about_functions() => allowed == Allowed::Func,
                _ => true,
            };
            if !ok {
                self.late.push(misplaced(p));
            }
        }
        let from = self.pending_from;
        self.pending_from = directive_count(&self.file);
        from..self.pending_from
    }

    /// A construct ends that takes no directives: those before it are misplaced.
    pub(super) fn clear_pragma(&mut self) {
        if !self.pending.is_empty() {
            for p in std::mem::take(&mut self.pending) {
                if p.verb == Verb::Embed || p.verb == Verb::Build || p.verb.is_about_functions() {
                    self.diagnostics.push(misplaced(p));
                }
            }
        }
        self.pending_from = directive_count(&self.file);
    }
}

fn directive_count(file: &File) -> u32 {
    file.directives.len() as u32
}

fn misplaced(p: Pending) -> Diagnostic {
    let message = match p.verb {
        Verb::Embed => "misplaced go:embed directive",
        _ => "misplaced compiler directive",
    };
    Diagnostic::error_at(Code("MisplacedDirective"), p.pos, message)
}

/// A slash-separated path without `.`, needless `..` and doubled slashes.
pub(super) fn clean_path(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}
