//! Import declarations: sorted by path within runs of successive lines, doubles removed, and their
//! comments moved along. Positions are changed so that the printer sees the new order.

use super::{Group, ImportSpec, Source, Specs, Top};
use crate::ast::ExprKind;
use go_lexer::Tok;

/// The top-level declarations of a file, its imports sorted.
pub(super) fn sort(src: &mut Source<'_>) -> Vec<Top> {
    let mut tops = top_level(src);
    for top in &mut tops {
        let Specs::Imports(specs) = &mut top.specs else { break };
        let Some((_, close)) = top.parens else { continue };
        let mut sorted = Vec::new();
        let mut run: Vec<ImportSpec> = Vec::new();
        for s in std::mem::take(specs) {
            if run.last().is_some_and(|p| src.line(s.start) > 1 + src.line(p.end)) {
                sorted.extend(sort_run(src, std::mem::take(&mut run), close));
            }
            run.push(s);
        }
        sorted.extend(sort_run(src, run, close));
        // Removed doubles can leave a blank line before the parenthesis.
        if let Some(last) = sorted.last() {
            let last_line = src.line(last.start);
            let mut line = src.line(close);
            while line > last_line + 1 {
                line -= 1;
                merge_line(src, line);
            }
        }
        *specs = sorted;
    }
    tops
}

/// Finds the top-level declarations by their tokens, which also shows empty groups.
fn top_level(src: &Source<'_>) -> Vec<Top> {
    let toks = &src.toks;
    let mut tops = Vec::new();
    let mut decls = src.file.decls.iter().copied().peekable();
    let mut imports = src.file.imports.iter().peekable();
    let mut i = 3; // after the package clause
    while i < toks.len() && toks.kinds[i] != Tok::Eof {
        let first = i;
        while !matches!(toks.kinds[i], Tok::Semi | Tok::Eof) {
            i = match toks.kinds[i] {
                Tok::Lparen | Tok::Lbrack | Tok::Lbrace => src.partner[i] as usize + 1,
                _ => i + 1,
            };
        }
        let end = toks.starts[i];
        i += 1;
        let tok = toks.kinds[first];
        let is_group = tok != Tok::Func && toks.kinds[first + 1] == Tok::Lparen;
        let specs = if tok == Tok::Import {
            let mut specs = Vec::new();
            while let Some(s) = imports.next_if(|s| src.offset(s.pos) < end) {
                specs.push(import_spec(src, s));
            }
            Specs::Imports(specs)
        } else {
            let mut ids = Vec::new();
            while let Some(d) = decls.next_if(|d| src.start(src.decl(*d).span) < end) {
                ids.push(d);
            }
            Specs::Decls(ids)
        };
        tops.push(Top {
            tok,
            offset: toks.starts[first],
            parens: is_group.then(|| (toks.starts[first + 1], src.closing(first + 1))),
            has_doc: src.has_lead[first],
            specs,
        });
    }
    tops
}

fn import_spec(src: &Source<'_>, s: &crate::ast::Import) -> ImportSpec {
    let path = &src.file.exprs[s.path];
    let text = match &path.kind {
        ExprKind::BasicLit { value, .. } => src.interner.resolve(*value),
        _ => "",
    };
    let value = src.interner.resolve(s.path_value);
    let comment = src.line_comment_of(src.end(path.span)).map(|g| {
        let notes = &src.comments[g].notes;
        notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("\n")
    });
    ImportSpec {
        name: s.name.map(|n| src.interner.resolve(n.name).to_owned()),
        path: quoted_path(text, value),
        value: value.to_owned(),
        start: src.offset(s.pos),
        path_start: src.start(path.span),
        end: src.end(path.span),
        moved: false,
        comment,
    }
}

/// A valid path in double quotes.
fn quoted_path(text: &str, value: &str) -> String {
    let bad = |c: char| !go_lexer::unicode::is_print(c) || "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd} ".contains(c);
    if value.is_empty() || value.contains(bad) { text.to_owned() } else { format!("\"{value}\"") }
}

/// Joins a line (from 1) with the one after it.
fn merge_line(src: &mut Source<'_>, line: i32) {
    let i = line as usize;
    if i < src.lines.len() {
        src.lines.remove(i);
    }
}

fn sort_run(src: &mut Source<'_>, specs: Vec<ImportSpec>, close: u32) -> Vec<ImportSpec> {
    let (Some(first), Some(last)) = (specs.first(), specs.last()) else { return specs };
    if specs.len() == 1 {
        return specs;
    }
    let places: Vec<(u32, u32)> = specs.iter().map(|s| (s.start, s.end)).collect();

    // The comments on these lines, and the import each belongs to.
    let begin = src.lines[src.line(first.start) as usize - 1];
    let end_line = src.line(last.end) as usize;
    let end = src.lines.get(end_line).copied().unwrap_or(last.end);
    let in_range = |g: &Group| begin <= g.offset() && g.end() < end;
    let from = src.comments.iter().position(in_range).unwrap_or(0);
    let to = src.comments.iter().rposition(in_range).map_or(from, |i| i + 1);
    let mut owned: Vec<Vec<(usize, bool)>> = vec![Vec::new(); specs.len()];
    let mut at = 0;
    for g in from..to {
        let offset = src.comments[g].offset();
        while at + 1 < places.len() && places[at + 1].0 <= offset {
            at += 1;
        }
        let mut left = false;
        if at == 0 && places[0].0 > offset {
            left = true;
        } else if at + 1 < places.len() && src.line(places[at].0) + 1 == src.line(offset) {
            at += 1;
            left = true;
        }
        owned[at].push((g, left));
    }

    let mut specs: Vec<(ImportSpec, Vec<(usize, bool)>)> = specs.into_iter().zip(owned).collect();
    specs.sort_by(|(a, _), (b, _)| {
        let key = |s: &ImportSpec| {
            (s.value.clone(), s.name.clone().unwrap_or_default(), s.comment.clone().unwrap_or_default())
        };
        key(a).cmp(&key(b))
    });
    let mut kept: Vec<(ImportSpec, Vec<(usize, bool)>)> = Vec::new();
    let n = specs.len();
    for i in 0..n {
        let doubled = i + 1 < n && {
            let (prev, next) = (&specs[i].0, &specs[i + 1].0);
            prev.value == next.value && prev.name == next.name && prev.comment.is_none()
        };
        if doubled {
            let line = src.line(specs[i].0.start);
            if line != src.line(close) {
                merge_line(src, line);
            }
        } else {
            kept.push(specs[i].clone());
        }
    }
    for ((s, comments), (start, end)) in kept.iter_mut().zip(places) {
        s.start = start;
        s.path_start = start;
        s.end = end;
        s.moved = true;
        for &(g, left) in comments.iter() {
            for note in &mut src.comments[g].notes {
                note.offset = if left { start.saturating_sub(1) } else { end };
            }
        }
    }
    src.comments[from..to].sort_by_key(Group::offset);
    kept.into_iter().map(|(s, _)| s).collect()
}
