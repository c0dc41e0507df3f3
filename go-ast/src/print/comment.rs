//! Comments between tokens: the white space before and after them, and the lines of block comments.

use super::doc::format_doc;
use super::writer::{Flushed, Printer, Ws, limit};
use super::{At, Note, build_lines};
use go_lexer::Tok;

impl Printer<'_> {
    /// Writes all comments before `next` together with the held-back white space.
    pub(super) fn intersperse_comments(&mut self, next: At, tok: Option<Tok>) -> Flushed {
        let comments = self.comments;
        let mut last: Option<Note> = None;
        while self.comment_before(next) {
            let group = &comments[self.next_comment.index - 1];
            // A comment at the left margin directly above a token documents it.
            let documents = tok != Some(Tok::Name)
                && self.last_tok != Some(Tok::Import)
                && self.src.at(group.offset()).column == 1
                && self.src.at(group.end() + 1) == next;
            let texts: Vec<String> = group.notes.iter().map(|n| n.text.clone()).collect();
            let rewritten = if documents { format_doc(&texts) } else { None };
            match rewritten {
                Some(list) => {
                    let offset = group.offset();
                    if list.is_empty() {
                        self.comment_prefix(self.src.at(offset), next, last.as_ref(), tok);
                        self.pos = next;
                        self.last = next;
                        self.advance_comment();
                        return self.comment_suffix(false);
                    }
                    for text in list {
                        let note = Note { offset, text };
                        self.comment_prefix(self.src.at(offset), next, last.as_ref(), tok);
                        self.write_comment(&note);
                        last = Some(note);
                    }
                }
                None => {
                    for note in &group.notes {
                        self.comment_prefix(self.src.at(note.offset), next, last.as_ref(), tok);
                        self.write_comment(note);
                        last = Some(note.clone());
                    }
                }
            }
            if documents {
                last = group.notes.last().cloned();
                self.pos = self.src.at(group.end());
                self.last = self.pos;
            }
            self.advance_comment();
        }
        let Some(last) = last else { return Flushed::default() };
        let mut needs_linebreak = false;
        // Something must separate a block comment from what follows on its line, except a comma or
        // the end of an empty list.
        if !self.no_extra_blank
            && last.is_block()
            && self.src.line(last.offset) == next.line
            && tok != Some(Tok::Comma)
            && (tok != Some(Tok::Rparen) || self.prev_open == Some(Tok::Lparen))
            && (tok != Some(Tok::Rbrack) || self.prev_open == Some(Tok::Lbrack))
        {
            let breaks = self.pending.iter().any(|w| matches!(w, Ws::Newline | Ws::Formfeed));
            if breaks && !self.no_extra_linebreak && self.level == 0 {
                needs_linebreak = true;
            } else {
                self.write_byte(b' ', 1);
            }
        }
        if !last.is_block() || tok == Some(Tok::Eof) || tok == Some(Tok::Rbrace) && !self.no_extra_linebreak {
            needs_linebreak = true;
        }
        self.comment_suffix(needs_linebreak)
    }

    /// White space before a comment at `pos`; `next` is the token after all comments, `prev` the
    /// comment before.
    fn comment_prefix(&mut self, pos: At, next: At, prev: Option<&Note>, tok: Option<Tok>) {
        if self.out.is_empty() {
            return;
        }
        if pos.line == self.last.line && prev.is_none_or(Note::is_block) {
            let mut has_separator = false;
            if prev.is_none() {
                let mut n = 0;
                for i in 0..self.pending.len() {
                    match self.pending[i] {
                        Ws::Blank => {
                            self.pending[i] = Ws::Ignore;
                            continue;
                        }
                        Ws::Vtab => {
                            has_separator = true;
                            continue;
                        }
                        Ws::Indent => continue,
                        _ => {}
                    }
                    n = i;
                    break;
                }
                self.write_pending(n);
            }
            if !has_separator {
                self.write_byte(if pos.line == next.line { b' ' } else { b'\t' }, 1);
            }
            return;
        }

        let mut dropped_linebreak = false;
        let mut n = 0;
        for i in 0..self.pending.len() {
            match self.pending[i] {
                Ws::Blank | Ws::Vtab => {
                    self.pending[i] = Ws::Ignore;
                    continue;
                }
                Ws::Indent => continue,
                Ws::Unindent => {
                    // All unindents but the last belong to constructs that ended before.
                    if self.pending.get(i + 1) == Some(&Ws::Unindent) {
                        continue;
                    }
                    // A comment in line with the next token belongs to that.
                    if tok != Some(Tok::Rbrace) && pos.column == next.column {
                        continue;
                    }
                }
                Ws::Newline | Ws::Formfeed => {
                    self.pending[i] = Ws::Ignore;
                    dropped_linebreak = prev.is_none();
                }
                Ws::Ignore => {}
            }
            n = i;
            break;
        }
        self.write_pending(n);

        let mut lines = 0;
        if pos.is_valid() && self.last.is_valid() {
            lines = (pos.line - self.last.line).max(0);
        }
        if self.indent == 0 && dropped_linebreak {
            lines += 1; // keeps a blank line before documentation
        }
        if lines == 0 && prev.is_some_and(|p| !p.is_block()) {
            lines = 1;
        }
        if lines > 0 {
            self.write_byte(b'\x0c', limit(lines));
        }
    }

    /// White space after the comments before a token.
    fn comment_suffix(&mut self, needs_linebreak: bool) -> Flushed {
        let mut needs_linebreak = needs_linebreak;
        let mut done = Flushed::default();
        for w in &mut self.pending {
            match *w {
                Ws::Blank | Ws::Vtab => *w = Ws::Ignore,
                Ws::Indent | Ws::Unindent | Ws::Ignore => {}
                Ws::Newline | Ws::Formfeed => {
                    if needs_linebreak {
                        needs_linebreak = false;
                        done.wrote_newline = true;
                    } else {
                        done.dropped_formfeed |= *w == Ws::Formfeed;
                        *w = Ws::Ignore;
                    }
                }
            }
        }
        self.write_pending(self.pending.len());
        if needs_linebreak {
            self.write_byte(b'\n', 1);
            done.wrote_newline = true;
        }
        done
    }

    fn write_comment(&mut self, note: &Note) {
        let mut pos = self.src.at(note.offset);
        let text = &note.text;
        let saved = self.indent;
        if text.starts_with("//line ") && pos.column == 1 {
            self.indent = 0; // only at the margin is it a directive
        }
        if !note.is_block() {
            if build_lines::is_go_build(text) {
                self.go_build.push(self.out.len());
            } else if build_lines::is_plus_build(text) {
                self.plus_build.push(self.out.len());
            }
            self.write_string(pos, text.trim_end(), true);
            self.indent = saved;
            return;
        }
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        if pos.column == 1 && self.indent > 0 {
            // It will be indented: as if it had been before.
            for l in &mut lines[1..] {
                l.insert_str(0, "   ");
            }
        }
        strip_common_prefix(&mut lines);
        for (i, l) in lines.iter().enumerate() {
            if i > 0 {
                self.write_byte(b'\x0c', 1);
                pos = self.pos;
            }
            if !l.is_empty() {
                self.write_string(pos, l.trim_end(), true);
            }
        }
        self.indent = saved;
    }
}

