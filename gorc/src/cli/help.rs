//! `gorc help`, and hints for mistyped names.

use super::{Command, Failure, flags::Arity};
use crate::out::out;

/// All commands.
pub(super) fn overview(commands: &[Command]) -> String {
    let mut out =
        "Gorc is a toolchain for Go programs.\n\nUsage:\n\n\tgorc <command> [arguments]\n\nThe commands are:\n\n"
            .to_owned();
    for c in commands {
        out.push_str(&format!("\t{:<11} {}\n", c.name, c.short));
    }
    out.push_str("\nUse \"gorc help <command>\" for more information about a command.\n");
    out
}

/// One command with its flags.
pub(super) fn command(c: &Command) -> String {
    let mut out = format!("usage: gorc {}\n\nGorc {}: {}.\n", c.usage, c.name, c.short);
    if !c.flags.is_empty() {
        out.push_str("\nFlags:\n\n");
    }
    for f in c.flags {
        let value = if f.arity == Arity::Value { " value" } else { "" };
        out.push_str(&format!("\t-{}{value}\n\t\t{}\n", f.name, f.help));
    }
    out
}

/// `gorc help [command]`.
pub(super) fn run(commands: &[Command], args: &[String]) -> Result<(), Failure> {
    let text = match args.first() {
        None => overview(commands),
        Some(name) => match commands.iter().find(|c| c.name == name) {
            Some(c) => command(c),
            None => {
                return Err(Failure::Usage(format!("gorc help {name}: unknown help topic. Run 'gorc help'.\n")));
            }
        },
    };
    out!("{text}");
    Ok(())
}

/// The known name that is nearest to a wrong one, if any is near.
pub(super) fn closest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.map(|n| (distance(wrong, n), n)).filter(|(d, n)| *d <= n.len().div_ceil(3)).min().map(|(_, n)| n)
}

/// Edits between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    #[test]
    fn near_names_are_proposed_and_far_ones_not() {
        let names = ["build", "run", "check"];
        assert_eq!(super::closest("biuld", names.into_iter()), Some("build"));
        assert_eq!(super::closest("frobnicate", names.into_iter()), None);
    }
}
