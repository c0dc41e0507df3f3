//! Diagnostics as gc prints them: sorted, without repetitions, at most ten.
//!
//! Which errors count and in which order they are cut off follows gc: errors are counted as they are
//! reported, the tenth ends the list, and what there is by then is sorted by position.

use go_source::diagnostic::{Diagnostic, Severity};
use go_source::{Pos, SourceMap};

/// How many errors are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ErrorLimit {
    /// Ten, as gc does.
    Ten,
    /// All (`-e`).
    None,
}

/// A position as gc prints it.
pub(crate) fn position(sources: &SourceMap, pos: Pos) -> String {
    let l = sources.location(pos);
    match (l.line, l.column) {
        (0, _) if l.file.is_empty() => "<unknown line number>".to_owned(),
        (0, _) => l.file,
        (line, 0) => format!("{}:{line}", l.file),
        (line, column) => format!("{}:{line}:{column}", l.file),
    }
}

/// Position, message and further places of one diagnostic, without a final newline.
pub(crate) fn diagnostic(sources: &SourceMap, d: &Diagnostic) -> String {
    let warning = if d.severity == Severity::Warning { "warning: " } else { "" };
    let mut out = format!("{}: {warning}{}", position(sources, d.span.lo), d.message);
    for l in &d.labels {
        out.push_str(&format!("\n\t{}: {}", position(sources, l.span.lo), l.text));
    }
    out
}

/// The diagnostics of a package that gc would keep: as reported, thinned, cut off.
/// The position is that of the error that went over the limit.
pub(crate) fn select<'d>(
    sources: &SourceMap,
    reported: impl IntoIterator<Item = &'d Diagnostic>,
    limit: ErrorLimit,
) -> (Vec<&'d Diagnostic>, Option<Pos>) {
    let mut kept: Vec<&Diagnostic> = Vec::new();
    let mut syntax_line = None;
    let mut last: Option<((u32, u32), &str)> = None;
    let mut errors = 0;
    let mut cut = None;
    for d in reported {
        if d.severity == Severity::Warning {
            kept.push(d);
            continue;
        }
        if cut.is_some() {
            continue;
        }
        let line = line_of(sources, d.span.lo);
        if d.message.starts_with("syntax error") {
            if syntax_line == Some(line) {
                continue;
            }
            syntax_line = Some(line);
        } else {
            if last == Some((line, d.message.as_str())) {
                continue;
            }
            last = Some((line, &d.message));
        }
        kept.push(d);
        errors += 1;
        if limit == ErrorLimit::Ten && errors >= 10 {
            cut = Some(d.span.lo);
        }
    }
    kept.sort_by_key(|d| d.span.lo);
    kept.dedup_by(|a, b| diagnostic(sources, a) == diagnostic(sources, b));
    (kept, cut)
}

/// The text of a package's diagnostics under the header `# path`; empty if there are none.
pub(crate) fn package(sources: &SourceMap, path: &str, reported: &[Diagnostic], limit: ErrorLimit) -> String {
    if reported.is_empty() {
        return String::new();
    }
    let (kept, cut) = select(sources, reported, limit);
    let mut out = format!("# {path}\n");
    for d in kept {
        out.push_str(&diagnostic(sources, d));
        out.push('\n');
    }
    if let Some(pos) = cut {
        out.push_str(&format!("{}: too many errors\n", position(sources, pos)));
    }
    out
}

fn line_of(sources: &SourceMap, pos: Pos) -> (u32, u32) {
    let Some(id) = sources.file_of(pos) else { return (u32::MAX, 0) };
    let f = sources.file(id);
    (id.0, f.line_col(pos.0 - f.base.0).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use go_source::diagnostic::Code;

    fn sources() -> SourceMap {
        let mut m = SourceMap::new();
        m.add("./x.go".into(), b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n".as_slice().into());
        m
    }

    fn error(offset: u32, text: &str) -> Diagnostic {
        Diagnostic::error_at(Code("X"), Pos(1 + offset), text)
    }

    #[test]
    fn errors_are_sorted_and_repeated_ones_dropped() {
        let list = [error(4, "two"), error(0, "one"), error(4, "two")];
        assert_eq!(package(&sources(), "p", &list, ErrorLimit::Ten), "# p\n./x.go:1:1: one\n./x.go:3:1: two\n");
    }

    #[test]
    fn the_tenth_error_ends_the_list() {
        let list: Vec<_> = (0..11).map(|i| error(i * 2, &format!("e{i}"))).collect();
        let text = package(&sources(), "p", &list, ErrorLimit::Ten);
        assert!(text.ends_with("./x.go:10:1: e9\n./x.go:10:1: too many errors\n"), "{text}");
        assert!(!package(&sources(), "p", &list, ErrorLimit::None).contains("too many"));
    }

    #[test]
    fn one_syntax_error_a_line() {
        let list = [error(0, "syntax error: a"), error(0, "syntax error: b")];
        assert_eq!(package(&sources(), "p", &list, ErrorLimit::Ten), "# p\n./x.go:1:1: syntax error: a\n");
    }
}
