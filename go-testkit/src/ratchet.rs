//! Lists of cases that pass: sorted, one a line. A listed case that fails is an error; one that passes
//! and is not listed is reported, and added on request. Lists only grow.

use std::collections::BTreeSet;
use std::path::Path;

/// What a run says about a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Listed, but did not pass.
    pub broken: Vec<String>,
    /// Passed, but not listed.
    pub new: Vec<String>,
}

/// The cases of a list; none if there is no such file. Lines that start with `#` are comments.
#[must_use]
pub fn read(list: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(list).unwrap_or_default();
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect()
}

/// Compares a list with what passed. Only cases that were run (`ran`) count.
#[must_use]
pub fn compare(listed: &BTreeSet<String>, ran: &BTreeSet<String>, passed: &BTreeSet<String>) -> Verdict {
    Verdict {
        broken: listed.iter().filter(|c| ran.contains(*c) && !passed.contains(*c)).cloned().collect(),
        new: passed.difference(listed).cloned().collect(),
    }
}

/// Adds cases to a list.
///
/// # Errors
/// What the system says.
pub fn add(list: &Path, cases: &[String]) -> std::io::Result<()> {
    let old = std::fs::read_to_string(list).unwrap_or_default();
    let mut text: String = old.lines().filter(|l| l.starts_with('#')).map(|l| format!("{l}\n")).collect();
    let mut all = read(list);
    all.extend(cases.iter().cloned());
    text.extend(all.into_iter().map(|c| format!("{c}\n")));
    std::fs::write(list, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_and_new_cases_are_told_apart() {
        let set = |s: &[&str]| s.iter().map(|x| (*x).to_owned()).collect::<BTreeSet<_>>();
        let v = compare(&set(&["a", "b", "z"]), &set(&["a", "b", "c"]), &set(&["b", "c"]));
        assert_eq!(v, Verdict { broken: vec!["a".into()], new: vec!["c".into()] });
    }
}
