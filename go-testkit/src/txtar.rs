//! Text archives: a comment, then files, each after a line `-- name --`. Source: the format of
//! golang.org/x/tools/txtar.

/// An archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// What stands before the first file.
    pub comment: String,
    /// Name and text.
    pub files: Vec<(String, String)>,
}

/// Reads an archive; any text is one.
#[must_use]
pub fn parse(text: &str) -> Archive {
    let mut out = Archive::default();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let name = bare.strip_prefix("-- ").and_then(|r| r.strip_suffix(" --")).map(str::trim);
        match (name, out.files.last_mut()) {
            (Some(n), _) if !n.is_empty() => out.files.push((n.to_owned(), String::new())),
            (_, Some((_, body))) => body.push_str(line),
            (_, None) => out.comment.push_str(line),
        }
    }
    if let Some((_, body)) = out.files.last_mut()
        && !body.is_empty()
        && !body.ends_with('\n')
    {
        body.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn comment_and_files() {
        let a = super::parse("run\n-- a/b.go --\npackage a\n-- c --\nx");
        assert_eq!(a.comment, "run\n");
        assert_eq!(a.files, [("a/b.go".into(), "package a\n".into()), ("c".into(), "x\n".into())]);
    }
}
