//! From a checked program to an executable: lowering, passes, storage, code generation, linking.
//!
//! The order of stages and what passes between them; each stage is a library crate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use go_abi::object::MachineFunction;
use go_codegen::{Backend, CodegenError};
use go_ir::image::{ImageData, image_data, live_functions};
use go_ir::{DataInit, FuncBody, FuncId, Program, StorageMap, TyKind};
use go_link::{BuildInfo, Image, LinkInput};
use go_load::sdk::Sdk;
use go_load::{Package, PackageId};
use go_lower::{ABI0, EmbedVar, LowerError, Lowered, Lowerer, PackageFacts};
use go_source::Pos;
use rayon::prelude::*;

use crate::asm;
use crate::cli::{BuildOptions, Failure, Storage};
use crate::frontend::Frontend;
use crate::modinfo;
use crate::positions::{FileNames, SourcePositions};
use crate::session::Session;

/// The message of the linker for a program without `func main`.
pub(crate) const NO_MAIN: &str = "runtime.main_main·f: function main is undeclared in the main package";

/// A program in IR, ready for code generation.
pub(crate) struct Middle {
    /// The program and its descriptors.
    pub(crate) lowered: Lowered,
    /// Stack or heap.
    pub(crate) storage: StorageMap,
    /// Functions that are compiled.
    pub(crate) live: Vec<FuncId>,
    /// Data.
    pub(crate) image: ImageData,
    /// Build information.
    pub(crate) info: BuildInfo,
    /// Code from assembly.
    pub(crate) assembly: Vec<MachineFunction>,
}

/// Whether a program package has a function main.
pub(crate) fn has_main(front: &Frontend, root: PackageId) -> bool {
    front.ids[root.index()].is_some_and(|id| front.checker.lookup_object(id, "main").is_some())
}

/// Lowers what `root` reaches, and runs the passes.
pub(crate) fn middle(
    session: &Session,
    front: &mut Frontend,
    root: PackageId,
    options: &BuildOptions,
    sdk: &Sdk,
) -> Result<Middle, Failure> {
    let needed = closure(front, root);
    let mut assembled = Vec::new();
    for p in (0..needed.len()).filter(|p| needed[*p]) {
        assembled.extend(asm::assemble_package(front, p, sdk)?);
    }
    let mut facts = package_facts(front, &needed)?;
    if let Some(f) = facts.first_mut() {
        f.assembly = assembled.iter().flat_map(asm::Assembled::functions).collect();
    }
    let path = front.graph.package(root).path.clone();
    let info = modinfo::build_info(&front.graph, front.graph.package(root), &sdk.release, &options.build_settings());
    let lowered = session
        .stage("lower", || Lowerer::new(&mut front.checker, facts).with_early_passes(&options.passes).lower_program());
    let mut lowered = lowered.map_err(|e| match e {
        LowerError::NoMain => format!("# {path}\n{NO_MAIN}"),
        LowerError::NoFunction(_) => format!("# {path}\n{e}"),
        LowerError::Unsound => unsound(session, front, sdk),
    })?;
    front.release_syntax();
    let count = lowered.prog.funcs.iter().filter(|f| matches!(f.body, FuncBody::Ir(_))).count();
    session.info(format_args!("{count} functions reached"));
    let report = session.stage("passes", || go_ir::passes::run(&mut lowered.prog, &options.passes));
    if !report.complaints.is_empty() {
        return Err(Failure::from(format!("gorc: internal error: verifier:\n{}", report.complaints.join("\n"))));
    }
    if options.passes.limit.is_some() {
        session.info(format_args!("{} applications of passes", report.applied));
    }
    if let Some((pass, f)) = report.last {
        session.info(format_args!("stopped after {} of {}", pass.name(), lowered.prog.funcs[f].name));
    }
    set_strings(&mut lowered.prog, options, sdk, &info);
    let (map, report) = session.stage("escape", || go_escape::analyze(&lowered.prog));
    session.info(format_args!("{}", report.totals()));
    let storage = match options.storage {
        Storage::Analysed => map,
        Storage::AllHeap => map.on_heap(),
    };
    session.stage("buffers", || go_ir::passes::buffers::run(&mut lowered.prog, &storage));
    let live = live_functions(&lowered.prog, &lowered.descriptors);
    let mut image = image_data(&lowered.prog, &lowered.descriptors, &live);
    let mut parts = asm::link_parts(&assembled, &lowered.prog);
    image.objects.append(&mut parts.data);
    image.names.append(&mut parts.names);
    Ok(Middle { lowered, storage, live, image, info, assembly: parts.functions })
}

