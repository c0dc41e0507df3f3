//! Runs the files below a folder with any gorc: `cargo run -p go-testkit --example run -- GORC tests [FILTER]`.

use go_testkit::{files_with_extension, program, script};
use std::path::{Path, PathBuf};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [gorc, dir, filter @ ..] = args.as_slice() else {
        eprintln!("usage: run GORC FOLDER [FILTER]");
        std::process::exit(2);
    };
    let gorc = PathBuf::from(gorc);
    let wanted = |f: &Path| filter.is_empty() || filter.iter().any(|x| f.to_string_lossy().contains(x.as_str()));
    let mut failed = 0;
    for file in files_with_extension(&Path::new(dir).join("run"), "go").iter().filter(|f| wanted(f)) {
        for flags in [&[][..], &["-all-heap"][..], &["-disable-pass=inline"][..]] {
            if let Err(e) = program::check(&gorc, file, flags, &[&[]]) {
                println!("FAIL {} {flags:?}\n{e}", file.display());
                failed += 1;
            }
        }
    }
    for file in files_with_extension(&Path::new(dir).join("script"), "txtar").iter().filter(|f| wanted(f)) {
        if let Err(e) = script::check(&gorc, file) {
            println!("FAIL {e}");
            failed += 1;
        }
    }
    println!("{failed} failed");
    std::process::exit(i32::from(failed > 0));
}
