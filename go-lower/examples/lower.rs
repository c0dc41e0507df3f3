//! Lowers functions of a Go file without imports and prints their IR, before and after the passes:
//! `lower FILE.go FUNC…`. Bodies must not need package runtime (no allocation that grows, no maps).

use go_ir::text::print::function_text;
use go_lower::{Lowerer, PackageFacts};
use go_types::check::{CheckOptions, Checker, PackageInput};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, names @ ..] = args.as_slice() else { return Err("usage: lower FILE.go FUNC…".into()) };
    let text: Arc<[u8]> = std::fs::read(path)?.into();
    let interner = Arc::new(go_source::Interner::new());
    let mut sources = go_source::SourceMap::new();
    let id = sources.add(path.clone(), Arc::clone(&text)).ok_or("4 GiB of sources")?;
    let file = go_ast::parse(id, sources.file(id).base, &text, &interner, Default::default()).file;

    let mut checker = Checker::new(Arc::clone(&interner), CheckOptions::default());
    let files = vec![Arc::new(file)];
    let input = PackageInput { path: "p".into(), files, imports: Default::default(), go_version: (1, 27), own: true };
    let pkg = checker.add_package(input);
    checker.check_package(pkg);
    if let Some(d) = checker.take_diagnostics().first() {
        let at = sources.location(d.span.lo);
        return Err(format!("{}:{}:{}: {}", at.file, at.line, at.column, d.message).into());
    }

    let facts = PackageFacts { pkg: Some(pkg), ..PackageFacts::default() };
    let names: Vec<String> = names.iter().map(|n| format!("p.{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut program = Lowerer::new(&mut checker, vec![facts]).lower_functions(&names)?.prog;
    for title in ["; as lowered", "; after the passes"] {
        println!("{title}");
        for name in &names {
            let f = program.body(program.by_name[*name]).ok_or("no body")?;
            println!("{}", function_text(&program, f));
        }
        go_ir::passes::run(&mut program, &go_ir::passes::Options::default());
    }
    Ok(())
}