/// The errors in packages of the SDK that show only when what is wrong is reached, as the go command would print
/// them for the first such package, and what to do.
fn unsound(session: &Session, front: &mut Frontend, sdk: &Sdk) -> String {
    let found = std::mem::take(&mut front.checker.diagnostics);
    let mut packages = front.graph.packages.iter().flat_map(|p| p.files.iter().map(move |_| p));
    let first = found.first().and_then(|d| front.sources.file_of(d.span.lo));
    let package = first.and_then(|f| packages.nth(f.0 as usize));
    let name = package.map_or("std", |p| p.path.as_str());
    let mut text = crate::render::go::package(&front.sources, name, &found, crate::render::go::ErrorLimit::Ten);
    if let Some(p) = package {
        text = shorten(session, p, &text);
    }
    format!(
        "{text}gorc: the standard library in {} does not check: reinstall that SDK, or unset GOROOT to let gorc find \
         or fetch one\n\tif nobody changed it, this is an error of gorc\n",
        sdk.root.display()
    )
}

/// Messages about a package with its folder as cmd/go shows it.
pub(crate) fn shorten(session: &Session, p: &Package, text: &str) -> String {
    let dir = p.dir.display().to_string();
    text.replace(&format!("{dir}/"), &format!("{}/", go_load::short_path(&session.cwd, &p.dir)))
}

/// What lowering wants to know about each package.
fn package_facts(front: &Frontend, needed: &[bool]) -> Result<Vec<PackageFacts>, Failure> {
    let mut first_file = 0;
    let mut out = Vec::new();
    for p in &front.graph.packages {
        let base = first_file;
        first_file += p.files.len() as u32;
        if p.is_unsafe() || !needed[p.id.index()] {
            continue;
        }
        let imports = p
            .imports
            .iter()
            .filter_map(|(_, id)| front.ids[id.index()])
            .filter(|id| *id != go_types::store::Store::UNSAFE);
        out.push(PackageFacts {
            pkg: front.ids[p.id.index()],
            imports: imports.collect(),
            aliases: p.aliases.iter().map(|a| (a.name.clone(), a.target.clone())).collect(),
            std: p.is_std(),
            embeds: embeds(front, p, base)?,
            ..PackageFacts::default()
        });
    }
    Ok(out)
}

/// The packages that a program consists of: what it imports, and the runtime.
fn closure(front: &Frontend, root: PackageId) -> Vec<bool> {
    let mut needed = vec![false; front.graph.packages.len()];
    let mut work: Vec<PackageId> = front.graph.runtime.into_iter().chain([root]).collect();
    while let Some(id) = work.pop() {
        if !std::mem::replace(&mut needed[id.index()], true) {
            work.extend(front.graph.package(id).imports.iter().map(|(_, i)| *i));
        }
    }
    needed
}

/// The files that each `//go:embed` pattern of a package names; folders get entries of their own.
fn embeds(front: &Frontend, p: &Package, first_file: u32) -> Result<Vec<EmbedVar>, Failure> {
    let mut out = Vec::new();
    for (i, f) in p.files.iter().enumerate() {
        for e in &f.embed_patterns {
            let Some(found) = p.embeds.iter().find(|x| x.pattern == e.pattern) else { continue };
            let mut files: Vec<(String, Arc<[u8]>)> = Vec::new();
            let mut folders = std::collections::BTreeSet::new();
            for name in &found.files {
                let path = p.dir.join(name);
                let text = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                let mut upper = name.as_str();
                while let Some((dir, _)) = upper.rsplit_once('/') {
                    folders.insert(format!("{dir}/"));
                    upper = dir;
                }
                files.push((name.clone(), text.into()));
            }
            files.extend(folders.into_iter().map(|d| (d, Arc::from([]))));
            let base = front.sources.file(go_source::FileId(first_file + i as u32)).base;
            out.push(EmbedVar { pos: Pos(base.0 + e.offset), files });
        }
    }
    Ok(out)
}

