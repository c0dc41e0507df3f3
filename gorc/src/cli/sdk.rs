//! `gorc sdk`: which SDKs there are, which is used, and fetching one.

use crate::out::outln;
use go_load::sdk::{self, Contents, InstallOptions, Progress, Sdk, SdkSource};

use super::Failure;
use super::flags::{Flag, Parsed};
use crate::session::Session;

pub(super) const FLAGS: &[Flag] = &[];

const USAGE: &str = "usage: gorc sdk install|list|path\n\n\
    \tinstall  fetch the SDK into gorc's store, unless it is there\n\
    \tlist     print the SDKs that could be used, in order of preference\n\
    \tpath     print the root of the SDK that is used\n";

pub(super) fn run(session: &mut Session, p: &Parsed) -> Result<(), Failure> {
    let words: Vec<&str> = p.args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["install", rest @ ..] => {
            let contents = match rest {
                [] => Contents::Sources,
                ["-complete" | "--complete"] => Contents::Complete,
                _ => return Err(Failure::Usage(USAGE.to_owned())),
            };
            let options = InstallOptions { contents, progress: Progress::Bar };
            let sdk = sdk::install(&session.env, &options).map_err(|e| format!("gorc: {e}"))?;
            outln!("{} {}", sdk.release, sdk.root.display());
        }
        ["list"] => {
            for s in sdk::list(&session.env) {
                outln!("{} {} ({})", s.release, s.root.display(), source(s.source));
            }
        }
        ["path"] => {
            let sdk = Sdk::find(&session.env).map_err(|e| format!("gorc: {e}"))?;
            outln!("{}", sdk.root.display());
        }
        _ => return Err(Failure::Usage(USAGE.to_owned())),
    }
    Ok(())
}

fn source(s: SdkSource) -> &'static str {
    match s {
        SdkSource::Goroot => "GOROOT",
        SdkSource::Path => "go on PATH",
        SdkSource::ModuleCache => "module cache",
        SdkSource::Store => "gorc's store",
    }
}
