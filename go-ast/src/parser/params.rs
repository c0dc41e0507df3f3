//! Parameter and type parameter lists. Source: the Go specification, "Function types" and "Type
//! parameter declarations".
//!
//! Whether `a, b` are names or types is known only at the end of the list: names without types then
//! get the type that follows them, or become types.

use super::{Name, Parser, recover};
use crate::ast::{ExprId, ExprKind, Field, Ident};
use crate::visit::start_pos;
use go_lexer::{Tok, TokenSet};
use go_source::{Pos, Symbol};

/// An entry whose role is not decided yet.
struct Param {
    name: Option<Name>,
    ty: Option<ExprId>,
    pos: Pos,
}

/// What a list is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListKind {
    /// `( … )`, where the last parameter may be variadic.
    Params,
    /// `( … )` of results or a receiver.
    NotVariadic,
    /// `[ … ]` with names: type parameters.
    TypeParams,
    /// `[ … ]` after a method name in an interface: parameters or arguments.
    MethodBrackets,
}

impl ListKind {
    fn close(self) -> Tok {
        match self {
            ListKind::Params | ListKind::NotVariadic => Tok::Rparen,
            ListKind::TypeParams | ListKind::MethodBrackets => Tok::Rbrack,
        }
    }
}

impl Parser<'_> {
    /// After the `(` of parameters.
    pub(super) fn param_list(&mut self) -> Box<[Field]> {
        self.fields(None, None, ListKind::Params)
    }

    /// After the `(` of a receiver or of results.
    pub(super) fn non_variadic_list(&mut self) -> Box<[Field]> {
        self.fields(None, None, ListKind::NotVariadic)
    }

    /// After the `[` of a method's brackets.
    pub(super) fn method_brackets(&mut self) -> Box<[Field]> {
        self.fields(None, None, ListKind::MethodBrackets)
    }

    /// After the `[` of type parameters, or after the first name, or its constraint.
    pub(super) fn type_param_list(&mut self, name: Option<Name>, ty: Option<ExprId>) -> Box<[Field]> {
        self.fields(name, ty, ListKind::TypeParams)
    }

    /// Result = Parameters | Type
    pub(super) fn func_result(&mut self) -> Box<[Field]> {
        if self.got(Tok::Lparen) {
            return self.non_variadic_list();
        }
        let pos = self.pos();
        match self.type_or_none() {
            Some(ty) => Box::new([Field { name: None, ty, tag: None, embedded: false, pos }]),
            None => Box::new([]),
        }
    }

    fn fields(&mut self, name: Option<Name>, ty: Option<ExprId>, kind: ListKind) -> Box<[Field]> {
        let close = kind.close();
        let mut list: Vec<Param> = Vec::new();
        let (mut name, mut ty) = (name, ty);
        if let (Some(n), Some(t), true) = (name, ty, self.tok == close) {
            self.next();
            let field = Field { name: Some(n.id), ty: t, tag: None, embedded: false, pos: n.id.pos };
            return Box::new([field]);
        }
        let end = self.list("parameter list", Tok::Comma, close, |p| {
            let entry = match (name.take(), ty.take()) {
                (Some(n), Some(t)) => Some(Param { name: Some(n), ty: Some(t), pos: n.id.pos }),
                (n, _) => p.param_or_none(n, close),
            };
            list.extend(entry);
            false
        });
        if list.is_empty() {
            return Box::new([]);
        }
        self.distribute_types(&mut list, end, kind);
        self.check_dots(&mut list, kind);
        list.into_iter()
            .map(|p| Field {
                name: p.name.map(|n| n.id),
                ty: p.ty.unwrap_or(ExprId(0)),
                tag: None,
                embedded: false,
                pos: p.pos,
            })
            .collect()
    }

    /// Gives every entry a type.
    fn distribute_types(&mut self, list: &mut [Param], end: Pos, kind: ListKind) {
        let named = list.iter().filter(|p| p.name.is_some() && p.ty.is_some()).count();
        let typed = list.iter().filter(|p| p.ty.is_some()).count();
        let names_required = kind == ListKind::TypeParams;
        if named == 0 && !names_required {
            for p in list {
                if let Some(n) = p.name.take() {
                    p.ty = Some(self.name_expr(n));
                }
            }
            return;
        }
        if named == list.len() {
            return;
        }
        let mut error_pos = None;
        let mut ty = None;
        for p in list.iter_mut().rev() {
            if let Some(t) = p.ty {
                ty = Some(t);
                if p.name.is_none() {
                    let pos = start_pos(&self.file, t);
                    error_pos = Some(pos);
                    p.name = Some(Name { id: Ident { name: Symbol::BLANK, pos }, end: pos });
                }
            } else if ty.is_some() {
                p.ty = ty;
            } else {
                let pos = p.name.map_or(p.pos, |n| n.id.pos);
                error_pos = Some(pos);
                p.ty = Some(self.bad_expr_at(pos));
            }
        }
        let Some(pos) = error_pos else { return };
        // If all typed entries have names, the ones at the end lack a type.
        if named == typed {
            let message = if names_required { "missing type constraint" } else { "missing parameter type" };
            self.syntax_error_at(end, message);
        } else {
            let message = match (names_required, list.len()) {
                (true, 1) => "missing type parameter name or invalid array length",
                (true, _) => "missing type parameter name",
                (false, _) => "missing parameter name",
            };
            self.syntax_error_at(pos, message);
        }
    }

    /// `...T` is for the last parameter only; elsewhere it counts as `T`.
    fn check_dots(&mut self, list: &mut [Param], kind: ListKind) {
        let dots_allowed = kind == ListKind::Params;
        let last = list.len() - 1;
        let mut reported = false;
        for (i, p) in list.iter_mut().enumerate() {
            let Some(ty) = p.ty else { continue };
            let ExprKind::Ellipsis { elem } = self.file.exprs[ty].kind else { continue };
            if dots_allowed && i == last {
                continue;
            }
            if !reported {
                reported = true;
                let message = if dots_allowed { "can only use ... with final parameter" } else { "invalid use of ..." };
                self.error_at(self.file.exprs[ty].pos, message);
            }
            p.ty = Some(elem);
        }
    }

    /// ParameterDecl = [ IdentifierList ] [ "..." ] Type, one name at a time.
    fn param_or_none(&mut self, name: Option<Name>, follow: Tok) -> Option<Param> {
        let sets_ok = follow == Tok::Rbrack;
        let pos = name.map_or(self.pos(), |n| n.id.pos);
        if name.is_none() && sets_ok && self.tok == Tok::Tilde {
            let ty = self.embedded_elem(None);
            return Some(Param { name: None, ty: Some(ty), pos });
        }
        let mut param = Param { name: None, ty: None, pos };

        if self.tok == Tok::Name || name.is_some() {
            let n = match name {
                Some(n) => n,
                None => self.name(),
            };
            match self.tok {
                Tok::Lbrack => {
                    let (ty, is_instance) = self.array_or_type_args(n);
                    if !is_instance {
                        param.name = Some(n);
                    }
                    param.ty = Some(self.more_terms(ty, sets_ok));
                    return Some(param);
                }
                Tok::Dot => {
                    let ty = self.qualified_name(Some(n));
                    param.ty = Some(self.more_terms(ty, sets_ok));
                    return Some(param);
                }
                Tok::Or if sets_ok => {
                    let ty = self.name_expr(n);
                    param.ty = Some(self.embedded_elem(Some(ty)));
                    return Some(param);
                }
                _ => param.name = Some(n),
            }
        }

        if self.tok == Tok::DotDotDot {
            let dots = self.pos();
            self.next();
            param.ty = Some(match self.type_or_none() {
                Some(elem) => self.expr_node(ExprKind::Ellipsis { elem }, dots, dots),
                None => {
                    let bad = self.bad_expr();
                    self.syntax_error("... is missing type");
                    bad
                }
            });
            return Some(param);
        }
        if sets_ok && self.tok == Tok::Tilde {
            param.ty = Some(self.embedded_elem(None));
            return Some(param);
        }
        param.ty = self.type_or_none();
        if let Some(ty) = param.ty {
            param.ty = Some(self.more_terms(ty, sets_ok));
        }
        if param.name.is_some() || param.ty.is_some() {
            return Some(param);
        }
        self.syntax_error(&format!("expected {}", recover::describe(follow)));
        self.advance(TokenSet::new(&[Tok::Comma, follow]));
        None
    }

    /// `ty`, or a union that starts with it where one may stand.
    fn more_terms(&mut self, ty: ExprId, sets_ok: bool) -> ExprId {
        if sets_ok && self.tok == Tok::Or { self.embedded_elem(Some(ty)) } else { ty }
    }
}
