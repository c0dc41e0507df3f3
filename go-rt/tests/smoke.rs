//! The runtime object on its own: its symbol contract, and a hand-written program linked with it.
//! The second part needs a C compiler driver as assembler and linker and says so when there is none.

use go_abi::layout::g::GHead;
use object::{Object, ObjectSymbol};
use std::collections::BTreeSet;
use std::mem::offset_of;
use std::path::PathBuf;
use std::process::Command;

fn runtime() -> &'static [u8] {
    go_rt::runtime_object(go_rt::RuntimeTarget::LinuxAmd64)
}

#[test]
fn object_defines_the_list_and_needs_only_declared_symbols() {
    let file = object::File::parse(runtime()).unwrap();
    let (mut defined, mut undefined) = (BTreeSet::new(), BTreeSet::new());
    for s in file.symbols().filter(|s| s.is_global()) {
        if s.is_undefined() {
            undefined.insert(s.name().unwrap())
        } else {
            defined.insert(s.name().unwrap())
        };
    }
    for f in go_abi::runtime_fns::RUST_FNS {
        assert!(defined.contains(f.symbol), "{} is not defined", f.symbol);
    }
    assert!(defined.contains(go_abi::runtime_fns::ENTRY_SYMBOL));
    let mut allowed: BTreeSet<&str> = go_abi::runtime_fns::GO_ROOTS.iter().copied().collect();
    allowed.extend(go_abi::runtime_fns::LINKER_SYMBOLS);
    allowed.extend(go_abi::runtime_fns::EXTERN_CALLS.iter().map(|c| c.1));
    for u in undefined {
        assert!(allowed.contains(u), "undefined symbol {u}");
    }
}

#[test]
fn overlay_is_embedded() {
    assert!(go_rt::overlay_selection().contains("internal/abi"));
    assert!(go_rt::overlay_files().iter().any(|(p, t)| *p == "internal/abi/abi_amd64.go" && t.contains("package abi")));
}

fn program() -> Option<PathBuf> {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("no cc: skipped");
        return None;
    }
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (obj, exe) = (dir.join("runtime.o"), dir.join("smoke"));
    std::fs::write(&obj, runtime()).unwrap();
    let fields = [
        ("STACK_LO", offset_of!(GHead, stack_lo)),
        ("MORESTACK_FN", offset_of!(GHead, morestack_fn)),
        ("MORESTACK_SP", offset_of!(GHead, morestack_sp)),
        ("STARTFN", offset_of!(GHead, startfn)),
        ("GOID", offset_of!(GHead, goid)),
        ("STATUS", offset_of!(GHead, status)),
        ("ARGBLOCK", offset_of!(GHead, argblock)),
        ("SIGNO", offset_of!(GHead, signo)),
        ("SIGPC", offset_of!(GHead, sigpc)),
    ];
    let out = Command::new("cc")
        .args(fields.map(|(name, at)| format!("-Wa,--defsym,G_{name}={at}")))
        .args(["-nostdlib", "-static", "-no-pie", "-Wl,-z,noexecstack", "-o"])
        .args([&exe, &PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smoke.s")), &obj])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(exe)
}

#[test]
fn hand_written_program_runs() {
    let Some(exe) = program() else { return };
    let want = "heap\nfrees\ndeep\nswitch\nnil\nnil leaf\npreempt\nreflect\nbig frame\ntables\nhelper\n";
    for (key, value) in
        [("GORC_GCVERIFY", "0"), ("GORC_GCVERIFY", "1"), ("GORC_GCSTRESS", "5003"), ("GORC_TIMESLICE", "100000")]
    {
        let out = Command::new(&exe).env(key, value).output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout);
        assert_eq!(text, want, "{key}={value} {:?} {}", out.status, String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success());
    }
    let out = Command::new(&exe).arg("overflow").output().unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(err.starts_with("runtime: goroutine stack exceeds 1000000000-byte limit\n"), "{err}");
    assert_eq!(String::from_utf8_lossy(&out.stdout), "stack overflow\n");
    assert_eq!(out.status.code(), Some(2));
}
