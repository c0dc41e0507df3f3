//! Prints type, mode and value of every expression of a file without imports: `print_types FILE.go`.

use go_types::check::{CheckOptions, Checker, PackageInput};
use go_types::info::Mode;
use std::sync::Arc;

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "x.go".to_owned());
    let text = std::fs::read(&name).expect("file can be read");
    let interner = Arc::new(go_source::Interner::new());
    let mut sources = go_source::SourceMap::new();
    let id = sources.add(name, text.clone().into()).expect("fits");
    let base = sources.file(id).base;
    let file = Arc::new(go_ast::parse(id, base, &text, &interner, Default::default()).file);

    let mut c = Checker::new(Arc::clone(&interner), CheckOptions::default());
    let files = vec![Arc::clone(&file)];
    let imports = Default::default();
    let input = PackageInput { path: "p".into(), files, imports, go_version: (1, 27), own: true };
    let pkg = c.add_package(input);
    c.check_package(pkg);
    for d in c.take_diagnostics() {
        let l = sources.location(d.span.lo);
        println!("{}:{}:{}: {}", l.file, l.line, l.column, d.message);
    }
    for (e, expr) in file.exprs.iter_enumerated() {
        let tv = c.info.type_and_value(id, e);
        if tv.mode != Mode::Invalid {
            let l = sources.location(expr.span.lo);
            let (text, ty) = (go_ast::expr_string(&file, &interner, e), c.type_string(tv.ty));
            println!("{}:{}: {text}: {:?} {ty}", l.line, l.column, tv.mode);
        }
    }
}
