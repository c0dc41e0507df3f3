//! Scripts in the language of cmd/go's tests: a txtar archive whose comment is the script and whose
//! files are put into a fresh folder.
//!
//! A line is a command with its words; `!` before it means that it must fail, `?` that it may. `[cond]`
//! before it makes it conditional. Words may stand in single quotes; `$NAME` is expanded outside them.
//! Commands: `gorc` (`go` is the same), `exec`, `stdout`, `stderr`, `grep`, `cmp`, `cmpenv`, `exists`,
//! `cd`, `mkdir`, `rm`, `cp`, `mv`, `env`, `chmod`, `stop`, `skip`.

use crate::program::{Outcome, run};
use crate::{TempDir, difference, txtar};
use regex::Regex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is expected of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Want {
    Success,
    Failure,
    Either,
}

struct Script<'a> {
    gorc: &'a Path,
    root: PathBuf,
    cwd: PathBuf,
    env: BTreeMap<String, String>,
    last: Outcome,
}

/// How a script ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// All lines did what they should.
    Passed,
    /// It said that it does not apply here.
    Skipped,
}

/// Runs a script file with the given `gorc`.
///
/// # Errors
/// The line that did not do what it should, and why.
pub fn check(gorc: &Path, file: &Path) -> Result<Verdict, String> {
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let archive = txtar::parse(&text);
    let dir = TempDir::new("script").map_err(|e| e.to_string())?;
    for (name, body) in &archive.files {
        let path = dir.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| e.to_string())?;
        }
        std::fs::write(&path, body).map_err(|e| format!("{name}: {e}"))?;
    }
    let mut env = BTreeMap::new();
    let work = dir.path().display().to_string();
    env.insert("WORK".to_owned(), work.clone());
    env.insert("PWD".to_owned(), work);
    // For programs that run gorc themselves.
    env.insert("GORC".to_owned(), gorc.display().to_string());
    for (k, v) in [("GOFLAGS", ""), ("GOPROXY", "off"), ("GOWORK", "off"), ("TZ", "UTC")] {
        env.insert(k.to_owned(), v.to_owned());
    }
    let mut s = Script {
        gorc,
        root: dir.path().to_path_buf(),
        cwd: dir.path().to_path_buf(),
        env,
        last: Outcome { exit: Some(0), stdout: String::new(), stderr: String::new() },
    };
    for (i, line) in archive.comment.lines().enumerate() {
        let words = s.words(line)?;
        match s.line(&words) {
            Ok(None) => {}
            Ok(Some(verdict)) => return Ok(verdict),
            Err(e) => return Err(format!("{}:{}: {line}\n{e}", file.display(), i + 1)),
        }
    }
    Ok(Verdict::Passed)
}

