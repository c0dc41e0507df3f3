//! Declarations and the file.

use super::list::{ListMode, Params};
use super::writer::{Printer, Ws};
use super::{ImportSpec, Specs, Top};
use crate::ast::{DeclId, DeclKind, ExprId, Ident};
use go_lexer::Tok;

/// What a value spec consists of.
struct Values<'a> {
    names: &'a [Ident],
    ty: Option<ExprId>,
    values: &'a [ExprId],
}

impl<'a> Printer<'a> {
    /// The whole file.
    pub(super) fn file(&mut self) {
        let src = self.src;
        self.set_pos(src.offset(src.file.package_pos));
        self.tok(Tok::Package);
        self.blank();
        self.ident(src.file.package_name);
        let mut prev = None;
        for top in &src.top {
            // A blank line before another kind of declaration, or a documented one.
            let min = if prev != Some(top.tok) || top.has_doc { 2 } else { 1 };
            prev = Some(top.tok);
            let many_lines = match &top.specs {
                Specs::Decls(ids) if top.tok == Tok::Func => ids.first().is_some_and(|d| {
                    let end = src.end(src.decl(*d).span);
                    src.line(end) > src.line(top.offset)
                }),
                _ => false,
            };
            let line = src.line(top.offset);
            self.linebreak(line, min, Ws::Ignore, many_lines);
            self.top(top);
        }
        self.ws(Ws::Newline);
    }

    fn top(&mut self, top: &'a Top) {
        match &top.specs {
            Specs::Imports(specs) => self.imports(top, specs),
            Specs::Decls(ids) if top.tok == Tok::Func => {
                ids.iter().for_each(|d| self.func_decl(*d));
            }
            Specs::Decls(ids) => self.gen_decl(top.tok, top.offset, top.parens, ids),
        }
    }

    /// A declaration among statements.
    pub(super) fn local_decl(&mut self, start: u32, ids: &[DeclId]) {
        let src = self.src;
        let i = src.token_at(start);
        let is_group = src.toks.kinds[i + 1] == Tok::Lparen;
        let parens = is_group.then(|| (src.toks.starts[i + 1], src.closing(i + 1)));
        self.gen_decl(src.toks.kinds[i], start, parens, ids);
    }

    fn imports(&mut self, top: &Top, specs: &[ImportSpec]) {
        self.set_pos(top.offset);
        self.tok(Tok::Import);
        self.blank();
        let Some((open, close)) = top.parens else {
            specs.iter().for_each(|s| self.import_spec(s));
            return;
        };
        self.set_pos(open);
        self.tok(Tok::Lparen);
        if !specs.is_empty() {
            self.ws(Ws::Indent);
            self.ws(Ws::Formfeed);
            self.with_line_slot(|p, slot| {
                for (i, s) in specs.iter().enumerate() {
                    if i > 0 {
                        let line = p.src.line(s.start);
                        let section = p.lines_since(slot) > 0;
                        p.linebreak(line, 1, Ws::Ignore, section);
                    }
                    p.record_line(slot);
                    p.import_spec(s);
                }
            });
            self.ws(Ws::Unindent);
            self.ws(Ws::Formfeed);
        }
        self.set_pos(close);
        self.tok(Tok::Rparen);
    }

    fn import_spec(&mut self, s: &ImportSpec) {
        if let Some(name) = &s.name {
            self.set_pos(s.start);
            self.name(name);
            self.blank();
        }
        self.set_pos(s.path_start);
        self.literal(Tok::Str, &s.path);
        if s.moved {
            self.set_pos(s.end);
        }
    }

    fn gen_decl(&mut self, tok: Tok, start: u32, parens: Option<(u32, u32)>, ids: &[DeclId]) {
        self.set_pos(start);
        self.tok(tok);
        self.blank();
        let Some((open, close)) = parens else {
            ids.iter().for_each(|d| self.spec(*d, Alone::Yes, true));
            return;
        };
        self.set_pos(open);
        self.tok(Tok::Lparen);
        if !ids.is_empty() {
            self.ws(Ws::Indent);
            self.ws(Ws::Formfeed);
            let columns = ids.len() > 1 && (tok == Tok::Const || tok == Tok::Var);
            let keep_type = if columns { self.keep_type_column(ids) } else { Vec::new() };
            let alone = if ids.len() > 1 { Alone::No } else { Alone::Yes };
            self.with_line_slot(|p, slot| {
                for (i, d) in ids.iter().enumerate() {
                    if i > 0 {
                        let line = p.src.line(p.src.start(p.src.decl(*d).span));
                        let section = p.lines_since(slot) > 0;
                        p.linebreak(line, 1, Ws::Ignore, section);
                    }
                    p.record_line(slot);
                    match keep_type.get(i) {
                        Some(keep) => p.value_spec_in_columns(*d, *keep),
                        None => p.spec(*d, alone, false),
                    }
                }
            });
            self.ws(Ws::Unindent);
            self.ws(Ws::Formfeed);
        }
        self.set_pos(close);
        self.tok(Tok::Rparen);
    }

