//! Errors and where to go on after them. Words and places are gc's.

use super::Parser;
use go_lexer::{Tok, TokenSet};
use go_source::{Code, Diagnostic, Pos};

/// Closing delimiters.
pub(super) const CLOSERS: TokenSet = TokenSet::new(&[Tok::Rparen, Tok::Rbrack, Tok::Rbrace]);

/// Keywords that start a declaration.
pub(super) const DECL_START: TokenSet = TokenSet::new(&[Tok::Import, Tok::Const, Tok::Type, Tok::Var, Tok::Func]);

/// Keywords that start a statement: inside functions nothing skips over them.
const STMT_START: TokenSet = TokenSet::new(&[
    Tok::Break,
    Tok::Const,
    Tok::Continue,
    Tok::Defer,
    Tok::Fallthrough,
    Tok::For,
    Tok::Go,
    Tok::Goto,
    Tok::If,
    Tok::Return,
    Tok::Select,
    Tok::Switch,
    Tok::Type,
    Tok::Var,
]);

/// A token as errors name it.
pub(super) fn describe(tok: Tok) -> String {
    match tok {
        Tok::Comma => "comma".to_owned(),
        Tok::Semi => "semicolon or newline".to_owned(),
        _ if tok.is_keyword() => format!("keyword {}", tok.text()),
        _ => tok.text().to_owned(),
    }
}

impl Parser<'_> {
    /// An error that is no syntax error in gc's words.
    pub(super) fn error_at(&mut self, pos: Pos, message: impl Into<String>) {
        self.errors += 1;
        self.diagnostics.push(Diagnostic::error_at(Code("Syntax"), pos, message));
    }

    /// A syntax error at the current token.
    pub(super) fn syntax_error(&mut self, message: &str) {
        self.syntax_error_at(self.pos(), message);
    }

    /// A syntax error. Messages that start with "in", "at", "after" or "expected" are completed with
    /// the current token.
    pub(super) fn syntax_error_at(&mut self, pos: Pos, message: &str) {
        if self.tok == Tok::Eof && self.errors > 0 {
            return; // follow-ups at the end of the file mean nothing
        }
        let rest = if ["in ", "at ", "after "].iter().any(|p| message.starts_with(p)) {
            format!(" {message}")
        } else if message.starts_with("expected ") {
            format!(", {message}")
        } else {
            self.error_at(pos, format!("syntax error: {message}"));
            return;
        };
        let found = self.describe_current();
        self.error_at(pos, format!("syntax error: unexpected {found}{rest}"));
    }

    /// The current token as errors name it.
    fn describe_current(&self) -> String {
        let text = || String::from_utf8_lossy(self.tok_text());
        match self.tok {
            Tok::Name => format!("name {}", text()),
            Tok::Semi => self.semi_text().to_owned(),
            t if t.is_literal() => format!("literal {}", text()),
            t => describe(t),
        }
    }

    /// What the current semicolon really is.
    pub(super) fn semi_text(&self) -> &'static str {
        match self.text.get(self.start as usize) {
            Some(b';') => "semicolon",
            Some(_) => "newline",
            None => "EOF",
        }
    }

    /// Skips to a token of `follow`, or inside functions to the start of a statement.
    pub(super) fn advance(&mut self, follow: TokenSet) {
        let mut set = follow.union(TokenSet::new(&[Tok::Eof]));
        if self.fnest > 0 {
            set = set.union(STMT_START);
        }
        while !set.contains(self.tok) {
            self.next();
        }
    }

    /// Skips one token, to make progress.
    pub(super) fn skip_one(&mut self) {
        if self.tok != Tok::Eof {
            self.next();
        }
    }
}

/// Drops the errors that gc drops (all but the first of successive syntax errors on a line, equal
/// messages on a line) and sorts the rest by position.
pub(super) fn thin_and_sort(diagnostics: &mut Vec<Diagnostic>, text: &[u8], base: u32) {
    if diagnostics.is_empty() {
        return;
    }
    let starts: Vec<u32> = std::iter::once(0)
        .chain(text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i as u32 + 1))
        .collect();
    let line = |d: &Diagnostic| starts.partition_point(|s| *s <= d.span.lo.0 - base);
    let mut last_syntax = None;
    let mut last_other: Option<(usize, String)> = None;
    diagnostics.retain(|d| {
        let l = line(d);
        if d.message.starts_with("syntax error") {
            last_syntax.replace(l) != Some(l)
        } else {
            let this = Some((l, d.message.clone()));
            let keep = last_other != this;
            last_other = this;
            keep
        }
    });
    diagnostics.sort_by_key(|d| d.span.lo);
}
