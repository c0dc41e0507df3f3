//! `gorc`: the command. Reads the command line, runs the stages of the library crates in order, and
//! prints what they return. Holds no compiler logic.
//!
//! Exit status: 0, 1 for a program (or command) that is wrong, 2 for wrong usage and internal errors,
//! and for `gorc run` the program's own.

mod build;
mod cli;
mod emit;
mod frontend;
mod modinfo;
mod out;
mod positions;
mod render;
mod session;
mod trace;

use std::process::ExitCode;

/// Stack of the thread that compiles: parser, checker and lowering recurse with the nesting of the
/// source.
const MAIN_STACK: usize = 512 << 20;
/// Stack of the pool's threads.
const POOL_STACK: usize = 64 << 20;

/// Exit status of wrong usage and of internal errors, as the go command's.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    // A pool exists already only if someone built it before main: not so here.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(POOL_STACK).build_global();
    let args: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    let work = std::thread::Builder::new().name("gorc".into()).stack_size(MAIN_STACK).spawn(move || cli::run(&args));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        // The panic hook has told what happened.
        Ok(Err(_)) => ExitCode::from(EXIT_USAGE),
        Err(e) => {
            eprintln!("gorc: cannot start a thread: {e}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}