    fn values_of(&self, d: DeclId) -> Option<Values<'a>> {
        match &self.src.decl(d).kind {
            DeclKind::Const { names, ty, values, .. } | DeclKind::Var { names, ty, values } => {
                Some(Values { names, ty: *ty, values })
            }
            _ => None,
        }
    }

    /// For each spec whether its type column stays: values move there in a run of specs with values
    /// but without any type.
    fn keep_type_column(&self, ids: &[DeclId]) -> Vec<bool> {
        let mut keep = vec![false; ids.len()];
        let mut run: Option<usize> = None;
        let mut has_type = false;
        for (i, d) in ids.iter().enumerate() {
            let Some(v) = self.values_of(*d) else { continue };
            if !v.values.is_empty() {
                if run.is_none() {
                    run = Some(i);
                    has_type = false;
                }
            } else if let Some(start) = run.take() {
                keep[start..i].fill(has_type);
            }
            if v.ty.is_some() {
                has_type = true;
            }
        }
        if let Some(start) = run {
            keep[start..].fill(has_type);
        }
        keep
    }

    fn value_spec_in_columns(&mut self, d: DeclId, keep_type: bool) {
        let Some(v) = self.values_of(d) else { return };
        self.names(v.names, false);
        let mut extra_tabs = 3;
        if v.ty.is_some() || keep_type {
            self.ws(Ws::Vtab);
            extra_tabs -= 1;
        }
        if let Some(ty) = v.ty {
            self.expr(ty);
        }
        if !v.values.is_empty() {
            self.ws(Ws::Vtab);
            self.tok(Tok::Assign);
            self.blank();
            self.exprs(None, v.values, 1, ListMode::default(), None);
            extra_tabs -= 1;
        }
        let end = self.src.end(self.src.decl(d).span);
        if self.src.has_line_comment(end) {
            for _ in 0..extra_tabs {
                self.ws(Ws::Vtab);
            }
        }
    }

    fn spec(&mut self, d: DeclId, alone: Alone, indent_names: bool) {
        if let Some(v) = self.values_of(d) {
            self.names(v.names, indent_names);
            if let Some(ty) = v.ty {
                self.blank();
                self.expr(ty);
            }
            if !v.values.is_empty() {
                self.blank();
                self.tok(Tok::Assign);
                self.blank();
                self.exprs(None, v.values, 1, ListMode::default(), None);
            }
            return;
        }
        let src = self.src;
        let DeclKind::Type { name, type_params, alias, ty } = &src.decl(d).kind else { return };
        self.ident(*name);
        if !type_params.is_empty() {
            let i = src.token_at(src.offset(name.pos)) + 1;
            self.parameters(type_params, src.toks.starts[i], src.closing(i), Params::TypeTypes);
        }
        self.ws(if alone == Alone::Yes { Ws::Blank } else { Ws::Vtab });
        if *alias {
            self.tok(Tok::Assign);
            self.blank();
        }
        self.expr(*ty);
    }

    fn func_decl(&mut self, d: DeclId) {
        let src = self.src;
        let decl = src.decl(d);
        let DeclKind::Func { name, recv, ty, body, .. } = &decl.kind else { return };
        let start = src.start(decl.span);
        self.set_pos(start);
        self.tok(Tok::Func);
        self.blank();
        let start_column = self.out_column - "func ".len() as i32;
        if let Some(recv) = recv {
            let i = src.token_at(start) + 1;
            let fields = std::slice::from_ref(recv);
            self.parameters(fields, src.toks.starts[i], src.closing(i), Params::Func);
            self.blank();
        }
        self.ident(*name);
        self.signature(*ty);
        if let Some(body) = body {
            let header = self.distance_from(start, start_column);
            self.func_body(header, Ws::Vtab, body);
        }
    }
}

/// Whether a spec is the only one of its declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alone {
    Yes,
    No,
}
