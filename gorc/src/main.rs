//! `gorc`: the command. Reads the command line, runs the stages of the library crates in order, and
//! prints what they return. Holds no compiler logic.
//!
//! Exit status: 0, 1 for a program (or command) that is wrong, 2 for wrong usage and internal errors,
//! and for `gorc run` the program's own.

mod asm;
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

use go_ast::DepthLimit;
use std::process::ExitCode;

/// The compiler makes and drops many small vectors on all threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stacks of the thread that compiles, the first that the system grants: parser, checker and lowering
/// recurse with the nesting of the source. Only what is used of it takes memory.
const MAIN_STACKS: [usize; 4] = [8 << 30, 4 << 30, 1 << 30, 256 << 20];
/// Stack that a nested construct takes at most in the stage that recurses most.
const STACK_PER_NESTED: usize = 8 << 10;
/// Stack that a link of a chain takes at most.
const STACK_PER_LINK: usize = 2 << 10;
/// Stack of the pool's threads.
const POOL_STACK: usize = 64 << 20;

/// Exit status of wrong usage and of internal errors, as the go command's.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    // A pool exists already only if someone built it before main: not so here.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(POOL_STACK).build_global();
    let args: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    let work = MAIN_STACKS.iter().find_map(|&stack| {
        let args = args.clone();
        // Half is left for what surrounds the deepest place, and for one more such place inside a chain.
        let nested = u32::try_from(stack / 2 / STACK_PER_NESTED).unwrap_or(u32::MAX);
        let chain = u32::try_from(stack / 2 / STACK_PER_LINK).unwrap_or(u32::MAX);
        let run = move || cli::run(&args, DepthLimit { nested, chain });
        std::thread::Builder::new().name("gorc".into()).stack_size(stack).spawn(run).ok()
    });
    match work.map(std::thread::JoinHandle::join) {
        Some(Ok(code)) => ExitCode::from(code),
        // The panic hook has told what happened.
        Some(Err(_)) => ExitCode::from(EXIT_USAGE),
        None => {
            eprintln!("gorc: cannot start a thread: too little memory for its stack");
            ExitCode::from(EXIT_USAGE)
        }
    }
}
