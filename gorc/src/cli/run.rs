//! `gorc run`: build into a temporary folder, run there, pass the exit status on.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::flags::{Flag, Parsed};
use super::options::build_flags;
use super::{BuildOptions, Failure};
use crate::build;
use crate::session::Session;

pub(super) const FLAGS: &[Flag] = build_flags![Flag::value("exec", "run the program with this command")];

/// A folder that goes away with its value.
struct Temporary(PathBuf);

impl Temporary {
    fn new(session: &Session) -> Result<Temporary, String> {
        let base = session.env.go_setting("GOTMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let fail = |path: &Path, e: &std::io::Error| format!("go: creating work dir: {}: {e}", path.display());
        for n in 0..1000 {
            let dir = base.join(format!("gorc-run-{}-{n}", std::process::id()));
            match std::fs::create_dir(&dir) {
                Ok(()) => return Ok(Temporary(dir)),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(fail(&dir, &e)),
            }
        }
        Err(format!("go: creating work dir: no free name in {}", base.display()))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn run(session: &mut Session, p: &Parsed) -> Result<(), Failure> {
    let options = BuildOptions::new(session, p)?;
    let files = p.args.iter().take_while(|a| a.ends_with(".go")).count();
    let (patterns, args) = p.args.split_at(if files == 0 { p.args.len().min(1) } else { files });
    if patterns.is_empty() {
        return Err(Failure::from("go: no go files listed".to_owned()));
    }
    if let Some(test) = patterns.iter().find(|p| p.ends_with("_test.go")) {
        return Err(Failure::from(format!("go: cannot run *_test.go files ({test})")));
    }
    let Some((mut front, sdk)) = super::build::check(session, &options, patterns)? else { return Ok(()) };
    let root = match front.graph.roots[..] {
        [root] => root,
        [] => return Err(Failure::from(format!("go: no packages loaded from {}", patterns[0]))),
        _ => return Err(Failure::from(format!("go: pattern {} matches multiple packages", patterns[0]))),
    };
    let package = front.graph.package(root);
    if package.name != "main" {
        return Err(Failure::from(format!("package {} is not a main package", package.path)));
    }
    let dir = Temporary::new(session)?;
    let exe = dir.0.join(build::executable_name(package, patterns));
    build::executable(session, &mut front, root, &options, &sdk, &exe)?;
    std::mem::forget(front);
    session.finish()?;
    let mut command = match p.value("exec").map(super::flags::split_words).transpose()? {
        Some(words) if !words.is_empty() => {
            let mut c = Command::new(&words[0]);
            c.args(&words[1..]).arg(&exe);
            c
        }
        _ => Command::new(&exe),
    };
    let status =
        command.args(args).current_dir(&session.cwd).status().map_err(|e| format!("go: {}: {e}", exe.display()))?;
    drop(dir);
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => {
            eprintln!("exit status {code}");
            Err(Failure::Status(u8::try_from(code).unwrap_or(1)))
        }
        None => {
            eprintln!("{}", signal(&status));
            Err(Failure::Status(1))
        }
    }
}

/// The signal that ended a program, in Go's words.
fn signal(status: &std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    let name = match status.signal() {
        Some(1) => "hangup",
        Some(2) => "interrupt",
        Some(3) => "quit",
        Some(4) => "illegal instruction",
        Some(5) => "trace/breakpoint trap",
        Some(6) => "aborted",
        Some(7) => "bus error",
        Some(8) => "floating point exception",
        Some(9) => "killed",
        Some(11) => "segmentation fault",
        Some(13) => "broken pipe",
        Some(14) => "alarm clock",
        Some(15) => "terminated",
        Some(n) => return format!("signal: signal {n}"),
        None => return "exit status -1".to_owned(),
    };
    format!("signal: {name}{}", if status.core_dumped() { " (core dumped)" } else { "" })
}
