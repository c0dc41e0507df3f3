//! `cargo xtask bisect`: the application of a pass that breaks a program.
//!
//! gorc stops optimising after `GORC_OPT_LIMIT` applications of a pass to a function, which always come in
//! the same order. What the program does without any is right (or what a file says); the search finds the
//! first number of applications with which it does something else.

use anyhow::{Context, Result, bail};
use go_testkit::TempDir;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that runs longer is taken for one that hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What a program does, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Behaviour {
    /// Exit status; none if a signal or the time limit ended it.
    exit: Option<i32>,
    stdout: String,
}

/// Runs the command: `PROGRAM [--expect FILE] [--gorc GORC]`.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let mut words = args.iter();
    let (mut program, mut expect, mut gorc) = (None, None, None);
    while let Some(w) = words.next() {
        match *w {
            "--expect" => expect = words.next(),
            "--gorc" => gorc = words.next().map(PathBuf::from),
            w => program = Some(w),
        }
    }
    let Some(program) = program else { bail!("which program? (a .go file or a package)") };
    let gorc = match gorc {
        Some(g) => g,
        None => crate::release_gorc()?,
    };
    let b = Bisection { gorc, program: program.to_owned(), dir: TempDir::new("bisect")? };
    let (all, log) = b.behaviour(u64::MAX)?;
    let Some(total) = number_before(&log, " applications of passes") else { bail!("gorc tells no number:\n{log}") };
    let good = match expect {
        Some(file) => {
            Behaviour { exit: Some(0), stdout: std::fs::read_to_string(file).with_context(|| (*file).to_owned())? }
        }
        None => b.behaviour(0)?.0,
    };
    if all == good {
        println!("{total} applications of passes, and the program does what it should");
        return Ok(());
    }
    if b.behaviour(0)?.0 != good {
        bail!("wrong without any pass: the bug is in lowering or later");
    }
    let n = first_bad(total, |n| {
        let (got, _) = b.behaviour(n)?;
        println!("{n:>8} of {total}: {}", if got == good { "right" } else { "wrong" });
        Ok(got != good)
    })?;
    let (bad, log) = b.behaviour(n)?;
    // With all applications nothing is stopped, so the last one is not told.
    let what = log.lines().find_map(|l| l.split_once("stopped after ")).map_or("the last one", |(_, w)| w);
    println!("application {n} breaks it: {what}");
    if bad.exit != good.exit {
        println!("exit status {:?} instead of {:?}", bad.exit, good.exit);
    }
    print!("{}", go_testkit::difference(&good.stdout, &bad.stdout));
    let func = what.split_once(" of ").map_or("NAME", |(_, f)| f);
    println!("compare: GORC_OPT_LIMIT={} and {n}: gorc build -emit=ir -emit-func='{func}' {}", n - 1, b.program);
    Ok(())
}

struct Bisection {
    gorc: PathBuf,
    program: String,
    dir: TempDir,
}

impl Bisection {
    /// What the program does after `limit` applications, and gorc's log.
    fn behaviour(&self, limit: u64) -> Result<(Behaviour, String)> {
        let exe = self.dir.path().join("program");
        let built = Command::new(&self.gorc)
            .args(["build", "-o"])
            .arg(&exe)
            .arg(&self.program)
            .env("GORC_OPT_LIMIT", limit.to_string())
            .env("GORC_LOG", "info")
            .output()?;
        let log = String::from_utf8_lossy(&built.stderr).into_owned();
        if !built.status.success() {
            bail!("gorc fails with {limit} applications of passes:\n{log}");
        }
        let out = self.dir.path().join("stdout");
        let child = Command::new(&exe)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&out)?)
            .stderr(Stdio::null())
            .spawn()?;
        let exit = wait(child)?;
        Ok((Behaviour { exit, stdout: read_lossy(&out)? }, log))
    }
}

fn read_lossy(file: &Path) -> Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(file)?).into_owned())
}

/// Waits for a program to end, and ends it after the time limit.
fn wait(mut child: Child) -> Result<Option<i32>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if start.elapsed() > TIME_LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The number in front of a text.
fn number_before(log: &str, text: &str) -> Option<u64> {
    let (before, _) = log.split_once(text)?;
    before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The first of 1 to `total` that is bad, if 0 is good and `total` is bad.
fn first_bad(total: u64, mut bad: impl FnMut(u64) -> Result<bool>) -> Result<u64> {
    let (mut good, mut wrong) = (0, total);
    while wrong - good > 1 {
        let middle = good + (wrong - good) / 2;
        if bad(middle)? {
            wrong = middle;
        } else {
            good = middle;
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bad_number_is_found() {
        for first in 1..=17 {
            assert_eq!(first_bad(17, |n| Ok(n >= first)).unwrap(), first);
        }
    }

    #[test]
    fn the_number_is_read_from_the_log() {
        assert_eq!(
            number_before("gorc: a 7\ngorc: 5660 applications of passes\n", " applications of passes"),
            Some(5660)
        );
        assert_eq!(number_before("gorc: a 7", " applications of passes"), None);
    }
}