fn is_blank(s: &str) -> bool {
    s.bytes().all(|b| b <= b' ')
}

/// The common start of two lines as far as it is white or stars.
fn common_prefix(a: &str, b: &str) -> String {
    let n = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y && (*x <= b' ' || *x == b'*')).count();
    a[..n].to_owned()
}

/// Removes from the lines of a block comment the indentation they share, guessing from usual
/// styles what belongs to the text.
fn strip_common_prefix(lines: &mut [String]) {
    let n = lines.len();
    if n <= 1 {
        return;
    }
    let mut prefix: Option<String> = None;
    if n > 2 {
        for line in &mut lines[1..n - 1] {
            if is_blank(line) {
                line.clear();
            } else {
                let so_far = prefix.as_deref().unwrap_or(line);
                prefix = Some(common_prefix(so_far, line));
            }
        }
    }
    let mut prefix = prefix.unwrap_or_else(|| common_prefix(&lines[n - 1], &lines[n - 1]));

    let mut line_of_stars = false;
    if let Some(star) = prefix.find('*') {
        prefix.truncate(star);
        if prefix.ends_with(' ') {
            prefix.pop();
        }
        line_of_stars = true;
    } else {
        let first = &lines[0];
        if is_blank(&first[2..]) {
            // No text on the first line: up to three blanks or a tab are the text's own.
            let mut i = prefix.len();
            let bytes = prefix.as_bytes();
            for _ in 0..3 {
                if i > 0 && bytes[i - 1] == b' ' {
                    i -= 1;
                }
            }
            if i == prefix.len() && i > 0 && bytes[i - 1] == b'\t' {
                i -= 1;
            }
            prefix.truncate(i);
        } else {
            // The white space after the opening counts as the text's own, with two blanks for
            // the opening itself unless a tab makes up for it.
            let white: String = first[2..].chars().take_while(|c| *c <= ' ').collect();
            let suffix = if white.starts_with('\t') { white } else { format!("  {white}") };
            if let Some(rest) = prefix.strip_suffix(&suffix) {
                prefix.truncate(rest.len());
            }
        }
    }

    let last = lines[n - 1].clone();
    let before = last.split("*/").next().unwrap_or("");
    if is_blank(before) {
        lines[n - 1] = format!("{prefix}{}", if line_of_stars { " */" } else { "*/" });
    } else {
        prefix = common_prefix(&prefix, &last);
    }
    for line in &mut lines[1..] {
        if !line.is_empty() {
            *line = line.get(prefix.len()..).unwrap_or("").to_owned();
        }
    }
}
