//! Formats `.go` files and says which would change: `format_tree [--write=FOLDER] PATH…`. With
//! `--write` the results go to that folder, under their paths with `/` made `_`.

use std::path::{Path, PathBuf};
use std::time::Instant;

fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
            paths.sort();
            paths.iter().for_each(|p| collect(p, out));
        }
        Err(_) if path.extension().is_some_and(|e| e == "go") => out.push(path.into()),
        Err(_) => {}
    }
}

fn main() {
    let mut paths = Vec::new();
    let mut folder = None;
    for a in std::env::args().skip(1) {
        match a.strip_prefix("--write=") {
            Some(f) => folder = Some(f.to_owned()),
            None => collect(Path::new(&a), &mut paths),
        }
    }
    let start = Instant::now();
    let (mut changed, mut failed, mut lines) = (0, 0, 0);
    for p in &paths {
        let Ok(text) = std::fs::read(p) else { continue };
        lines += text.iter().filter(|b| **b == b'\n').count();
        match go_ast::format(&text) {
            Err(_) => failed += 1,
            Ok(out) => {
                if out.as_bytes() != text {
                    changed += 1;
                    if folder.is_none() {
                        println!("{}", p.display());
                    }
                }
                if let Some(f) = &folder {
                    let name = p.display().to_string().replace('/', "_");
                    std::fs::write(Path::new(f).join(name), out).expect("folder can be written");
                }
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "{} files, {changed} changed, {failed} with errors, {:.2} M lines/s",
        paths.len(),
        lines as f64 / seconds / 1e6
    );
}
