//! Compiles the runtime object with the compiler itself (no nested cargo) and lists the overlay's
//! files. The object is the first member of a static library made with fat LTO: core is inside.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-check-cfg=cfg(freestanding)");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=overlay");
    println!("cargo::rerun-if-changed=build.rs");
    let object = runtime_object(&root, &out);
    fs::write(out.join("runtime-x86_64-linux.o"), object).expect("write the runtime object");
    overlay(&root.join("overlay"), &out);
}

fn rustc(out: &Path) -> Command {
    let mut c = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    c.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTC_WRAPPER");
    c.current_dir(out);
    c.args(["--edition=2024", "--target=x86_64-unknown-linux-gnu", "-Copt-level=3", "-Cpanic=abort"]);
    c.args(["-Crelocation-model=pic", "-Cforce-frame-pointers=yes", "-Ccodegen-units=1", "-Cdebuginfo=0"]);
    c
}

fn run(mut c: Command) {
    let done = c.output().expect("run rustc");
    if !done.status.success() {
        panic!("compiling the runtime failed:\n{}", String::from_utf8_lossy(&done.stderr));
    }
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    for line in text.lines().filter(|l| l.starts_with("warning")) {
        println!("cargo::warning=runtime: {line}");
    }
}

fn runtime_object(root: &Path, out: &Path) -> Vec<u8> {
    // go-abi's layouts, as a crate of their own.
    let abi = out.join("go_abi");
    for (path, text) in go_abi::source::FILES {
        let file = abi.join(path);
        fs::create_dir_all(file.parent().expect("has a folder")).expect("create folder");
        fs::write(file, text).expect("write source");
    }
    fs::write(abi.join("lib.rs"), "#![no_std]\npub mod layout;\npub mod runtime_fns;\n").expect("write source");
    let mut c = rustc(out);
    c.args(["--crate-name=go_abi", "--crate-type=rlib", "-Cembed-bitcode=yes", "-o", "libgo_abi.rlib"]);
    c.arg(abi.join("lib.rs"));
    run(c);
    let mut c = rustc(out);
    c.args(["--crate-name=gorc_rt", "--crate-type=staticlib", "-Clto=fat", "--cfg=freestanding"]);
    c.args(["--extern=go_abi=libgo_abi.rlib", "-o", "libgorc_rt.a"]);
    for (dir, name) in [(root, "go-rt"), (out, "out")] {
        c.arg(format!("--remap-path-prefix={}={name}", dir.display()));
    }
    c.arg(root.join("src/freestanding.rs"));
    run(c);
    first_member(&fs::read(out.join("libgorc_rt.a")).expect("read the archive"))
}

/// The first object in an `ar` archive, behind its symbol and name tables.
fn first_member(ar: &[u8]) -> Vec<u8> {
    let mut at = 8;
    loop {
        let head = &ar[at..at + 60];
        let name = String::from_utf8_lossy(&head[..16]);
        let size: usize = String::from_utf8_lossy(&head[48..58]).trim().parse().expect("member size");
        let body = at + 60;
        if name.trim_end() != "/" && name.trim_end() != "//" {
            return ar[body..body + size].to_vec();
        }
        at = body + size + (size & 1);
    }
}

/// Writes `overlay.rs`: the overlay's files as (path, text) pairs.
fn overlay(dir: &Path, out: &Path) {
    let mut files = Vec::new();
    walk(&dir.join("src"), &mut files);
    files.sort();
    let mut text = String::from("&[\n");
    for f in &files {
        let rel = f.strip_prefix(dir.join("src")).expect("below the folder");
        text += &format!("    ({:?}, include_str!({:?})),\n", rel.to_string_lossy(), f.display().to_string());
    }
    text += "]\n";
    fs::write(out.join("overlay.rs"), text).expect("write overlay.rs");
    let selection = dir.join("SELECTION.tsv");
    let content = fs::read_to_string(&selection).unwrap_or_default();
    fs::write(out.join("SELECTION.tsv"), content).expect("write SELECTION.tsv");
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for e in entries.flatten() {
        let p = e.path();
        if p.is_dir() {
            walk(&p, files);
        } else if p.extension().is_some_and(|x| x == "go") {
            files.push(p);
        }
    }
}
