//! `gorc env`: the settings that the go command would show, as gorc understands them.

use crate::out::outln;
use std::path::Path;

use go_load::sdk::{Sdk, SdkError};

use super::Failure;
use super::flags::{Flag, Parsed};
use crate::render::json;
use crate::session::{Session, VERSION};

pub(super) const FLAGS: &[Flag] = &[Flag::switch("json", "print JSON"), Flag::switch("changed", "accepted")];

pub(super) fn run(session: &mut Session, p: &Parsed) -> Result<(), Failure> {
    let all = settings(session)?;
    let value = |name: &str| all.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str());
    if p.is_on("json") {
        let chosen: Vec<(&str, &str)> = if p.args.is_empty() {
            all.iter().map(|(n, v)| (*n, v.as_str())).collect()
        } else {
            p.args.iter().map(|n| (n.as_str(), value(n))).collect()
        };
        let lines: Vec<String> =
            chosen.iter().map(|(n, v)| format!("\t{}: {}", json::string(n), json::string(v))).collect();
        outln!("{{\n{}\n}}", lines.join(",\n"));
    } else if p.args.is_empty() {
        for (n, v) in &all {
            outln!("{n}='{}'", v.replace('\'', r"'\''"));
        }
    } else {
        for n in &p.args {
            outln!("{}", value(n));
        }
    }
    Ok(())
}

/// All settings, sorted by name.
fn settings(session: &Session) -> Result<Vec<(&'static str, String)>, Failure> {
    let env = &session.env;
    let goroot = match Sdk::find(env) {
        Ok(sdk) => sdk.root.display().to_string(),
        Err(SdkError::NotFound { .. }) => String::new(),
        Err(e) => return Err(Failure::from(format!("gorc: {e}"))),
    };
    let home = env.home().unwrap_or_default();
    let under = |dir: &Path, rest: &str| dir.join(rest).display().to_string();
    let setting = |name: &str, default: &str| env.go_setting(name).unwrap_or(default).to_owned();
    let gopath = setting("GOPATH", &under(&home, "go"));
    let config = env.get("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), Into::into);
    let cache = env.get("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), Into::into);
    let module = find_up(&session.cwd, "go.mod");
    Ok(vec![
        ("CGO_ENABLED", "0".to_owned()),
        ("GO111MODULE", setting("GO111MODULE", "")),
        ("GOAMD64", setting("GOAMD64", "v1")),
        ("GOARCH", setting("GOARCH", "amd64")),
        ("GOBIN", setting("GOBIN", "")),
        ("GOCACHE", setting("GOCACHE", &under(&cache, "go-build"))),
        ("GODEBUG", setting("GODEBUG", "")),
        ("GOENV", setting("GOENV", &under(&config, "go/env"))),
        ("GOEXE", String::new()),
        ("GOEXPERIMENT", setting("GOEXPERIMENT", "")),
        ("GOFLAGS", setting("GOFLAGS", "")),
        ("GOHOSTARCH", "amd64".to_owned()),
        ("GOHOSTOS", "linux".to_owned()),
        ("GOMOD", module.unwrap_or_else(|| "/dev/null".to_owned())),
        ("GOMODCACHE", env.mod_cache().unwrap_or_default().display().to_string()),
        ("GOOS", setting("GOOS", "linux")),
        ("GOPATH", gopath),
        ("GOPROXY", setting("GOPROXY", "https://proxy.golang.org,direct")),
        ("GORC_SDK_DIR", go_load::sdk::store_dir(env).unwrap_or_default().display().to_string()),
        ("GORC_VERSION", VERSION.to_owned()),
        ("GOROOT", goroot),
        ("GOSUMDB", setting("GOSUMDB", "sum.golang.org")),
        ("GOTMPDIR", setting("GOTMPDIR", "")),
        ("GOTOOLCHAIN", "local".to_owned()),
        ("GOVERSION", go_load::sdk::GO_RELEASE.to_owned()),
        ("GOWORK", setting("GOWORK", "")),
    ])
}

/// The path of a file in the folder or the nearest one above it.
fn find_up(dir: &Path, name: &str) -> Option<String> {
    let found = dir.ancestors().map(|d| d.join(name)).find(|p| p.is_file())?;
    Some(found.display().to_string())
}
