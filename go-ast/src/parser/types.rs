//! Types. Source: the Go specification, "Types".

use super::expr::TypeList;
use super::{Comments, Name, Parser};
use crate::ast::{BinaryOp, ChanDir, ExprId, ExprKind, Field, Ident, InterfaceElem, UnaryOp};
use go_lexer::{Tok, TokenSet};
use go_source::{Pos, Symbol};

impl Parser<'_> {
    pub(super) fn type_(&mut self) -> ExprId {
        match self.type_or_none() {
            Some(t) => t,
            None => {
                let bad = self.bad_expr();
                self.syntax_error("expected type");
                self.advance(TokenSet::new(&[
                    Tok::Comma,
                    Tok::Colon,
                    Tok::Semi,
                    Tok::Rparen,
                    Tok::Rbrack,
                    Tok::Rbrace,
                ]));
                bad
            }
        }
    }

    /// Type = TypeName | TypeLit | "(" Type ")", if there is one.
    pub(super) fn type_or_none(&mut self) -> Option<ExprId> {
        match self.tok {
            Tok::Name => Some(self.qualified_name(None)),
            Tok::Star
            | Tok::Arrow
            | Tok::Func
            | Tok::Lbrack
            | Tok::Chan
            | Tok::Map
            | Tok::Struct
            | Tok::Interface
            | Tok::Lparen => Some(self.deeper(Self::type_lit)),
            _ => None,
        }
    }

    fn type_lit(&mut self) -> ExprId {
        let pos = self.pos();
        match self.tok {
            Tok::Star => {
                self.next();
                let x = self.type_();
                self.expr_node(ExprKind::Star(x), pos, pos)
            }
            Tok::Arrow => {
                self.next();
                self.want(Tok::Chan);
                let elem = self.chan_elem();
                self.expr_node(ExprKind::ChanType { dir: ChanDir::Recv, elem }, pos, pos)
            }
            Tok::Func => {
                self.next();
                self.func_type(pos, "function type")
            }
            Tok::Lbrack => {
                self.next();
                if self.got(Tok::Rbrack) {
                    return self.slice_type(pos);
                }
                self.array_type(pos, None)
            }
            Tok::Chan => {
                self.next();
                let dir = if self.got(Tok::Arrow) { ChanDir::Send } else { ChanDir::Both };
                let elem = self.chan_elem();
                self.expr_node(ExprKind::ChanType { dir, elem }, pos, pos)
            }
            Tok::Map => {
                self.next();
                self.want(Tok::Lbrack);
                let key = self.type_();
                self.want(Tok::Rbrack);
                let value = self.type_();
                self.expr_node(ExprKind::MapType { key, value }, pos, pos)
            }
            Tok::Struct => self.struct_type(),
            Tok::Interface => self.interface_type(),
            Tok::Lparen => {
                self.next();
                let t = self.type_();
                self.want(Tok::Rparen);
                match self.mode.comments {
                    Comments::Skip => t,
                    Comments::Keep => self.expr_node(ExprKind::Paren(t), pos, pos),
                }
            }
            _ => self.bad_expr(),
        }
    }

    /// After `[`, or after a length that was read as an expression.
    pub(super) fn array_type(&mut self, pos: Pos, len: Option<ExprId>) -> ExprId {
        let mut len = len;
        if len.is_none() && !self.got(Tok::DotDotDot) {
            self.xnest += 1;
            len = Some(self.expr());
            self.xnest -= 1;
        }
        if self.tok == Tok::Comma {
            // Fine in type parameter lists only.
            self.syntax_error("unexpected comma; expected ]");
            self.next();
        }
        self.want(Tok::Rbrack);
        let elem = self.type_();
        self.expr_node(ExprKind::ArrayType { len, elem }, pos, pos)
    }

    /// After `[]`.
    pub(super) fn slice_type(&mut self, pos: Pos) -> ExprId {
        let elem = self.type_();
        self.expr_node(ExprKind::SliceType { elem }, pos, pos)
    }

    fn chan_elem(&mut self) -> ExprId {
        match self.type_or_none() {
            Some(t) => t,
            None => {
                let bad = self.bad_expr();
                self.syntax_error("missing channel element type");
                bad
            }
        }
    }

    /// StructType = "struct" "{" { FieldDecl ";" } "}"
    fn struct_type(&mut self) -> ExprId {
        let pos = self.pos();
        self.want(Tok::Struct);
        self.want(Tok::Lbrace);
        let mut fields = Vec::new();
        self.list("struct type", Tok::Semi, Tok::Rbrace, |p| {
            p.field_decl(&mut fields);
            false
        });
        self.expr_node(ExprKind::StructType { fields: fields.into_boxed_slice() }, pos, pos)
    }

    fn embedded_field(&mut self, fields: &mut Vec<Field>, pos: Pos, ty: ExprId) {
        let tag = self.literal_or_none();
        fields.push(Field { name: None, ty, tag, embedded: true, pos });
    }

    /// FieldDecl = (IdentifierList Type | EmbeddedField) [ Tag ]
    fn field_decl(&mut self, fields: &mut Vec<Field>) {
        let pos = self.pos();
        match self.tok {
            Tok::Name => {
                let name = self.name();
                let ends = self.tok.is_literal() || matches!(self.tok, Tok::Dot | Tok::Semi | Tok::Rbrace);
                if ends {
                    let ty = self.qualified_name(Some(name));
                    return self.embedded_field(fields, pos, ty);
                }
                let names = self.name_list(name);
                // T[P1, P2] may be embedded, or a field T of array or slice type.
                let ty = if names.len() == 1 && self.tok == Tok::Lbrack {
                    let (ty, is_instance) = self.array_or_type_args(name);
                    if is_instance {
                        return self.embedded_field(fields, pos, ty);
                    }
                    ty
                } else {
                    self.type_()
                };
                let tag = self.literal_or_none();
                fields.extend(names.iter().map(|n| Field { name: Some(*n), ty, tag, embedded: false, pos: n.pos }));
            }
            Tok::Star => {
                self.next();
                let ty = if self.tok == Tok::Lparen {
                    self.syntax_error("cannot parenthesize embedded type");
                    self.next();
                    let t = self.qualified_name(None);
                    self.got(Tok::Rparen);
                    t
                } else {
                    self.qualified_name(None)
                };
                let ty = self.expr_node(ExprKind::Star(ty), pos, pos);
                self.embedded_field(fields, pos, ty);
            }
            Tok::Lparen => {
                self.syntax_error("cannot parenthesize embedded type");
                self.next();
                let star = self.pos();
                let ty = if self.got(Tok::Star) {
                    let t = self.qualified_name(None);
                    self.expr_node(ExprKind::Star(t), star, star)
                } else {
                    self.qualified_name(None)
                };
                self.got(Tok::Rparen);
                self.embedded_field(fields, pos, ty);
            }
            _ => {
                self.syntax_error("expected field name or embedded type");
                self.advance(TokenSet::new(&[Tok::Semi, Tok::Rbrace]));
            }
        }
    }

    /// After a name, at `[`: an array or slice type (the name is a field's or parameter's), or type
    /// arguments of the name. Returns the type and whether it is an instance.
    pub(super) fn array_or_type_args(&mut self, name: Name) -> (ExprId, bool) {
        let pos = self.pos();
        self.want(Tok::Lbrack);
        if self.got(Tok::Rbrack) {
            return (self.slice_type(pos), false);
        }
        let mark = self.expr_stack.len();
        let comma = self.type_list(TypeList::FirstMayBeValue);
        self.want(Tok::Rbrack);
        if !comma && let Some(elem) = self.type_or_none() {
            let len = self.expr_stack[mark];
            self.expr_stack.truncate(mark);
            return (self.expr_node(ExprKind::ArrayType { len: Some(len), elem }, pos, pos), false);
        }
        let indices = self.take_exprs(mark);
        let x = self.name_expr(name);
        (self.expr_node(ExprKind::Index { x, indices }, name.id.pos, pos), true)
    }

    /// InterfaceType = "interface" "{" { ( MethodDecl | EmbeddedElem ) ";" } "}"
    fn interface_type(&mut self) -> ExprId {
        let pos = self.pos();
        self.want(Tok::Interface);
        self.want(Tok::Lbrace);
        let mut elems = Vec::new();
        self.list("interface type", Tok::Semi, Tok::Rbrace, |p| {
            let elem = if p.tok == Tok::Name { p.method_or_type() } else { InterfaceStart::Nothing };
            elems.push(match elem {
                InterfaceStart::Method(name, ty) => InterfaceElem::Method { name, ty },
                InterfaceStart::Type(ty) => InterfaceElem::Embedded(p.embedded_elem(Some(ty))),
                InterfaceStart::Nothing => InterfaceElem::Embedded(p.embedded_elem(None)),
            });
            false
        });
        self.expr_node(ExprKind::InterfaceType { elems: elems.into_boxed_slice() }, pos, pos)
    }

    /// A method, or the type that starts an embedded element.
    fn method_or_type(&mut self) -> InterfaceStart {
        const CONTEXT: &str = "interface method";
        let name = self.name();
        let lo = name.id.pos;
        let method = |p: &mut Self| InterfaceStart::Method(name.id, p.func_type(lo, CONTEXT));
        match self.tok {
            Tok::Lparen => method(self),
            Tok::Lbrack => {
                // m[T C](x T) is refused but understood; T[P1, P2] is an instance.
                let pos = self.pos();
                self.next();
                if self.tok == Tok::Rbrack {
                    let close = self.pos();
                    self.next();
                    if self.tok == Tok::Lparen {
                        self.error_at(close, "empty type parameter list");
                        return method(self);
                    }
                    self.error_at(close, "empty type argument list");
                    return InterfaceStart::Type(self.name_expr(name));
                }
                let list = self.method_brackets();
                match list.first() {
                    None if self.tok == Tok::Lparen => method(self),
                    None => InterfaceStart::Type(self.name_expr(name)),
                    Some(first) if first.name.is_some() => {
                        let m = method(self);
                        self.error_at(pos, "interface method must have no type parameters");
                        m
                    }
                    Some(_) => {
                        let indices = list.iter().map(|f| f.ty).collect();
                        let x = self.name_expr(name);
                        InterfaceStart::Type(self.expr_node(ExprKind::Index { x, indices }, lo, pos))
                    }
                }
            }
            _ => InterfaceStart::Type(self.qualified_name(Some(name))),
        }
    }

    /// EmbeddedElem = EmbeddedTerm { "|" EmbeddedTerm }, of which the first term may be there.
    pub(super) fn embedded_elem(&mut self, first: Option<ExprId>) -> ExprId {
        let mut x = match first {
            Some(x) => x,
            None => self.embedded_term(),
        };
        let mut links = 0;
        while self.tok == Tok::Or {
            let pos = self.pos();
            self.next();
            self.longer(&mut links);
            let y = self.embedded_term();
            let lo = self.lo(x);
            x = self.expr_node(ExprKind::Binary { op: BinaryOp::Or, x, y }, lo, pos);
        }
        x
    }

    /// EmbeddedTerm = [ "~" ] Type
    fn embedded_term(&mut self) -> ExprId {
        let pos = self.pos();
        if self.got(Tok::Tilde) {
            let x = self.type_();
            return self.expr_node(ExprKind::Unary { op: UnaryOp::Tilde, x }, pos, pos);
        }
        match self.type_or_none() {
            Some(t) => t,
            None => {
                let bad = self.bad_expr();
                self.syntax_error("expected ~ term or type");
                let follow = [Tok::Semi, Tok::Rparen, Tok::Rbrack, Tok::Rbrace];
                self.advance(TokenSet::new(&follow).union(TokenSet::OPERATORS));
                bad
            }
        }
    }

    /// A type name, possibly qualified, possibly with type arguments; its first name may be there.
    pub(super) fn qualified_name(&mut self, name: Option<Name>) -> ExprId {
        let mut x = match name {
            Some(n) => self.name_expr(n),
            None if self.tok == Tok::Name => {
                let n = self.name();
                self.name_expr(n)
            }
            None => {
                let pos = self.pos();
                let n = Name { id: Ident { name: Symbol::BLANK, pos }, end: pos };
                let x = self.name_expr(n);
                self.syntax_error("expected name");
                self.advance(TokenSet::new(&[Tok::Dot, Tok::Semi, Tok::Rbrace]));
                x
            }
        };
        let lo = self.lo(x);
        if self.tok == Tok::Dot {
            let pos = self.pos();
            self.next();
            let sel = self.name().id;
            x = self.expr_node(ExprKind::Selector { x, sel }, lo, pos);
        }
        if self.tok == Tok::Lbrack {
            x = self.deeper(|p| p.type_instance(x, lo));
        }
        x
    }

    fn type_instance(&mut self, x: ExprId, lo: Pos) -> ExprId {
        let pos = self.pos();
        self.want(Tok::Lbrack);
        let mark = self.expr_stack.len();
        if self.tok == Tok::Rbrack {
            self.syntax_error("expected type argument list");
            let bad = self.bad_expr();
            self.expr_stack.push(bad);
        } else {
            self.type_list(TypeList::Strict);
        }
        self.want(Tok::Rbrack);
        let indices = self.take_exprs(mark);
        self.expr_node(ExprKind::Index { x, indices }, lo, pos)
    }
}

/// What an interface element that starts with a name turned out to be.
enum InterfaceStart {
    Nothing,
    Method(Ident, ExprId),
    Type(ExprId),
}
