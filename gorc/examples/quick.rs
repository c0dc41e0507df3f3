//! Scratch pipeline.
use go_ir::lower::{Lowerer, PackageFacts};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
struct P { map: Arc<go_source::SourceMap> }
impl go_link::Positions for P {
    fn resolve(&self, pos: u32) -> Option<(u32, u32)> {
        let f = self.map.file_of(go_source::Pos(pos))?;
        let file = self.map.file(f);
        Some((f.0, file.line_col(pos - file.base.0).0))
    }
    fn file_count(&self) -> u32 { self.map.files().count() as u32 }
    fn file_name(&self, file: u32) -> String { self.map.file(go_source::FileId(file)).name.clone() }
}
fn main() {
    std::thread::Builder::new().stack_size(1 << 30).spawn(real).unwrap().join().unwrap();
}
fn real() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = args[0].clone();
    let pats = args[1..].to_vec();
    let t0 = Instant::now();
    let mut last = t0;
    let mut tick = |s: &str| { let n = Instant::now(); eprintln!("{s}: {:?}", n - last); last = n; };
    let mut cfg = go_load::LoadConfig::new("/work/sdk/go", std::env::current_dir().unwrap());
    cfg.overlay = Arc::new(go_load::Overlay::new(go_rt::overlay_selection(), go_rt::overlay_files().iter().map(|(p, t)| (*p, t.as_bytes())), go_load::constraint::Arch::Amd64).unwrap());
    let (graph, errs) = go_load::load(&cfg, &go_load::OsFileSystem, &pats);
    for e in &errs { eprintln!("{e}"); }
    if !errs.is_empty() { std::process::exit(1) }
    tick("load");
    let interner = Arc::new(go_source::Interner::new());
    let mut map = go_source::SourceMap::new();
    let mut jobs = Vec::new();
    for p in &graph.packages { for f in &p.files {
        let id = map.add(f.display.clone(), f.text.clone()).unwrap();
        jobs.push((id, map.file(id).base, f.text.clone(), p.is_std()));
    } }
    let parsed: Vec<_> = jobs.par_iter().map(|(id, base, text, std)| go_ast::parse(*id, *base, text, &interner, go_ast::ParseMode { comments: Default::default(), origin: if *std { go_ast::Origin::Runtime } else { go_ast::Origin::User } })).collect();
    let map = Arc::new(map);
    for p in &parsed { for d in &p.diagnostics { let l = map.location(d.span.lo); eprintln!("{}:{}:{}: {}", l.file, l.line, l.column, d.message); } }
    tick("parse");
    let mut trees = parsed.into_iter().map(|p| Arc::new(p.file));
    let mut ck = go_types::check::Checker::new(interner.clone(), Default::default());
    ck.set_sources(map.clone());
    let mut ids = HashMap::new();
    let mut facts = Vec::new();
    for p in &graph.packages {
        if p.is_unsafe() { continue; }
        let files: Vec<_> = p.files.iter().map(|_| trees.next().unwrap()).collect();
        let imports: rustc_hash::FxHashMap<String, go_types::object::PkgId> = p.imports.iter().filter_map(|(s, id)| Some((s.clone(), *ids.get(id)?))).collect();
        let imps: Vec<_> = imports.values().copied().collect();
        let pkg = ck.add_package(go_types::check::PackageInput { path: p.path.clone(), files, imports, go_version: (p.go_version.major, p.go_version.minor), own: p.is_own() });
        ids.insert(p.id, pkg);
        facts.push(PackageFacts { pkg: Some(pkg), imports: imps, aliases: p.aliases.iter().map(|a| (a.name.clone(), a.target.clone())).collect(), std: p.is_std(), embeds: vec![] });
    }
    tick("collect");
    for p in &graph.packages { if p.is_own() { ck.check_package(ids[&p.id]); } }
    let ds = ck.take_diagnostics();
    for d in &ds { let l = map.location(d.span.lo); eprintln!("{}:{}:{}: {}", l.file, l.line, l.column, d.message); }
    if !ds.is_empty() { std::process::exit(1) }
    tick("check own");
    let lowered = Lowerer::new(&mut ck, facts).lower_program();
    for d in &ck.take_diagnostics() { let l = map.location(d.span.lo); eprintln!("LATE {}:{}:{}: {}", l.file, l.line, l.column, d.message); }
    let mut lowered = match lowered { Ok(l) => l, Err(_) => { eprintln!("no main"); std::process::exit(1) } };
    tick("lower");
    let n = lowered.prog.funcs.iter().filter(|f| matches!(f.body, go_ir::FuncBody::Ir(_))).count();
    eprintln!("{n} functions");
    if std::env::var("NOPASS").is_err() {
    let opts = go_ir::passes::Options { verify: if std::env::var("VERIFY").is_ok() { go_ir::passes::Verify::On } else { go_ir::passes::Verify::Off }, ..Default::default() };
    for c in go_ir::passes::run(&mut lowered.prog, &opts) { eprintln!("VERIFY {c}"); }
    }
    lowered.prog.types.compute_all_layouts();
    tick("passes"); if let Ok(n) = std::env::var("FN") { let id: u32 = n.parse().unwrap(); let f = &lowered.prog.funcs[go_ir::FuncId(id)]; eprintln!("FN {} {}", f.name, matches!(f.body, go_ir::FuncBody::Ir(_))); }
    if let Ok(name) = std::env::var("IR") {
        if let Some(f) = lowered.prog.by_name.get(name.as_str()) { if let Some(b) = lowered.prog.body(*f) { eprintln!("{}", go_ir::text::print::function_text(&lowered.prog, b)); } }
    }
    let img = go_ir::image::image_data(&lowered.prog, &lowered.descriptors);
    tick("image");
    let backend = go_codegen::Backend::new(&go_codegen::Options { opt: Default::default(), verify: if std::env::var("VERIFY").is_ok() { go_codegen::Verify::On } else { go_codegen::Verify::Off } }).unwrap();
    let st = go_ir::StorageMap::all_heap();
    let prog = &lowered.prog;
    if let Ok(name) = std::env::var("IR") {
        if let Some(f) = prog.by_name.get(name.as_str()) { eprintln!("{}", backend.worker().clif(prog, *f, &st).unwrap()); }
    }
    let mut work: Vec<(go_ir::FuncId, bool)> = prog.funcs.iter_enumerated().filter(|(_, f)| matches!(f.body, go_ir::FuncBody::Ir(_))).map(|(i, _)| (i, false)).collect();
    work.extend(img.thunks.iter().map(|t| (*t, true)));
    let fs: Vec<_> = work.par_iter().map_init(|| backend.worker(), |w, (f, th)| { if std::env::var("TRACE").is_ok() { eprintln!("CG {}", prog.funcs[*f].name); } if *th { w.thunk(prog, *f) } else { w.compile(prog, *f, &st) } }).collect();
    let mut functions = Vec::new();
    for f in fs { match f { Ok(f) => functions.push(f), Err(e) => eprintln!("{e}") } }
    tick("codegen");
    let pos = P { map };
    let bi = go_link::BuildInfo { go_version: "go1.27.3".into(), modinfo: String::new() };
    let image = go_link::link(&go_link::LinkInput { functions: &functions, data: &img.objects, names: &img.names, runtime: go_rt::runtime_object(go_rt::RuntimeTarget::LinuxAmd64), typelinks: &img.typelinks, itabs: &img.itabs, positions: &pos, build_info: &bi, debug: if std::env::var("NODWARF").is_ok() { go_link::DebugInfo::SymbolsOnly } else { go_link::DebugInfo::Full } });
    let image = match image { Ok(i) => i, Err(e) => { eprintln!("link: {e}"); std::process::exit(1) } };
    tick("link");
    image.write_to(std::path::Path::new(&out)).unwrap();
    tick("write");
    eprintln!("{:?}", image.stats);
    eprintln!("total {:?}", t0.elapsed());
}