/// Gives string variables the values that a linker sets: those of `-ldflags=-X`, and the runtime's own.
fn set_strings(prog: &mut Program, options: &BuildOptions, sdk: &Sdk, info: &BuildInfo) {
    set_string(prog, "runtime.buildVersion", sdk.release.as_bytes());
    set_string(prog, "runtime.modinfo", &info.framed_modinfo());
    if !options.trimpath {
        set_string(prog, "runtime.defaultGOROOT", sdk.root.display().to_string().as_bytes());
    }
    for (name, value) in &options.set_strings {
        set_string(prog, name, value.as_bytes());
    }
}

/// Sets one variable, if the program has it and it is a string.
fn set_string(prog: &mut Program, name: &str, value: &[u8]) {
    let Some((id, _)) = prog.globals.iter_enumerated().find(|(_, g)| &*g.name == name) else { return };
    if !matches!(prog.types.under(prog.globals[id].ty), TyKind::Basic(go_ir::Basic::String)) {
        return;
    }
    let text = prog.string(value);
    let mut init = DataInit { bytes: vec![0; 16], relocs: Vec::new() };
    init.bytes[8..].copy_from_slice(&(value.len() as u64).to_le_bytes());
    init.relocs.push(go_ir::DataReloc { offset: 0, target: Program::str_symbol(text), addend: 0, width: 8 });
    prog.globals[id].init = init;
}

/// Machine code of all functions, and of the thunks that function values need.
pub(crate) fn generate(
    session: &Session,
    m: &Middle,
    options: &BuildOptions,
) -> Result<Vec<MachineFunction>, CodegenError> {
    let prog = &m.lowered.prog;
    let verify = match options.passes.verify {
        go_ir::passes::Verify::On => go_codegen::Verify::On,
        go_ir::passes::Verify::Off => go_codegen::Verify::Off,
    };
    let backend = Backend::new(&go_codegen::Options { opt: options.opt, verify })?;
    session.stage("codegen", || {
        let work = m.live.iter().map(|f| (*f, Form::Plain)).chain(m.image.thunks.iter().map(|f| (*f, Form::Thunk)));
        let work: Vec<(FuncId, Form)> = work.collect();
        let mut code: Vec<MachineFunction> = work
            .par_iter()
            .map_init(
                || backend.worker(),
                |w, (f, form)| {
                    let start = std::time::Instant::now();
                    let out = match form {
                        Form::Plain => w.compile(prog, *f, &m.storage),
                        Form::Thunk => w.thunk(prog, *f),
                    };
                    if let Some(t) = session.trace() {
                        t.add("codegen", &prog.funcs[*f].name, start, start.elapsed());
                    }
                    out
                },
            )
            .collect::<Result<_, _>>()?;
        code.extend(m.assembly.iter().cloned());
        session.info(format_args!("{} functions and {} thunks compiled", m.live.len(), m.image.thunks.len()));
        Ok(code)
    })
}

/// What is compiled of a function.
#[derive(Clone, Copy)]
enum Form {
    /// Itself.
    Plain,
    /// The thunk for its uses as a value.
    Thunk,
}

/// Links the program.
fn link(
    session: &Session,
    front: &Frontend,
    root: PackageId,
    data: &ImageData,
    info: &BuildInfo,
    code: &[MachineFunction],
    options: &BuildOptions,
) -> Result<Image, Failure> {
    let package = front.graph.package(root);
    let style = if options.trimpath { FileNames::Trimmed } else { FileNames::Full };
    let image = session.stage("link", || {
        let positions = SourcePositions::new(&front.sources, &front.graph, &session.cwd, style);
        go_link::link(&LinkInput {
            functions: code,
            data: &data.objects,
            names: &data.names,
            runtime: go_rt::runtime_object(go_rt::RuntimeTarget::LinuxAmd64),
            typelinks: &data.typelinks,
            itabs: &data.itabs,
            positions: &positions,
            build_info: info,
            debug: options.debug,
            entry: go_abi::runtime_fns::ENTRY_SYMBOL,
        })
    });
    let image = image.map_err(|e| format!("# {}\n{}", package.path, e.to_string().replace(ABI0, "")))?;
    let s = image.stats;
    session.info(format_args!(
        "{} functions linked, Go code {} bytes, runtime code {} bytes, read-only data {}, data {}, file {}",
        s.functions, s.go_text, s.runtime_text, s.rodata, s.data, s.file
    ));
    Ok(image)
}

