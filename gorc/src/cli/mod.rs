//! The command line: which command, which flags, and what they mean.
//!
//! Usage errors are told in the go command's words and end with status 2.

mod build;
mod check;
mod env;
mod flags;
mod help;
mod options;
mod run;
mod sdk;
mod version;

use go_ast::DepthLimit;

use crate::EXIT_USAGE;
use crate::session::Session;
pub(crate) use options::{BuildOptions, Emit, Storage};

/// Why a command ended without doing its work; printed on standard error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The program or the machine: status 1. Lines, each with its newline; may be empty if all was said.
    Failed(String),
    /// The command line: status 2.
    Usage(String),
    /// A program that ran ended with this status.
    Status(u8),
}

impl From<String> for Failure {
    fn from(mut text: String) -> Failure {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Failure::Failed(text)
    }
}

/// A command of gorc.
struct Command {
    name: &'static str,
    /// Its usage line, after `usage: gorc `.
    usage: &'static str,
    /// What it does, in a line.
    short: &'static str,
    flags: &'static [flags::Flag],
    run: fn(&mut Session, &flags::Parsed) -> Result<(), Failure>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "build",
        usage: "build [-o output] [build flags] [packages]",
        short: "compile packages and dependencies",
        flags: build::FLAGS,
        run: build::run,
    },
    Command {
        name: "check",
        usage: "check [-e] [-json] [-lang=go1.N] [build flags] [packages]",
        short: "report what a build would report, without making one",
        flags: check::FLAGS,
        run: check::run,
    },
    Command {
        name: "env",
        usage: "env [-json] [var ...]",
        short: "print Go environment information",
        flags: env::FLAGS,
        run: env::run,
    },
    Command {
        name: "run",
        usage: "run [build flags] package [arguments...]",
        short: "compile and run a program",
        flags: run::FLAGS,
        run: run::run,
    },
    Command {
        name: "sdk",
        usage: "sdk install|list|path",
        short: "manage the Go SDKs whose standard library is compiled",
        flags: sdk::FLAGS,
        run: sdk::run,
    },
    Command {
        name: "version",
        usage: "version [-m]",
        short: "print versions",
        flags: version::FLAGS,
        run: version::run,
    },
];

/// Runs a command line (without the program's name) on a stack for trees of such depth; the exit status.
pub(crate) fn run(args: &[String], depth: DepthLimit) -> u8 {
    match dispatch(args, depth) {
        Ok(()) => 0,
        Err(Failure::Failed(text)) => {
            eprint!("{text}");
            1
        }
        Err(Failure::Usage(text)) => {
            eprint!("{text}");
            EXIT_USAGE
        }
        Err(Failure::Status(code)) => code,
    }
}

fn dispatch(args: &[String], depth: DepthLimit) -> Result<(), Failure> {
    let mut session = Session::new(depth)?;
    let mut args = args;
    // As with the go command, -C comes first, before or after the command's name.
    let change = flags::take_chdir(&mut args)?;
    let Some((name, mut rest)) = args.split_first() else {
        return Err(Failure::Usage(help::overview(COMMANDS)));
    };
    if matches!(name.as_str(), "help" | "-h" | "-help" | "--help") {
        return help::run(COMMANDS, rest);
    }
    let name = if matches!(name.as_str(), "-version" | "--version" | "-V") { "version" } else { name.as_str() };
    let Some(command) = COMMANDS.iter().find(|c| c.name == name) else {
        let hint = help::closest(name, COMMANDS.iter().map(|c| c.name));
        let hint = hint.map_or_else(String::new, |h| format!("Did you mean 'gorc {h}'?\n"));
        return Err(Failure::Usage(format!("gorc {name}: unknown command\n{hint}Run 'gorc help' for usage.\n")));
    };
    let change = change.or(flags::take_chdir(&mut rest)?);
    if let Some(dir) = change {
        session.change_dir(&dir)?;
    }
    let go_flags = session.env.go_setting("GOFLAGS").unwrap_or_default().to_owned();
    let parsed = flags::parse(command.flags, &go_flags, rest).map_err(|text| match text {
        flags::FlagError::Help => Failure::Usage(help::command(command)),
        flags::FlagError::Wrong(text) => Failure::Usage(format!(
            "{text}\nusage: gorc {}\nRun 'gorc help {}' for details.\n",
            command.usage, command.name
        )),
    })?;
    let result = (command.run)(&mut session, &parsed);
    let finished = session.finish();
    result.and(finished.map_err(Failure::from))
}
