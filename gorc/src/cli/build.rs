//! `gorc build`.

use crate::out::out;
use std::path::PathBuf;

use go_load::sdk::Sdk;
use go_load::{PackageGraph, PackageId};

use super::flags::{Flag, Parsed};
use super::options::build_flags;
use super::{BuildOptions, Emit, Failure};
use crate::frontend::{self, Frontend};
use crate::session::Session;
use crate::{build, emit, render};

pub(super) const FLAGS: &[Flag] = build_flags![
    Flag::value("o", "write the executable to this file, or into this folder"),
    Flag::switch("json", "print diagnostics as JSON")
];

pub(super) fn run(session: &mut Session, p: &Parsed) -> Result<(), Failure> {
    let options = BuildOptions::new(session, p)?;
    if only_test_files(session, &p.args) {
        // cmd/go loads them and has nothing to build.
        return match options.output {
            None => Ok(()),
            Some(_) => Err(Failure::from("no packages to build".to_owned())),
        };
    }
    let Some((mut front, sdk)) = check(session, &options, &p.args)? else { return Ok(()) };
    let programs: Vec<PackageId> =
        front.graph.roots.iter().copied().filter(|r| front.graph.package(*r).name == "main").collect();
    let single = front.graph.roots.len() == 1;
    if options.emit.is_some() {
        let Some(root) = programs.first() else {
            return Err(Failure::from("gorc: no main package to compile".to_owned()));
        };
        return emit::back_end(session, &mut front, *root, &options, &sdk);
    }
    let into_folder = options.output.as_ref().is_some_and(|o| o.ends_with('/') || session.cwd.join(o).is_dir());
    if single
        && programs.is_empty()
        && let Some(o) = options.output.as_ref().filter(|o| *o != "/dev/null")
    {
        let path = &front.graph.package(front.graph.roots[0]).path;
        return Err(Failure::from(if into_folder {
            "go: no main packages to build".to_owned()
        } else {
            format!("gorc: {path} is not a main package, and gorc writes no archives: {o} not written")
        }));
    }
    if !single {
        match &options.output {
            None => return Ok(()),
            Some(o) if !into_folder && o != "/dev/null" => {
                return Err(Failure::from(format!("go: cannot write multiple packages to non-directory {o}")));
            }
            Some(_) if programs.is_empty() => return Err(Failure::from("go: no main packages to build".to_owned())),
            Some(_) => {}
        }
    }
    for (i, root) in programs.iter().enumerate().rev() {
        if i > 0 {
            // Each program gets a checker of its own: their packages are all called main.
            let path = front.graph.package(*root).path.clone();
            let Some((mut own, _)) = check(session, &options, std::slice::from_ref(&path))? else { continue };
            let root = own.graph.roots[0];
            one(session, &mut own, root, &options, &sdk, &p.args)?;
        } else {
            one(session, &mut front, *root, &options, &sdk, &p.args)?;
        }
    }
    // The process ends here: freeing millions of nodes one by one would only take time.
    std::mem::forget(front);
    Ok(())
}

/// Whether test files are named, which exist, and nothing else.
fn only_test_files(session: &Session, args: &[String]) -> bool {
    !args.is_empty() && args.iter().all(|a| a.ends_with("_test.go") && session.cwd.join(a).is_file())
}

fn one(
    session: &Session,
    front: &mut Frontend,
    root: PackageId,
    options: &BuildOptions,
    sdk: &Sdk,
    patterns: &[String],
) -> Result<(), Failure> {
    let name = build::executable_name(front.graph.package(root), patterns);
    let output: PathBuf = build::output_path(session, options, front.graph.package(root), &name)?;
    if options.trace {
        eprintln!("# {} -> {}", front.graph.package(root).path, output.display());
    }
    build::executable(session, front, root, options, sdk, &output)
}

/// Loads and checks packages and prints what is wrong with them. Nothing comes back if a flag asked for
/// a form that has been printed by then.
pub(super) fn check(
    session: &Session,
    options: &BuildOptions,
    patterns: &[String],
) -> Result<Option<(Frontend, Sdk)>, Failure> {
    let sdk = session.sdk()?;
    let config = session.load_config(&sdk, &options.tags, options.mod_mode)?;
    let graph = frontend::load(session, &config, patterns)?;
    if options.debug_overlay {
        out!("{}", graph.dump());
        return Ok(None);
    }
    if options.verbose {
        print_names(&graph);
    }
    let front = frontend::check(session, graph, &options.frontend);
    match options.emit {
        Some(form @ (Emit::Tokens | Emit::Ast | Emit::Types)) => {
            emit::front_end(&front, form);
        }
        Some(Emit::Ir | Emit::Clif | Emit::Asm) | None => {}
    }
    let mut text = String::new();
    for r in &front.reports {
        if options.json {
            text.extend(r.diagnostics.iter().map(|d| render::json::diagnostic(&front.sources, &r.path, d)));
        } else {
            let found = render::go::package(&front.sources, &r.path, &r.diagnostics, options.frontend.limit);
            let std = front.graph.packages.iter().find(|p| p.is_std() && p.path == r.path);
            text.push_str(&std.map_or_else(|| found.clone(), |p| build::shorten(session, p, &found)));
        }
    }
    if options.json {
        out!("{text}")
    } else {
        eprint!("{text}")
    }
    if front.failed() {
        return Err(Failure::Failed(String::new()));
    }
    if matches!(options.emit, Some(Emit::Tokens | Emit::Ast | Emit::Types)) {
        return Ok(None);
    }
    if let [root] = front.graph.roots[..]
        && front.graph.package(root).name == "main"
        && !build::has_main(&front, root)
    {
        return Err(Failure::from(format!("# {}\n{}", front.graph.package(root).path, build::NO_MAIN)));
    }
    Ok(Some((front, sdk)))
}

fn print_names(graph: &PackageGraph) {
    for p in graph.packages.iter().filter(|p| !p.is_unsafe()) {
        eprintln!("{}", p.path);
    }
}
