//! Prints the declarations of a Go file and its syntax errors: `outline FILE.go`.

use go_ast::{DeclKind, ParseMode, parse};
use go_source::{Interner, SourceMap};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: outline FILE.go")?;
    let text: Arc<[u8]> = std::fs::read(&path)?.into();
    let (interner, mut sources) = (Interner::new(), SourceMap::new());
    let id = sources.add(path, Arc::clone(&text)).ok_or("4 GiB of sources")?;
    let parsed = parse(id, sources.file(id).base, &text, &interner, ParseMode::default());
    let file = &parsed.file;
    for d in &parsed.diagnostics {
        let at = sources.location(d.span.lo);
        println!("{}:{}:{}: {}", at.file, at.line, at.column, d.message);
    }
    for i in &file.imports {
        println!("import {}", interner.resolve(i.path_value));
    }
    for d in &file.decls {
        let line = sources.location(file.decl(*d).span.lo).line;
        match &file.decl(*d).kind {
            DeclKind::Func { name, recv, .. } => {
                let what = if recv.is_some() { "method" } else { "func" };
                println!("{line}: {what} {}", interner.resolve(name.name));
            }
            DeclKind::Type { name, .. } => println!("{line}: type {}", interner.resolve(name.name)),
            DeclKind::Const { names, .. } | DeclKind::Var { names, .. } => {
                let what = if matches!(file.decl(*d).kind, DeclKind::Var { .. }) { "var" } else { "const" };
                let names: Vec<&str> = names.iter().map(|n| interner.resolve(n.name)).collect();
                println!("{line}: {what} {}", names.join(", "));
            }
            DeclKind::Bad => {}
        }
    }
    Ok(())
}
