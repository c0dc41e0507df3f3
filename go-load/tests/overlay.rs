//! Loads std through the overlay that go-rt ships: each row must fit the SDK, each file be used.
//!
//! Needs a Go 1.27 SDK, found as gorc finds it; says so and passes when there is none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use go_load::constraint::{Arch, BuildContext, Os};
use go_load::{LoadConfig, OsFileSystem, Overlay, PackageGraph, load};

fn sdk() -> Option<PathBuf> {
    let env = go_load::sdk::Env::new(std::env::vars());
    let root = go_load::sdk::Sdk::find(&env).ok()?.root;
    Some(root)
}

fn collect(dir: &Path, prefix: &str, out: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for e in entries.flatten() {
        let path = format!("{prefix}/{}", e.file_name().to_string_lossy());
        if e.path().is_dir() {
            collect(&e.path(), &path, out);
        } else if let Ok(text) = std::fs::read(e.path()) {
            out.push((path, text));
        }
    }
}

fn overlay(arch: Arch) -> Overlay {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../go-rt/overlay");
    let table = std::fs::read_to_string(dir.join("SELECTION.tsv")).expect("the overlay's table");
    let mut files = Vec::new();
    collect(&dir.join("src"), "src", &mut files);
    Overlay::new(&table, files.iter().map(|(p, t)| (p.as_str(), t.as_slice())), arch).expect("a sound table")
}

fn load_std(goroot: &Path, arch: Arch, pattern: &str) -> PackageGraph {
    let overlay = overlay(arch);
    assert_eq!(overlay.unused_files(), Vec::<&str>::new(), "overlay files that no row names");
    let config = LoadConfig {
        context: BuildContext::new(Os::Linux, arch),
        overlay: Arc::new(overlay),
        ..LoadConfig::new(goroot, std::env::temp_dir())
    };
    let start = std::time::Instant::now();
    let (graph, errors) = load(&config, &OsFileSystem, &[pattern.to_owned()]);
    eprintln!("{pattern}: {} packages in {:?}", graph.packages.len(), start.elapsed());
    assert!(errors.is_empty(), "{}", errors.iter().map(|e| format!("{e}\n")).collect::<String>());
    graph
}

#[test]
fn std_loads_through_the_overlay_on_both_architectures() {
    let Some(root) = sdk() else {
        eprintln!("skipped: no Go 1.27 SDK");
        return;
    };
    for arch in [Arch::Amd64, Arch::Arm64] {
        let graph = load_std(&root, arch, "std");
        let dump = graph.dump();
        let runtime = graph.package(graph.runtime.expect("package runtime"));
        assert!(runtime.files.iter().any(|f| f.from_overlay) && runtime.files.iter().any(|f| !f.from_overlay));
        assert!(!runtime.files.iter().any(|f| f.name == "malloc.go"));
        let files = |path: &str| -> Vec<String> {
            let id = graph.find(path).expect("a package");
            graph.package(id).files.iter().map(|f| f.name.clone()).collect()
        };
        // Tags reach the packages that they are for, and so does assembly.
        let (sha256, assembly) = match arch {
            Arch::Amd64 => ("sha256block_amd64.go", "sha256block_amd64.s"),
            _ => ("sha256block_noasm.go", ""),
        };
        assert!(files("crypto/internal/fips140/sha256").contains(&sha256.to_owned()));
        let id = graph.find("crypto/internal/fips140/sha256").expect("a package");
        assert_eq!(graph.package(id).assembly.concat(), assembly);
        assert!(files("math/big").contains(&"arith_decl_pure.go".to_owned()));
        let crc32 = match arch {
            Arch::Amd64 => "crc32_amd64.go",
            _ => "crc32_otherarch.go",
        };
        assert!(files("hash/crc32").contains(&crc32.to_owned()));
        assert!(dump.contains("+ abi_"), "replaced files are marked");
        assert!(dump.contains("= block -> internal/chacha8rand.block_generic"));
    }
}

#[test]
fn a_small_program_needs_few_packages() {
    let Some(root) = sdk() else { return };
    let graph = load_std(&root, Arch::Amd64, "fmt");
    assert!(graph.packages.len() < 70, "{}", graph.packages.len());
}