/// Makes the executable of one program package.
pub(crate) fn executable(
    session: &Session,
    front: &mut Frontend,
    root: PackageId,
    options: &BuildOptions,
    sdk: &Sdk,
    output: &Path,
) -> Result<(), Failure> {
    let path = front.graph.package(root).path.clone();
    let m = middle(session, front, root, options, sdk)?;
    let code = generate(session, &m, options).map_err(|e| format!("# {path}\n{e}"))?;
    let Middle { lowered, storage, image: data, info, .. } = m;
    // Large, and not looked at any more.
    rayon::spawn(move || drop((lowered, storage)));
    let image = link(session, front, root, &data, &info, &code, options)?;
    let shown = options.output.as_deref().unwrap_or_default();
    let written = session
        .stage("write", || write(&image, output))
        .map_err(|e| format!("{path}: go build {path}: write {}: {}", shown_output(shown, output), os_reason(&e)));
    // Freeing all this one by one would only take time: the process is about to end.
    std::mem::forget((data, code, image));
    Ok(written?)
}

/// Writes the executable; devices (`-o /dev/null`) are written to, not replaced.
fn write(image: &Image, output: &Path) -> Result<(), std::io::Error> {
    if std::fs::metadata(output).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return std::fs::write(output, image.bytes());
    }
    image.write_to(output).map_err(|e| match e {
        go_link::LinkError::Write { source, .. } => source,
        e => std::io::Error::other(e.to_string()),
    })
}

/// The output as the user named it.
fn shown_output(given: &str, output: &Path) -> String {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    if given.is_empty() || given.ends_with('/') {
        return format!("{given}{name}");
    }
    if Path::new(given).file_name() == output.file_name() { given.to_owned() } else { format!("{given}/{name}") }
}

/// An I/O error in the words of Go's os package.
fn os_reason(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// The name of a package's executable: of the first file, or the last element of its path that is no
/// major version.
pub(crate) fn executable_name(package: &Package, patterns: &[String]) -> String {
    if package.path == "command-line-arguments"
        && let Some(first) = patterns.first()
    {
        let base = first.rsplit('/').next().unwrap_or(first);
        return base.strip_suffix(".go").unwrap_or(base).to_owned();
    }
    let mut elements = package.path.rsplit('/');
    let last = elements.next().unwrap_or_default();
    let is_version = last
        .strip_prefix('v')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) && n != "0" && n != "1");
    match elements.next() {
        Some(before) if is_version => before.to_owned(),
        _ => last.to_owned(),
    }
}

/// Where `-o` puts the executable of a package: an existing folder (or a name that ends in a slash)
/// takes it under its own name.
pub(crate) fn output_path(
    session: &Session,
    options: &BuildOptions,
    package: &Package,
    name: &str,
) -> Result<PathBuf, Failure> {
    let Some(given) = &options.output else {
        let path = session.cwd.join(name);
        if path.is_dir() {
            return Err(Failure::from(format!("go: build output {name:?} already exists and is a directory")));
        }
        return Ok(path);
    };
    let path = session.cwd.join(given);
    let make = |dir: &Path, shown: &str| {
        let p = &package.path;
        std::fs::create_dir_all(dir).map_err(|e| format!("{p}: go build {p}: mkdir {shown}: {}", os_reason(&e)))
    };
    if given.ends_with('/') || path.is_dir() {
        make(&path, given)?;
        return Ok(path.join(name));
    }
    if let Some(dir) = path.parent().filter(|d| !d.is_dir()) {
        make(dir, &given[..given.rfind('/').map_or(0, |i| i + 1)])?;
    }
    Ok(path)
}
