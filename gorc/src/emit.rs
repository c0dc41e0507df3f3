//! Intermediate forms as text (`--emit`): of the named packages' files, or of functions.

use crate::out::outln;
use go_abi::object::{MachineFunction, SymbolKind};
use go_ast::visit::{Child, Walk, walk};
use go_codegen::Backend;
use go_ir::{FuncId, Program};
use go_load::PackageId;
use go_source::{FileId, SourceFile};
use go_types::info::Mode;
use std::fmt::Write as _;

use crate::build::{self, Middle};
use crate::cli::{BuildOptions, Emit, Failure};
use crate::frontend::Frontend;
use crate::render::go::position;
use crate::session::Session;

/// Prints a form of the front end for all files of the named packages.
pub(crate) fn front_end(front: &Frontend, form: Emit) {
    let mut id = 0;
    for (i, p) in front.graph.packages.iter().enumerate() {
        for n in 0..p.files.len() {
            let file = FileId(id);
            id += 1;
            if !p.is_root {
                continue;
            }
            let source = front.sources.file(file);
            outln!("== {}", source.name);
            match form {
                Emit::Tokens => tokens(source),
                Emit::Ast => ast(front, source, &front.trees[i][n]),
                Emit::Types => types(front, &front.trees[i][n]),
                Emit::Ir | Emit::Clif | Emit::Asm => {}
            }
        }
    }
}

fn tokens(source: &SourceFile) {
    let toks = go_lexer::tokenize(&source.text);
    for i in 0..toks.len() {
        let (line, column) = source.line_col(toks.starts[i]);
        let text = String::from_utf8_lossy(toks.text(i, &source.text)).into_owned();
        outln!("{line}:{column}\t{:?}\t{text:?}", toks.kinds[i]);
    }
}

fn ast(front: &Frontend, source: &SourceFile, tree: &go_ast::File) {
    let at = |p: go_source::Pos| source.line_col(p.0.saturating_sub(source.base.0));
    for decl in &tree.decls {
        walk(tree, Child::Decl(*decl), |c| {
            let mut out = String::new();
            match c {
                Child::Decl(d) => {
                    let kind = kind_name(&format!("{:?}", tree.all_decls[d].kind));
                    let (l, c) = at(tree.all_decls[d].span.lo);
                    let _ = write!(out, "{l}:{c}\t{kind}");
                }
                Child::Stmt(s) => {
                    let (l, c) = at(tree.stmt(s).pos);
                    let _ = write!(out, "{l}:{c}\t  {}", kind_name(&format!("{:?}", tree.stmt(s).kind)));
                }
                Child::Expr(e) => {
                    let (l, c) = at(tree.expr(e).pos);
                    let text = go_ast::expr_string(tree, &front.interner, e);
                    let _ = write!(out, "{l}:{c}\t    {}\t{text}", kind_name(&format!("{:?}", tree.expr(e).kind)));
                }
            }
            outln!("{out}");
            Walk::Into
        });
    }
}

fn kind_name(debug: &str) -> String {
    debug.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

fn types(front: &Frontend, tree: &go_ast::File) {
    let info = &front.checker.info;
    for (e, expr) in tree.exprs.iter_enumerated() {
        let tv = info.type_and_value(tree.id, e);
        if tv.mode == Mode::Invalid {
            continue;
        }
        let text = go_ast::expr_string(tree, &front.interner, e);
        let ty = front.checker.type_string(tv.ty);
        outln!("{}: {text}: {:?} {ty}", position(&front.sources, expr.span.lo), tv.mode);
    }
}

/// Prints a form of the back end for the program's own functions, or those that a filter names.
pub(crate) fn back_end(
    session: &Session,
    front: &mut Frontend,
    root: PackageId,
    options: &BuildOptions,
    sdk: &go_load::sdk::Sdk,
) -> Result<(), Failure> {
    let m = build::middle(session, front, root, options, sdk)?;
    let prog = &m.lowered.prog;
    let wanted = |name: &str| match &options.emit_filter {
        Some(f) => name.contains(f.as_str()),
        None => name.starts_with("main."),
    };
    let chosen: Vec<FuncId> = prog
        .funcs
        .iter_enumerated()
        .filter(|(id, f)| wanted(&f.name) && prog.body(*id).is_some())
        .map(|(id, _)| id)
        .collect();
    let backend =
        Backend::new(&go_codegen::Options { opt: options.opt, ..Default::default() }).map_err(|e| e.to_string())?;
    let mut worker = backend.worker();
    for f in chosen {
        match options.emit {
            Some(Emit::Ir) => {
                if let Some(body) = prog.body(f) {
                    outln!("{}", go_ir::text::print::function_text(prog, body));
                }
            }
            Some(Emit::Clif) => {
                let text = worker.clif(prog, f, &m.storage).map_err(|e| e.to_string())?;
                outln!("; {}\n{text}", prog.funcs[f].name);
            }
            Some(Emit::Asm) => {
                let code = worker.compile(prog, f, &m.storage).map_err(|e| e.to_string())?;
                assembly(front, &m, &code);
            }
            Some(Emit::Tokens | Emit::Ast | Emit::Types) | None => {}
        }
    }
    Ok(())
}

/// Bytes of a function, a line for each source line, with relocations.
fn assembly(front: &Frontend, m: &Middle, f: &MachineFunction) {
    outln!("{}: {} bytes", f.name, f.code.len());
    let mut starts: Vec<(u32, u32)> = f.lines.iter().map(|l| (l.offset, l.pos)).collect();
    if starts.first().is_none_or(|s| s.0 != 0) {
        starts.insert(0, (0, f.pos));
    }
    for (i, (from, pos)) in starts.iter().enumerate() {
        let to = starts.get(i + 1).map_or(f.code.len() as u32, |s| s.0);
        outln!("  ; {}", position(&front.sources, go_source::Pos(*pos)));
        for (n, chunk) in f.code[*from as usize..to as usize].chunks(16).enumerate() {
            let hex: Vec<String> = chunk.iter().map(|b| format!("{b:02x}")).collect();
            outln!("  {:5x}: {}", *from as usize + n * 16, hex.join(" "));
        }
        for r in f.relocs.iter().filter(|r| r.offset >= *from && r.offset < to) {
            outln!("         {:x}: {:?} {}{:+}", r.offset, r.kind, symbol_name(&m.lowered.prog, r.target), r.addend);
        }
    }
}

fn symbol_name(prog: &Program, s: go_abi::object::SymbolId) -> String {
    let i = s.index();
    match s.kind() {
        SymbolKind::Func => prog.funcs[FuncId(i)].name.to_string(),
        SymbolKind::FuncValue => format!("{}·f", prog.funcs[FuncId(i)].name),
        SymbolKind::Thunk => format!("{}·thunk", prog.funcs[FuncId(i)].name),
        SymbolKind::Global => prog.globals[go_ir::GlobalId(i)].name.to_string(),
        SymbolKind::Data => format!("data{i}"),
        SymbolKind::TypeDesc => format!("type:{}", go_ir::text::print::type_text(&prog.types, go_ir::Ty(i))),
        SymbolKind::Itab => format!("itab{i}"),
        SymbolKind::Str => format!("{:?}", String::from_utf8_lossy(&prog.strings[go_ir::StrId(i)])),
        SymbolKind::Named => prog.named[i as usize].to_string(),
    }
}
