//! hello, with the real standard library and runtime: all crates in a row, as the gorc command calls them.
//! Needs a Go SDK (`GOROOT`, or one that gorc keeps) and says so when there is none.

use std::sync::Arc;

use go_abi::object::MachineFunction;
use go_codegen::Backend;
use go_ir::image::{image_data, live_functions};
use go_lower::{Lowerer, PackageFacts};
use go_link::{BuildInfo, LinkInput, NoPositions, link};
use go_load::constraint::Arch;
use go_load::sdk::{Env, Sdk};
use go_load::{LoadConfig, OsFileSystem, Overlay};
use go_source::{Interner, SourceMap};
use go_types::check::{CheckOptions, Checker, PackageInput};
use go_types::object::PkgId;

fn build(sdk: &Sdk, folder: &std::path::Path, files: &[String]) -> go_link::Image {
    let overlay_files = go_rt::overlay_files().iter().map(|(path, text)| (*path, text.as_bytes()));
    let mut config = LoadConfig::new(&sdk.root, folder);
    config.overlay = Arc::new(Overlay::new(go_rt::overlay_selection(), overlay_files, Arch::Amd64).unwrap());
    let (graph, errors) = go_load::load(&config, &OsFileSystem, files);
    assert!(errors.is_empty(), "{errors:?}");

    let (interner, mut sources) = (Arc::new(Interner::new()), SourceMap::new());
    let mut checker = Checker::new(Arc::clone(&interner), CheckOptions::default());
    let mut ids: Vec<PkgId> = Vec::new();
    let mut facts = Vec::new();
    for p in &graph.packages {
        if p.is_unsafe() {
            ids.push(go_types::store::Store::UNSAFE);
            continue;
        }
        let mut trees = Vec::new();
        for f in &p.files {
            let id = sources.add(f.display.clone(), Arc::clone(&f.text)).unwrap();
            let origin = if p.is_std() { go_ast::Origin::Runtime } else { go_ast::Origin::User };
            let mode = go_ast::ParseMode { origin, ..Default::default() };
            let parsed = go_ast::parse(id, sources.file(id).base, &f.text, &interner, mode);
            trees.push(Arc::new(parsed.file));
        }
        let imports: Vec<(String, PkgId)> = p.imports.iter().map(|(s, i)| (s.clone(), ids[i.index()])).collect();
        let facts_imports = imports.iter().map(|(_, id)| *id).filter(|id| *id != go_types::store::Store::UNSAFE);
        let facts_imports: Vec<PkgId> = facts_imports.collect();
        let id = checker.add_package(PackageInput {
            path: if p.name == "main" { "main".into() } else { p.path.clone() },
            files: trees,
            imports: imports.into_iter().collect(),
            go_version: (p.go_version.major, p.go_version.minor),
            own: !p.is_std(),
        });
        if !p.is_std() {
            checker.check_package(id);
            let found = checker.take_diagnostics();
            assert!(found.is_empty(), "{found:?}");
        }
        ids.push(id);
        facts.push(PackageFacts {
            pkg: Some(id),
            imports: facts_imports,
            aliases: p.aliases.iter().map(|a| (a.name.clone(), a.target.clone())).collect(),
            std: p.is_std(),
            ..PackageFacts::default()
        });
    }

    let mut lowered = Lowerer::new(&mut checker, facts).lower_program().unwrap();
    go_ir::passes::run(&mut lowered.prog, &go_ir::passes::Options::default());
    let (program, descriptors) = (&lowered.prog, &lowered.descriptors);
    let (storage, _report) = go_escape::analyze(program);
    let live = live_functions(program, descriptors);
    let data = image_data(program, descriptors, &live);

    let backend = Backend::new(&go_codegen::Options::default()).unwrap();
    let mut worker = backend.worker();
    let mut code: Vec<MachineFunction> = Vec::new();
    for f in &live {
        code.push(worker.compile(program, *f, &storage).unwrap());
    }
    for f in &data.thunks {
        code.push(worker.thunk(program, *f).unwrap());
    }

    link(&LinkInput {
        names: &data.names,
        runtime: go_rt::runtime_object(go_rt::RuntimeTarget::LinuxAmd64),
        typelinks: &data.typelinks,
        itabs: &data.itabs,
        positions: &NoPositions,
        build_info: &BuildInfo { go_version: sdk.release.clone(), modinfo: String::new() },
        ..LinkInput::bare(&code, &data.objects, go_abi::runtime_fns::ENTRY_SYMBOL)
    })
    .unwrap()
}

#[test]
fn hello_is_built_by_the_libraries_alone() {
    let vars = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let Ok(sdk) = Sdk::find(&Env::new(vars)) else {
        eprintln!("no Go SDK: skipped");
        return;
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../run");
    // Lowering recurses with the nesting of the source.
    let work = std::thread::Builder::new().stack_size(512 << 20);
    let image = work.spawn(move || build(&sdk, &folder, &["hello.go".to_owned()])).unwrap().join().unwrap();
    let out = outside::run("hello", &image);
    assert_eq!(String::from_utf8_lossy(&out.stdout), "Hello, Go!\n", "{:?}", out.status);
    assert!(out.status.success());
}
