//! The file and its declarations. Source: the Go specification, "Packages" and "Declarations and
//! scope".

use super::pragma::Allowed;
use super::{Name, Parser, recover};
use crate::ast::{
    BinaryOp, Block, Decl, DeclId, DeclKind, ExprId, ExprKind, FuncType, Ident, Import, LitKind, UnaryOp,
};
use go_lexer::{Tok, TokenSet, unquote};
use go_source::{Pos, Span, Symbol};

/// What the specs of one declaration share.
struct Group {
    number: u32,
    keyword: Pos,
    iota: u32,
    /// The last constant spec with a type or values.
    last_const: Option<DeclId>,
}

impl Parser<'_> {
    /// SourceFile = PackageClause ";" { ImportDecl ";" } { TopLevelDecl ";" }
    pub(super) fn source_file(&mut self) {
        self.file.package_pos = self.pos();
        self.top = false;
        if !self.got(Tok::Package) {
            self.syntax_error("package statement must be first");
            return;
        }
        self.take_pragma(Allowed::Build);
        self.file.package_name = self.name().id;
        self.want(Tok::Semi);
        if self.errors > 0 {
            return; // the rest would only repeat that this is no Go file
        }

        let mut prev = Tok::Import;
        let mut after_bodyless_func = false;
        while self.tok != Tok::Eof {
            if self.tok == Tok::Import && prev != Tok::Import {
                self.syntax_error("imports must appear before other declarations");
            }
            prev = self.tok;
            if !recover::DECL_START.contains(self.tok) {
                if self.tok == Tok::Lbrace && after_bodyless_func {
                    self.syntax_error("unexpected semicolon or newline before {");
                } else {
                    self.syntax_error("non-declaration statement outside function body");
                }
                self.advance(recover::DECL_START);
                continue;
            }
            let keyword = self.pos();
            self.next();
            after_bodyless_func = false;
            match prev {
                Tok::Import => self.imports(),
                Tok::Func => {
                    let d = self.func_decl(keyword);
                    self.file.decls.push(d);
                    let kind = &self.file.all_decls[d].kind;
                    after_bodyless_func = matches!(kind, DeclKind::Func { body: None, .. });
                }
                tok => {
                    let list = self.decl_group(tok, keyword);
                    self.file.decls.extend(list);
                }
            }
            // Before the next token is read: comments before it may be about the next declaration.
            self.clear_pragma();
            if self.tok != Tok::Eof && !self.got(Tok::Semi) {
                self.syntax_error("after top level declaration");
                self.advance(recover::DECL_START);
            }
        }
        self.clear_pragma();
        self.file.eof = self.pos();
    }

    fn next_group(&mut self) -> u32 {
        self.groups += 1;
        self.groups - 1
    }

    fn imports(&mut self) {
        let group = self.next_group();
        if self.tok == Tok::Lparen {
            self.clear_pragma();
            self.next();
            self.list("grouped declaration", Tok::Semi, Tok::Rparen, |p| {
                p.import_spec(group);
                false
            });
        } else {
            self.import_spec(group);
        }
    }

    /// ImportSpec = [ "." | PackageName ] ImportPath
    fn import_spec(&mut self, group: u32) {
        let pos = self.pos();
        self.take_pragma(Allowed::Nothing);
        let name = match self.tok {
            Tok::Name => Some(self.name().id),
            Tok::Dot => {
                let dot = Ident { name: self.interner.intern("."), pos };
                self.next();
                Some(dot)
            }
            _ => None,
        };
        let mut path_value = Symbol::EMPTY;
        let path = match self.literal_or_none() {
            Some(path) => {
                let e = &mut self.file.exprs[path];
                if let ExprKind::BasicLit { kind, value, bad } = &mut e.kind
                    && !*bad
                {
                    if *kind == LitKind::String {
                        let text = unquote(self.interner.resolve(*value)).unwrap_or_default();
                        path_value = self.interner.intern(&String::from_utf8_lossy(&text));
                    } else {
                        *bad = true;
                        let pos = e.pos;
                        self.syntax_error_at(pos, "import path must be a string");
                    }
                }
                path
            }
            None => {
                let bad = self.bad_expr();
                self.syntax_error("missing import path");
                self.advance(TokenSet::new(&[Tok::Semi, Tok::Rparen]));
                bad
            }
        };
        self.file.imports.push(Import { pos, name, path, path_value, group });
    }

    /// After `const`, `type` or `var`: one spec, or a group of them.
    pub(super) fn decl_group(&mut self, keyword_tok: Tok, keyword: Pos) -> Vec<DeclId> {
        let mut group = Group { number: self.next_group(), keyword, iota: 0, last_const: None };
        let mut list = Vec::new();
        if self.tok == Tok::Lparen {
            self.clear_pragma();
            self.next();
            self.list("grouped declaration", Tok::Semi, Tok::Rparen, |p| {
                list.push(p.spec(keyword_tok, &mut group));
                false
            });
        } else {
            list.push(self.spec(keyword_tok, &mut group));
        }
        list
    }

    fn spec(&mut self, keyword_tok: Tok, group: &mut Group) -> DeclId {
        match keyword_tok {
            Tok::Const => self.const_spec(group),
            Tok::Type => self.type_spec(group),
            _ => self.var_spec(group),
        }
    }

    fn decl_node(&mut self, kind: DeclKind, lo: Pos, group: &Group, directives: std::ops::Range<u32>) -> DeclId {
        self.file.all_decls.push(Decl {
            kind,
            span: Span::new(lo, self.prev_end.max(lo)),
            group: group.number,
            keyword_pos: group.keyword,
            directives,
        })
    }

    fn values(&mut self) -> Box<[ExprId]> {
        self.expr_list().into_box()
    }

    /// ConstSpec = IdentifierList [ [ Type ] "=" ExpressionList ]
    fn const_spec(&mut self, group: &mut Group) -> DeclId {
        let lo = self.pos();
        let directives = self.take_pragma(Allowed::Nothing);
        let first = self.name();
        let names = self.name_list(first);
        let mut ty = None;
        let mut values: Box<[ExprId]> = Box::new([]);
        if !matches!(self.tok, Tok::Eof | Tok::Semi | Tok::Rparen) {
            ty = self.type_or_none();
            if self.got_assign() {
                values = self.values();
            }
        }
        let own = ty.is_some() || !values.is_empty();
        let inherited = if own { None } else { group.last_const };
        let kind = DeclKind::Const { names, ty, values, inherited, iota: group.iota };
        let id = self.decl_node(kind, lo, group, directives);
        group.iota += 1;
        if own {
            group.last_const = Some(id);
        }
        id
    }

    /// VarSpec = IdentifierList ( Type [ "=" ExpressionList ] | "=" ExpressionList )
    fn var_spec(&mut self, group: &Group) -> DeclId {
        let lo = self.pos();
        let directives = self.take_pragma(Allowed::Embed);
        let first = self.name();
        let names = self.name_list(first);
        let mut ty = None;
        let mut values: Box<[ExprId]> = Box::new([]);
        if self.got_assign() {
            values = self.values();
        } else {
            ty = Some(self.type_());
            if self.got_assign() {
                values = self.values();
            }
        }
        self.decl_node(DeclKind::Var { names, ty, values }, lo, group, directives)
    }

    /// TypeSpec = identifier [ TypeParams ] [ "=" ] Type
    fn type_spec(&mut self, group: &Group) -> DeclId {
        let lo = self.pos();
        let directives = self.take_pragma(Allowed::Nothing);
        let name = self.name().id;
        let mut type_params: Box<[_]> = Box::new([]);
        let mut alias = false;
        let ty = if self.tok == Tok::Lbrack {
            let pos = self.pos();
            self.next();
            match self.tok {
                Tok::Name => match self.type_params_or_length() {
                    Ok((first, constraint)) => {
                        type_params = self.type_param_list(Some(first), constraint);
                        alias = self.got_assign();
                        self.type_or_none()
                    }
                    Err(len) => Some(self.array_type(pos, Some(len))),
                },
                Tok::Rbrack => {
                    self.next();
                    Some(self.slice_type(pos))
                }
                _ => Some(self.array_type(pos, None)),
            }
        } else {
            alias = self.got_assign();
            self.type_or_none()
        };
        let ty = match ty {
            Some(ty) => ty,
            None => {
                let bad = self.bad_expr();
                self.syntax_error("in type declaration");
                self.advance(TokenSet::new(&[Tok::Semi, Tok::Rparen]));
                bad
            }
        };
        self.decl_node(DeclKind::Type { name, type_params, alias, ty }, lo, group, directives)
    }

    /// After `type T[`, at a name: the first type parameter and perhaps its constraint, or an array
    /// length. Both may look like an expression, which is read first and then taken apart.
    fn type_params_or_length(&mut self) -> Result<(Name, Option<ExprId>), ExprId> {
        let name = self.name();
        let mut x = self.name_expr(name);
        // `P []E`: an index is no constant length, so `[` starts a constraint.
        if self.tok != Tok::Lbrack {
            self.xnest += 1;
            let operand = self.primary_expr(Some(x));
            x = self.binary_expr(Some(operand), 0);
            self.xnest -= 1;
        }
        let forced = self.tok == Tok::Comma;
        match self.split_name(x, forced) {
            Some(constraint) if constraint.is_some() || self.tok != Tok::Rbrack => Ok((name, constraint)),
            _ => Err(x),
        }
    }

    /// Splits `x` into a name and the type element that follows it, if `x` can be read that way and
    /// the rest can only be a type (or `forced`): `P *[]int`, `P (E)`, `P *E|F`. The nodes are
    /// changed to say so.
    fn split_name(&mut self, x: ExprId, forced: bool) -> Option<Option<ExprId>> {
        let is_name = |p: &Self, e: ExprId| matches!(p.file.exprs[e].kind, ExprKind::Name(_));
        if is_name(self, x) {
            return Some(None);
        }
        // The unions from the whole down to the leftmost term.
        let mut unions = Vec::new();
        let mut forced = forced;
        let mut first = x;
        while let ExprKind::Binary { op: BinaryOp::Or, x: l, y: r } = self.file.exprs[first].kind {
            forced = forced || self.is_type_elem(r);
            unions.push(first);
            first = l;
        }
        let mut rest = match &self.file.exprs[first].kind {
            &ExprKind::Binary { op: BinaryOp::Mul, x: l, y: r } => {
                if !is_name(self, l) || !(forced || self.is_type_elem(r)) {
                    return None;
                }
                let e = &mut self.file.exprs[first];
                e.kind = ExprKind::Star(r);
                e.span.lo = e.pos;
                first
            }
            ExprKind::Call { fun, args, ellipsis: None, .. } if args.len() == 1 => {
                let (fun, arg) = (*fun, args[0]);
                if !is_name(self, fun) || !(forced || self.is_type_elem(arg)) {
                    return None;
                }
                self.file.unparen(arg)
            }
            _ => return None,
        };
        let lo = self.lo(rest);
        while let Some(union) = unions.pop() {
            let e = &mut self.file.exprs[union];
            if let ExprKind::Binary { x, .. } = &mut e.kind {
                *x = rest;
            }
            e.span.lo = lo;
            rest = union;
        }
        Some(Some(rest))
    }

    /// Whether `x` can only be a type element.
    fn is_type_elem(&self, x: ExprId) -> bool {
        let mut todo = vec![x];
        while let Some(x) = todo.pop() {
            match &self.file.exprs[x].kind {
                ExprKind::ArrayType { .. }
                | ExprKind::StructType { .. }
                | ExprKind::FuncType(_)
                | ExprKind::InterfaceType { .. }
                | ExprKind::SliceType { .. }
                | ExprKind::MapType { .. }
                | ExprKind::ChanType { .. }
                | ExprKind::Unary { op: UnaryOp::Tilde, .. } => return true,
                ExprKind::Binary { x, y, .. } => todo.extend([*x, *y]),
                ExprKind::Unary { x, .. } | ExprKind::Star(x) | ExprKind::Paren(x) => todo.push(*x),
                _ => {}
            }
        }
        false
    }

    /// After `func`: FunctionDecl or MethodDecl.
    fn func_decl(&mut self, keyword: Pos) -> DeclId {
        let directives = self.take_pragma(Allowed::Func);
        let mut recv = None;
        let mut recv_count = 0;
        let has_recv = self.got(Tok::Lparen);
        if has_recv {
            let list = self.non_variadic_list();
            recv_count = list.len() as u32;
            match recv_count {
                0 => self.error_at(self.pos(), "method has no receiver"),
                1 => {}
                _ => self.error_at(self.pos(), "method has multiple receivers"),
            }
            recv = list.into_vec().into_iter().next();
        }
        let (name, ty);
        if self.tok == Tok::Name {
            name = self.name().id;
            let pos = self.pos();
            let signature = self.signature(keyword, None);
            ty = self.expr_node(ExprKind::FuncType(Box::new(signature)), pos, pos);
        } else {
            let pos = self.pos();
            name = Ident { name: Symbol::BLANK, pos };
            let empty =
                FuncType { pos: keyword, type_params: Box::new([]), params: Box::new([]), results: Box::new([]) };
            ty = self.expr_node(ExprKind::FuncType(Box::new(empty)), pos, pos);
            self.syntax_error(if has_recv { "expected name" } else { "expected name or (" });
            self.advance(TokenSet::new(&[Tok::Lbrace, Tok::Semi]));
        }
        let body = if self.tok == Tok::Lbrace { Some(self.func_body()) } else { None };
        let number = self.next_group();
        let group = Group { number, keyword, iota: 0, last_const: None };
        let kind = DeclKind::Func { name, recv, ty, body, recv_count };
        self.decl_node(kind, keyword, &group, directives)
    }

    pub(super) fn func_body(&mut self) -> Block {
        self.fnest += 1;
        let errors = self.errors;
        let body = self.deeper(|p| p.block(""));
        self.fnest -= 1;
        if self.errors != errors {
            self.broken_bodies.push(body.lbrace);
        }
        body
    }
}
