//! Diagnostics as JSON, one object a line, for editors and scripts.

use go_source::SourceMap;
use go_source::diagnostic::{Diagnostic, Severity};

/// A JSON string.
pub(crate) fn string(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One diagnostic of a package as an object on a line of its own.
pub(crate) fn diagnostic(sources: &SourceMap, package: &str, d: &Diagnostic) -> String {
    let place = |pos| {
        let l = sources.location(pos);
        format!("\"file\":{},\"line\":{},\"column\":{}", string(&l.file), l.line, l.column)
    };
    let severity = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let labels: Vec<String> =
        d.labels.iter().map(|l| format!("{{{},\"text\":{}}}", place(l.span.lo), string(&l.text))).collect();
    format!(
        "{{\"package\":{},{},\"severity\":\"{severity}\",\"code\":{},\"message\":{},\"related\":[{}]}}\n",
        string(package),
        place(d.span.lo),
        string(d.code.0),
        string(&d.message),
        labels.join(",")
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(super::string("a\"\\\n\u{1}"), r#""a\"\\\n\u0001""#);
    }
}
