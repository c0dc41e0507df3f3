//! Runs the files of `tests/`: programs with their output (also with everything on the heap, without
//! passes, and under the runtime's stress switches: none of it may change what a program does), programs
//! that must not compile, and scripts.

use go_testkit::program::{self, Environment};
use go_testkit::{error_comments, files_with_extension, script};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Ways of building and running that must not change what a program does: name, flags of the build,
/// environments of the program.
const ORACLES: &[(&str, &[&str], &[Environment<'static>])] = &[
    ("run", &[], &[&[]]),
    ("all_heap", &["-all-heap"], &[&[]]),
    (
        "no_passes",
        &[
            "-disable-pass=lift",
            "-disable-pass=inline",
            "-disable-pass=gvn",
            "-disable-pass=simplify",
            "-disable-pass=dce",
        ],
        &[&[]],
    ),
    (
        "stress",
        &[],
        &[
            // Freed objects are poisoned and all pointers checked; collections come often.
            &[("GORC_GCVERIFY", "1"), ("GORC_GCSTRESS", "10")],
            &[("GORC_GCSTRESS", "1")],
            // A time slice of 50 µs of CPU time; nothing may reach below a stack segment.
            &[("GORC_TIMESLICE", "50000"), ("GORC_GCSTRESS", "100"), ("GORC_STACKGUARD", "1")],
        ],
    ),
];

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let gorc = Path::new(env!("CARGO_BIN_EXE_gorc"));
    let mut trials = Vec::new();
    for file in files_with_extension(&tests.join("run"), "go") {
        let source = std::fs::read_to_string(&file).unwrap_or_default();
        let modes = program::Expectation::of(&source).modes;
        for (way, flags, environments) in ORACLES {
            if modes.as_ref().is_some_and(|m| !m.iter().any(|m| m == way)) {
                continue;
            }
            let file = file.clone();
            trials.push(trial(way, &file, move |f| program::check(gorc, f, flags, environments)));
        }
    }
    for file in files_with_extension(&tests.join("compile_fail"), "go") {
        trials.push(trial("compile_fail", &file, move |f| must_fail(gorc, f)));
    }
    for file in files_with_extension(&tests.join("script"), "txtar") {
        trials.push(trial("script", &file, move |f| script::check(gorc, f).map(|_| ())));
    }
    libtest_mimic::run(&args, trials).exit_code()
}

fn trial(kind: &str, file: &Path, check: impl FnOnce(&Path) -> Result<(), String> + Send + 'static) -> Trial {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let file: PathBuf = file.to_owned();
    Trial::test(format!("{kind}::{stem}"), move || check(&file).map_err(Failed::from))
}

fn must_fail(gorc: &Path, file: &Path) -> Result<(), String> {
    let source = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let want = error_comments::expectations(&source)?;
    let out = program::run(Command::new(gorc).arg("check").arg("-e").arg(file)).map_err(|e| e.to_string())?;
    if out.exit != Some(1) {
        return Err(format!("exit status {:?}\n{}", out.exit, out.stderr));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let problems = error_comments::compare(&want, &error_comments::reported(&out.stderr, &name));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
