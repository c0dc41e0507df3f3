//! `gorc version`: the Go version that is compiled, as the go command says it, and gorc's own.

use super::Failure;
use super::flags::{Flag, Parsed};
use crate::out::outln;
use crate::session::{Session, VERSION};

pub(super) const FLAGS: &[Flag] = &[];

pub(super) fn run(session: &mut Session, p: &Parsed) -> Result<(), Failure> {
    if !p.args.is_empty() {
        return Err(Failure::Usage("usage: gorc version\n".to_owned()));
    }
    let os = session.env.go_setting("GOOS").unwrap_or("linux");
    let arch = session.env.go_setting("GOARCH").unwrap_or("amd64");
    outln!("go version {} {os}/{arch}", go_load::sdk::GO_RELEASE);
    outln!("gorc version {VERSION}");
    Ok(())
}