impl Script<'_> {
    /// The words of a line, with variables expanded.
    fn words(&self, line: &str) -> Result<Vec<String>, String> {
        let mut out = Vec::new();
        let mut word: Option<String> = None;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '#' if word.is_none() => break,
                ' ' | '\t' => out.extend(word.take()),
                '\'' => {
                    let w = word.get_or_insert_default();
                    loop {
                        match chars.next() {
                            // A doubled quote stands for one.
                            Some('\'') if chars.peek() == Some(&'\'') => {
                                chars.next();
                                w.push('\'');
                            }
                            Some('\'') => break,
                            Some(c) => w.push(c),
                            None => return Err("unterminated quote".to_owned()),
                        }
                    }
                }
                '$' => {
                    let braces = chars.next_if_eq(&'{').is_some();
                    let mut name = String::new();
                    while let Some(c) =
                        chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_' || (braces && *c != '}'))
                    {
                        name.push(c);
                    }
                    if braces {
                        chars.next();
                    }
                    let value = match name.as_str() {
                        "/" => "/".to_owned(),
                        "" => "$".to_owned(),
                        n => self.env.get(n).cloned().unwrap_or_default(),
                    };
                    word.get_or_insert_default().push_str(&value);
                }
                c => word.get_or_insert_default().push(c),
            }
        }
        out.extend(word);
        Ok(out)
    }

    fn line(&mut self, words: &[String]) -> Result<Option<Verdict>, String> {
        let mut words = words;
        let mut want = Want::Success;
        while let Some((first, rest)) = words.split_first() {
            if let Some(cond) = first.strip_prefix('[').and_then(|c| c.strip_suffix(']')) {
                if !condition(cond) {
                    return Ok(None);
                }
            } else if first == "!" {
                want = Want::Failure;
            } else if first == "?" {
                want = Want::Either;
            } else {
                break;
            }
            words = rest;
        }
        let Some((name, args)) = words.split_first() else { return Ok(None) };
        if name == "stop" {
            return Ok(Some(Verdict::Passed));
        }
        if name == "skip" {
            return Ok(Some(Verdict::Skipped));
        }
        let result = self.command(name, args);
        match (want, result) {
            (Want::Success, Err(e)) => Err(e),
            (Want::Failure, Ok(())) => Err(format!("must fail, but did not\n{}{}", self.last.stdout, self.last.stderr)),
            (_, _) => Ok(None),
        }
    }

    fn command(&mut self, name: &str, args: &[String]) -> Result<(), String> {
        match name {
            "gorc" | "go" => {
                let gorc = self.gorc.to_path_buf();
                self.exec(&gorc, args)
            }
            "exec" => {
                let Some((program, rest)) = args.split_first() else { return Err("exec: no program".to_owned()) };
                let path = if program.contains('/') { self.cwd.join(program) } else { PathBuf::from(program) };
                self.exec(&path, rest)
            }
            "stdout" => matches(args, &self.last.stdout, "stdout"),
            "stderr" => matches(args, &self.last.stderr, "stderr"),
            "grep" => {
                let [.., file] = args else { return Err("grep: no file".to_owned()) };
                let text = self.read(file)?;
                matches(&args[..args.len() - 1], &text, file)
            }
            "cmp" | "cmpenv" => {
                let [a, b] = args else { return Err("cmp: two files".to_owned()) };
                let d = difference(&self.read(b)?, &self.read(a)?);
                if d.is_empty() { Ok(()) } else { Err(d) }
            }
            "exists" => match args.iter().find(|a| !a.starts_with('-') && !self.cwd.join(a).exists()) {
                Some(a) => Err(format!("{a} does not exist")),
                None => Ok(()),
            },
            "cd" => {
                self.cwd = self.cwd.join(args.first().map_or("", String::as_str));
                self.env.insert("PWD".to_owned(), self.cwd.display().to_string());
                if self.cwd.is_dir() { Ok(()) } else { Err("no such folder".to_owned()) }
            }
            "mkdir" => each(args, |a| std::fs::create_dir_all(self.cwd.join(a))),
            "rm" => each(args, |a| {
                let p = self.cwd.join(a);
                if p.is_dir() { std::fs::remove_dir_all(p) } else { std::fs::remove_file(p) }
            }),
            "cp" | "mv" => {
                let [from, to] = args else { return Err(format!("{name}: two files")) };
                let mut to = self.cwd.join(to);
                if to.is_dir() {
                    to = to.join(Path::new(from).file_name().unwrap_or_default());
                }
                if matches!(from.as_str(), "stdout" | "stderr") {
                    return std::fs::write(to, self.read(from)?).map_err(|e| e.to_string());
                }
                let from = self.cwd.join(from);
                let done = if name == "cp" { std::fs::copy(from, to).map(|_| ()) } else { std::fs::rename(from, to) };
                done.map_err(|e| e.to_string())
            }
            "env" => {
                for a in args {
                    let Some((k, v)) = a.split_once('=') else { return Err(format!("env: {a}")) };
                    self.env.insert(k.to_owned(), v.to_owned());
                }
                Ok(())
            }
            "chmod" => self.chmod(args),
            _ => Err(format!("unknown command {name}")),
        }
    }

    fn exec(&mut self, program: &Path, args: &[String]) -> Result<(), String> {
        let mut c = Command::new(program);
        c.args(args).current_dir(&self.cwd).envs(&self.env);
        self.last = run(&mut c).map_err(|e| format!("{}: {e}", program.display()))?;
        match self.last.exit {
            Some(0) => Ok(()),
            code => Err(format!("exit {code:?}\n{}{}", self.last.stdout, self.last.stderr)),
        }
    }

    #[cfg(unix)]
    fn chmod(&self, args: &[String]) -> Result<(), String> {
        use std::os::unix::fs::PermissionsExt;
        let [mode, file] = args else { return Err("chmod: mode and file".to_owned()) };
        let mode = u32::from_str_radix(mode, 8).map_err(|e| e.to_string())?;
        std::fs::set_permissions(self.cwd.join(file), std::fs::Permissions::from_mode(mode)).map_err(|e| e.to_string())
    }

    #[cfg(not(unix))]
    fn chmod(&self, _: &[String]) -> Result<(), String> {
        Ok(())
    }

    fn read(&self, name: &str) -> Result<String, String> {
        match name {
            "stdout" => Ok(self.last.stdout.clone()),
            "stderr" => Ok(self.last.stderr.clone()),
            _ => {
                let text = std::fs::read(self.cwd.join(name)).map_err(|e| format!("{name}: {e}"))?;
                // Files may name the folder that the script runs in.
                let text = String::from_utf8_lossy(&text).into_owned();
                Ok(text.replace("$WORK", &self.root.display().to_string()))
            }
        }
    }
}

fn condition(cond: &str) -> bool {
    let (cond, wanted) = cond.strip_prefix('!').map_or((cond, true), |c| (c, false));
    let holds = match cond {
        "linux" | "GOOS:linux" => cfg!(target_os = "linux"),
        "unix" => cfg!(unix),
        "amd64" | "GOARCH:amd64" => cfg!(target_arch = "x86_64"),
        "gc" => true,
        _ => match cond.strip_prefix("exec:") {
            Some(program) => {
                std::env::var_os("PATH").is_some_and(|p| std::env::split_paths(&p).any(|d| d.join(program).is_file()))
            }
            None => false,
        },
    };
    holds == wanted
}

fn each(args: &[String], f: impl Fn(&str) -> std::io::Result<()>) -> Result<(), String> {
    args.iter().filter(|a| !a.starts_with('-')).try_for_each(|a| f(a).map_err(|e| format!("{a}: {e}")))
}

fn matches(args: &[String], text: &str, what: &str) -> Result<(), String> {
    let mut count = None;
    let mut pattern = None;
    for a in args {
        match a.strip_prefix("-count=") {
            Some(n) => count = n.parse::<usize>().ok(),
            None if a == "-q" => {}
            None => pattern = Some(a),
        }
    }
    let Some(pattern) = pattern else { return Err("no pattern".to_owned()) };
    let rx = Regex::new(&format!("(?m){pattern}")).map_err(|e| e.to_string())?;
    let found = rx.find_iter(text).count();
    match count {
        Some(n) if n != found => Err(format!("{what}: {found} matches of {pattern} instead of {n}:\n{text}")),
        None if found == 0 => Err(format!("{what} does not match {pattern}:\n{text}")),
        _ => Ok(()),
    }
}
