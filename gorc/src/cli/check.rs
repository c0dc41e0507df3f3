//! `gorc check`: what a build would report, without making one.

use super::flags::{Flag, Parsed};
use super::options::build_flags;
use super::{BuildOptions, Failure};
use crate::session::Session;

pub(super) const FLAGS: &[Flag] = build_flags![
    Flag::switch("e", "report all errors"),
    Flag::switch("json", "print diagnostics as JSON"),
    Flag::value("lang", "language version of the named packages: go1.N"),
    Flag::switch("fakeImportC", "take import \"C\" for a package without contents"),
    Flag::switch("testbuiltins", "know assert and trace, as tests of the type checker use them"),
    Flag::value("gotypesalias", "accepted"),
    Flag::value("goexperiment", "accepted"),
];

pub(super) fn run(session: &mut Session, p: &Parsed) -> Result<(), Failure> {
    let options = BuildOptions::new(session, p)?;
    super::build::check(session, &options, &p.args)?;
    Ok(())
}
