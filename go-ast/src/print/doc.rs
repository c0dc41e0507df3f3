//! Canonical form of documentation comments. Source: "Go Doc Comments" (go.dev/doc/comment).

use go_lexer::unicode::{is_digit, is_letter, is_upper};

/// The lines of a doc comment in canonical form, or `None` to leave it alone.
pub(super) fn format_doc(list: &[String]) -> Option<Vec<String>> {
    let first = list.first()?;
    if list.len() == 1
        && let Some(body) = first.strip_prefix("/*")
    {
        if !first.contains('\n') || all_stars(first) {
            return None;
        }
        let body = body.strip_suffix("*/")?;
        return if body.is_empty() { None } else { Some(vec![format!("/*\n{}*/", reformat(body))]) };
    }
    let mut text = String::new();
    let mut directives = Vec::new();
    for c in list {
        let line = c.strip_prefix("//")?;
        if is_directive(line) {
            directives.push(c.clone());
        } else {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
    }
    if text.is_empty() {
        return None;
    }
    let text = reformat(&text);
    let mut out: Vec<String> = text
        .split_terminator('\n')
        .map(|line| match line {
            "" => "//".to_owned(),
            _ if line.starts_with('\t') => format!("//{line}"),
            _ => format!("// {line}"),
        })
        .collect();
    if !directives.is_empty() {
        out.push("//".to_owned());
        out.append(&mut directives);
    }
    Some(out)
}

/// Whether a comment (without its slashes) is a directive.
fn is_directive(c: &str) -> bool {
    if ["line ", "extern ", "export "].iter().any(|p| c.starts_with(p)) {
        return true;
    }
    let Some(colon) = c.find(':') else { return false };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    colon > 0 && c.len() > colon + 1 && c.bytes().take(colon).all(plain) && plain(c.as_bytes()[colon + 1])
}

/// Whether each line of an old-style comment starts with a star.
fn all_stars(text: &str) -> bool {
    text.split('\n').skip(1).all(|l| {
        let l = l.trim_start_matches([' ', '\t']);
        l.is_empty() || l.starts_with('*')
    })
}

/// A part of a comment.
enum Block {
    Para(String),
    Heading(String),
    Code(Vec<String>),
    List(List),
}

#[derive(Default)]
struct List {
    items: Vec<Item>,
    blank_before: bool,
    blank_between: bool,
}

struct Item {
    number: String,
    paras: Vec<String>,
}

/// A link definition: `[text]: url`.
struct Link {
    text: String,
    url: String,
    used: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Heading,
    List,
    OldHeading,
    Para,
}

fn reformat(text: &str) -> String {
    let lines = unindent(text.split('\n'));
    let mut links = Vec::new();
    let mut blocks = Vec::new();
    let mut prev_end = 0;
    for (start, end, kind) in spans(&lines) {
        let part = &lines[start..end];
        match kind {
            Kind::List => blocks.push(Block::List(list(part, prev_end < start, &mut links))),
            Kind::Code => {
                blocks.push(Block::Code(unindent(part.iter().copied()).into_iter().map(str::to_owned).collect()))
            }
            Kind::OldHeading => blocks.push(Block::Heading(part[0].trim().to_owned())),
            Kind::Heading => blocks.push(Block::Heading(part[0][1..].trim().to_owned())),
            Kind::Para => blocks.extend(paragraph(part, &mut links).map(Block::Para)),
        }
        prev_end = end;
    }

    let mut out = String::new();
    for (i, b) in blocks.iter().enumerate() {
        let blank = match b {
            Block::List(l) => l.blank_before || l.is_loose(),
            _ => true,
        };
        if i > 0 && blank {
            out.push('\n');
        }
        print_block(&mut out, b, &mut links);
    }
    for used in [true, false] {
        let mut first = true;
        for l in links.iter().filter(|l| l.used == used) {
            if std::mem::take(&mut first) {
                out.push('\n');
            }
            out.push_str(&format!("[{}]: {}\n", l.text, l.url));
        }
    }
    out
}

impl List {
    fn is_loose(&self) -> bool {
        self.blank_between || self.items.iter().any(|i| i.paras.len() != 1)
    }
}

fn print_block(out: &mut String, block: &Block, links: &mut [Link]) {
    match block {
        Block::Para(text) => {
            out.push_str(&linked_text(text, links));
            out.push('\n');
        }
        Block::Heading(text) => out.push_str(&format!("# {text}\n")),
        Block::Code(lines) => {
            for line in lines {
                if !line.is_empty() {
                    out.push('\t');
                    out.push_str(line);
                }
                out.push('\n');
            }
        }
        Block::List(list) => {
            let loose = list.is_loose();
            for (i, item) in list.items.iter().enumerate() {
                if i > 0 && loose {
                    out.push('\n');
                }
                if item.number.is_empty() {
                    out.push_str("  - ");
                } else {
                    out.push_str(&format!(" {}. ", item.number));
                }
                for (j, para) in item.paras.iter().enumerate() {
                    if j > 0 {
                        out.push_str("\n    ");
                    }
                    out.push_str(&linked_text(para, links).replace('\n', "\n    "));
                    out.push('\n');
                }
            }
        }
    }
}

/// Cuts lines into blocks: (start, end, kind).
fn spans(lines: &[&str]) -> Vec<(usize, usize, Kind)> {
    let mut out = Vec::new();
    let n = lines.len();
    let mut i = 0;
    let mut forced = 0; // lines before this one count as indented
    loop {
        while i < n && lines[i].is_empty() {
            i += 1;
        }
        if i >= n {
            return out;
        }
        let start = i;
        let mut end;
        let kind;
        if i < forced || is_indented(lines[i]) {
            // Up to the next unindented line; unindented list items pass until a blank line.
            let mut items_pass = is_list(lines[i]) && i < forced;
            i += 1;
            while i < n
                && (lines[i].is_empty() || i < forced || is_indented(lines[i]) || items_pass && is_list(lines[i]))
            {
                if lines[i].is_empty() {
                    items_pass = false;
                }
                i += 1;
            }
            end = i;
            while end > start && lines[end - 1].is_empty() {
                end -= 1;
            }
            // A closing brace that was pasted without indentation.
            if end < n && lines[end].starts_with('}') {
                end += 1;
            }
            kind = if is_list(lines[start]) { Kind::List } else { Kind::Code };
        } else {
            i += 1;
            while i < n && !lines[i].is_empty() && !is_indented(lines[i]) {
                i += 1;
            }
            end = i;
            if i < n && !lines[i].is_empty() && !is_list(lines[i]) {
                // Trailing lines that look like the start of what is indented go with it.
                let last = lines[i - 1];
                if is_list(last) {
                    forced = end;
                    end -= 1;
                    while end > start && is_list(lines[end - 1]) {
                        end -= 1;
                    }
                } else if last.ends_with('{') || last.ends_with('\\') {
                    forced = end;
                    end -= 1;
                }
                if start == end && forced > start {
                    i = start;
                    continue;
                }
            }
            kind = if end - start == 1 && is_heading(lines[start]) {
                Kind::Heading
            } else if end - start == 1 && is_old_heading(lines, start) {
                Kind::OldHeading
            } else {
                Kind::Para
            };
        }
        out.push((start, end, kind));
        i = end;
    }
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

fn leading_space(s: &str) -> &str {
    &s[..s.len() - s.trim_start_matches([' ', '\t']).len()]
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let n = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    &a[..n]
}

/// Lines without blank ones at both ends and without their common indentation.
fn unindent<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let all: Vec<&str> = lines.collect();
    let Some(first) = all.iter().position(|l| !l.is_empty()) else { return Vec::new() };
    let last = all.iter().rposition(|l| !l.is_empty()).unwrap_or(first);
    let all = &all[first..=last];
    let mut prefix = leading_space(all[0]);
    for l in all.iter().filter(|l| !l.is_empty()) {
        prefix = common_prefix(prefix, leading_space(l));
    }
    let mut out: Vec<&str> = all
        .iter()
        .map(|l| {
            let l = l.strip_prefix(prefix).unwrap_or(l);
            if l.trim().is_empty() { "" } else { l }
        })
        .collect();
    while out.last().is_some_and(|l| l.is_empty()) {
        out.pop();
    }
    let skip = out.iter().take_while(|l| l.is_empty()).count();
    out.drain(..skip);
    out
}

fn is_heading(line: &str) -> bool {
    (line.starts_with("# ") || line.starts_with("#\t")) && line.trim() != "#"
}

/// A heading of before the `#` syntax: a short capitalized line without punctuation between two
/// blank lines, before a paragraph.
fn is_old_heading(all: &[&str], at: usize) -> bool {
    if at == 0 || !all[at - 1].is_empty() || at + 2 >= all.len() || !all[at + 1].is_empty() {
        return false;
    }
    if !leading_space(all[at + 2]).is_empty() {
        return false;
    }
    let line = all[at].trim();
    if !line.chars().next().is_some_and(is_upper) {
        return false;
    }
    if !line.chars().next_back().is_some_and(|c| is_letter(c) || is_digit(c)) {
        return false;
    }
    if line.contains(|c| ";:!?+*/=[]{}_^°&§~%#@<\">\\".contains(c)) {
        return false;
    }
    let apostrophes = line.match_indices('\'').all(|(i, _)| {
        let rest = &line[i + 1..];
        rest == "s" || rest.starts_with("s ")
    });
    let dots = line.match_indices('.').all(|(i, _)| {
        let rest = &line[i + 1..];
        !rest.is_empty() && !rest.starts_with(' ')
    });
    apostrophes && dots
}

/// The text of a paragraph; `None` if its lines are link definitions.
fn paragraph(lines: &[&str], links: &mut Vec<Link>) -> Option<String> {
    let defs: Option<Vec<Link>> = lines.iter().map(|l| link_definition(l)).collect();
    match defs {
        Some(defs) => {
            links.extend(defs);
            None
        }
        None => Some(lines.join("\n")),
    }
}

fn link_definition(line: &str) -> Option<Link> {
    let rest = line.strip_prefix('[')?;
    let i = rest.find("]:")?;
    let after = &rest[i + 2..];
    if after.len() < 2 || !after.starts_with([' ', '\t']) {
        return None;
    }
    let url = after[1..].trim();
    let scheme = &url[..url.find("://")?];
    is_scheme(scheme).then(|| Link { text: rest[..i].to_owned(), url: url.to_owned(), used: false })
}

fn is_scheme(s: &str) -> bool {
    matches!(s, "file" | "ftp" | "gopher" | "http" | "https" | "mailto" | "nntp")
}

fn list(lines: &[&str], blank_before: bool, links: &mut Vec<Link>) -> List {
    let numbered = list_marker(lines[0]).is_some_and(|(n, _)| !n.is_empty());
    let mut list = List { blank_before, ..List::default() };
    let mut text: Vec<&str> = Vec::new();
    let flush = |list: &mut List, text: &mut Vec<&str>, links: &mut Vec<Link>| {
        if let Some(item) = list.items.last_mut() {
            item.paras.extend(paragraph(text, links));
        }
        text.clear();
    };
    for line in lines {
        let mut line = *line;
        if let Some((number, rest)) = list_marker(line)
            && numbered != number.is_empty()
        {
            flush(&mut list, &mut text, links);
            list.items.push(Item { number: number.to_owned(), paras: Vec::new() });
            line = rest;
        }
        let line = line.trim();
        if line.is_empty() {
            list.blank_between = true;
            flush(&mut list, &mut text, links);
        } else {
            text.push(line);
        }
    }
    flush(&mut list, &mut text, links);
    list
}

/// The number (empty for bullets) and the rest of a line that starts a list item.
fn list_marker(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let first = line.chars().next()?;
    let (number, rest) = match first {
        '•' | '*' | '+' | '-' => ("", &line[first.len_utf8()..]),
        '0'..='9' => {
            let n = line.bytes().take_while(u8::is_ascii_digit).count();
            if !line[n..].starts_with(['.', ')']) {
                return None;
            }
            (&line[..n], &line[n + 1..])
        }
        _ => return None,
    };
    (is_indented(rest) && !rest.trim().is_empty()).then_some((number, rest))
}

fn is_list(line: &str) -> bool {
    list_marker(line).is_some()
}

/// Text with its links looked up and its quotes made typographic.
fn linked_text(text: &str, links: &mut [Link]) -> String {
    let mut out = String::new();
    let mut wrote = 0;
    let mut start = None;
    for (i, c) in text.char_indices() {
        match c {
            '[' => start = Some(i),
            ']' => {
                if let Some(s) = start.take() {
                    let name = text[s + 1..i].replace(['\n', '\t'], " ");
                    if let Some(l) = links.iter_mut().find(|l| l.text == name) {
                        l.used = true;
                        plain_text(&mut out, &text[wrote..s], AutoLinks::Yes);
                        out.push('[');
                        plain_text(&mut out, &text[s + 1..i], AutoLinks::No);
                        out.push(']');
                        wrote = i + 1;
                    }
                }
            }
            _ => {}
        }
    }
    plain_text(&mut out, &text[wrote..], AutoLinks::Yes);
    out
}

#[derive(Clone, Copy, PartialEq)]
enum AutoLinks {
    Yes,
    No,
}

/// Doubled quotes become typographic ones, outside of addresses and names.
fn plain_text(out: &mut String, s: &str, auto: AutoLinks) {
    let mut i = 0;
    while i < s.len() {
        let t = &s[i..];
        if auto == AutoLinks::Yes {
            let n = url_len(t).or_else(|| name_len(t));
            if let Some(n) = n {
                out.push_str(&t[..n]);
                i += n;
                continue;
            }
        }
        if t.starts_with("```") {
            // Markdown by mistake: left alone.
            let n = t.len() - t.trim_start_matches('`').len();
            out.push_str(&t[..n]);
            i += n;
        } else if t.starts_with("``") {
            out.push('“');
            i += 2;
        } else if t.starts_with("''") {
            out.push('”');
            i += 2;
        } else {
            let n = t.chars().next().map_or(1, char::len_utf8);
            out.push_str(&t[..n]);
            i += n;
        }
    }
}

/// Length of the name at the start of `s`.
fn name_len(s: &str) -> Option<usize> {
    let mut n = 0;
    for c in s.chars() {
        let ok = is_letter(c) || c == '_' || n > 0 && c.is_ascii_digit();
        if !ok {
            break;
        }
        n += c.len_utf8();
    }
    (n > 0).then_some(n)
}

/// Length of the address at the start of `s`.
fn url_len(s: &str) -> Option<usize> {
    let b = s.as_bytes();
    let colon = (3..=6).find(|i| b.get(*i) == Some(&b':'))?;
    if b.len() < 7 || b.get(colon..colon + 3)? != b"://" || !is_scheme(s.get(..colon)?) {
        return None;
    }
    let is_punct = |c: u8| b".,:;?!".contains(&c);
    let is_host = |c: u8| c.is_ascii_alphanumeric() || b"_@-.[]:".contains(&c);
    let is_path = |c: u8| c.is_ascii_alphanumeric() || b"$'()*+&#=@~_/-[]{}%".contains(&c);
    let mut i = colon + 3;
    if !b.get(i).is_some_and(|c| is_host(*c) && !is_punct(*c)) {
        return None;
    }
    i += 1;
    let mut end = i;
    while let Some(&c) = b.get(i).filter(|c| is_host(**c)) {
        i += 1;
        if !is_punct(c) {
            end = i;
        }
    }
    i = end;
    // Brackets belong to the path if they match.
    let mut open = Vec::new();
    while let Some(&c) = b.get(i) {
        if !is_punct(c) {
            if !is_path(c) {
                break;
            }
            match c {
                b'(' => open.push(b')'),
                b'{' => open.push(b'}'),
                b'[' => open.push(b']'),
                b')' | b'}' | b']' if open.pop() != Some(c) => break,
                _ => {}
            }
            if open.is_empty() {
                end = i + 1;
            }
        }
        i += 1;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::format_doc;

    #[test]
    fn lists_headings_and_code_get_their_form() {
        let lines = |s: &str| -> Vec<String> { s.lines().map(str::to_owned).collect() };
        let given =
            lines("//F does ``x''.\n//go:noinline\n// * one\n// 2) two\n//\n//    code\n//\n// [a]: https://b.c");
        let wanted =
            lines("// F does “x”.\n// * one\n// 2) two\n//\n//\tcode\n//\n// [a]: https://b.c\n//\n//go:noinline");
        assert_eq!(format_doc(&given), Some(wanted));
        let list = lines("// A list:\n//   - one\n//      more\n//   - two");
        let wanted = lines("// A list:\n//   - one\n//     more\n//   - two");
        assert_eq!(format_doc(&list), Some(wanted));
    }
}
