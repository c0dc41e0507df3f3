//! Expressions. Source: the Go specification, "Expressions".

use super::{Comments, ExprList, Parser, recover};
use crate::ast::{BinaryOp, ChanDir, ExprId, ExprKind, FuncType, UnaryOp};
use crate::expr_string::expr_string;
use go_lexer::{Tok, TokenSet};
use go_source::Pos;

/// The binary operator of a token, its assigning form included.
pub(super) fn binary_op(tok: Tok) -> Option<BinaryOp> {
    Some(match tok {
        Tok::OrOr => BinaryOp::OrOr,
        Tok::AndAnd => BinaryOp::AndAnd,
        Tok::Eql => BinaryOp::Eq,
        Tok::Neq => BinaryOp::Ne,
        Tok::Lss => BinaryOp::Lt,
        Tok::Leq => BinaryOp::Le,
        Tok::Gtr => BinaryOp::Gt,
        Tok::Geq => BinaryOp::Ge,
        Tok::Add | Tok::AddAssign | Tok::Inc => BinaryOp::Add,
        Tok::Sub | Tok::SubAssign | Tok::Dec => BinaryOp::Sub,
        Tok::Or | Tok::OrAssign => BinaryOp::Or,
        Tok::Xor | Tok::XorAssign => BinaryOp::Xor,
        Tok::Star | Tok::MulAssign => BinaryOp::Mul,
        Tok::Div | Tok::DivAssign => BinaryOp::Div,
        Tok::Rem | Tok::RemAssign => BinaryOp::Rem,
        Tok::And | Tok::AndAssign => BinaryOp::And,
        Tok::AndNot | Tok::AndNotAssign => BinaryOp::AndNot,
        Tok::Shl | Tok::ShlAssign => BinaryOp::Shl,
        Tok::Shr | Tok::ShrAssign => BinaryOp::Shr,
        _ => return None,
    })
}

fn unary_op(tok: Tok) -> Option<UnaryOp> {
    Some(match tok {
        Tok::Add => UnaryOp::Plus,
        Tok::Sub => UnaryOp::Neg,
        Tok::Not => UnaryOp::Not,
        Tok::Xor => UnaryOp::Xor,
        Tok::Tilde => UnaryOp::Tilde,
        Tok::And => UnaryOp::Addr,
        _ => return None,
    })
}

impl Parser<'_> {
    #[inline]
    pub(super) fn expr(&mut self) -> ExprId {
        self.binary_expr(None, 0)
    }

    /// Expression = UnaryExpr | Expression binary_op Expression, with operators that bind more
    /// tightly than `above`.
    pub(super) fn binary_expr(&mut self, first: Option<ExprId>, above: u8) -> ExprId {
        let mut x = match first {
            Some(x) => x,
            None => self.unary_expr(),
        };
        let mut links = 0;
        loop {
            let prec = self.tok.precedence();
            if prec <= above {
                return x;
            }
            let Some(op) = binary_op(self.tok) else {
                return x;
            };
            let pos = self.pos();
            self.next();
            self.longer(&mut links);
            let y = self.binary_expr(None, prec);
            let lo = self.lo(x);
            x = self.expr_node(ExprKind::Binary { op, x, y }, lo, pos);
        }
    }

    /// UnaryExpr = PrimaryExpr | unary_op UnaryExpr
    pub(super) fn unary_expr(&mut self) -> ExprId {
        // Names and literals are by far the most frequent; they nest nothing.
        if self.tok == Tok::Name || self.tok.is_literal() {
            return self.primary_expr(None);
        }
        self.deeper(Self::unary_expr_inner)
    }

    fn unary_expr_inner(&mut self) -> ExprId {
        let pos = self.pos();
        match self.tok {
            Tok::Star => {
                self.next();
                let x = self.unary_expr();
                self.expr_node(ExprKind::Star(x), pos, pos)
            }
            Tok::Arrow => {
                self.next();
                let x = self.unary_expr();
                if matches!(self.file.exprs[x].kind, ExprKind::ChanType { .. }) {
                    self.receive_only(x);
                    self.file.exprs[x].span.lo = pos;
                    return x;
                }
                self.expr_node(ExprKind::Unary { op: UnaryOp::Recv, x }, pos, pos)
            }
            tok => match unary_op(tok) {
                Some(op) => {
                    self.next();
                    let mut x = self.unary_expr();
                    if op == UnaryOp::Addr && self.mode.comments == Comments::Skip {
                        x = self.file.unparen(x);
                    }
                    self.expr_node(ExprKind::Unary { op, x }, pos, pos)
                }
                None => self.primary_expr(None),
            },
        }
    }

    /// Gives a `<-` read before the channel type `x` to it: `<-(chan E)` is `<-chan E`, and
    /// `<-(chan<- E)` is `<-chan (<-E)`, which moves the arrow inwards.
    fn receive_only(&mut self, x: ExprId) {
        let mut t = x;
        loop {
            let ExprKind::ChanType { dir, elem } = &mut self.file.exprs[t].kind else {
                let found = expr_string(&self.file, self.interner, t);
                self.syntax_error(&format!("unexpected {found}, expected chan"));
                return;
            };
            let was = std::mem::replace(dir, ChanDir::Recv);
            t = *elem;
            match was {
                ChanDir::Send => {}
                ChanDir::Both => return,
                ChanDir::Recv => {
                    self.syntax_error("unexpected <-, expected chan");
                    return;
                }
            }
        }
    }

    /// Operand = Literal | OperandName | "(" Expression ")" | function literal | type
    fn operand(&mut self) -> ExprId {
        match self.tok {
            Tok::Name => {
                let n = self.name();
                self.name_expr(n)
            }
            Tok::Lparen => {
                let pos = self.pos();
                self.next();
                self.xnest += 1;
                let x = self.expr();
                self.xnest -= 1;
                self.want(Tok::Rparen);
                self.expr_node(ExprKind::Paren(x), pos, pos)
            }
            Tok::Func => {
                let pos = self.pos();
                self.next();
                let ty = self.func_type(pos, "function type");
                if self.tok != Tok::Lbrace {
                    return ty;
                }
                self.xnest += 1;
                let body = self.func_body();
                self.xnest -= 1;
                self.expr_node(ExprKind::FuncLit { ty, body }, pos, pos)
            }
            Tok::Lbrack | Tok::Chan | Tok::Map | Tok::Struct | Tok::Interface => self.type_(),
            _ => {
                if let Some(x) = self.literal_or_none() {
                    return x;
                }
                let x = self.bad_expr();
                self.syntax_error("expected expression");
                self.advance(recover::CLOSERS);
                x
            }
        }
    }

    /// PrimaryExpr: an operand (`first`, if it was read already) and what follows it.
    pub(super) fn primary_expr(&mut self, first: Option<ExprId>) -> ExprId {
        let mut x = match first {
            Some(x) => x,
            None => self.operand(),
        };
        let mut links = 0;
        loop {
            let pos = self.pos();
            if matches!(self.tok, Tok::Dot | Tok::Lbrack | Tok::Lparen) {
                self.longer(&mut links);
            }
            match self.tok {
                Tok::Dot => {
                    self.next();
                    x = self.after_dot(x, pos);
                }
                Tok::Lbrack => {
                    self.next();
                    x = self.deeper(|p| p.index_or_slice(x, pos));
                }
                Tok::Lparen => {
                    self.next();
                    x = self.deeper(|p| p.call(x, pos));
                }
                Tok::Lbrace => {
                    let t = self.file.unparen(x);
                    if !self.may_be_literal_type(t) {
                        return x;
                    }
                    if t != x {
                        self.syntax_error("cannot parenthesize type in composite literal");
                    }
                    x = self.deeper(|p| p.composite_lit(Some(x)));
                }
                _ => return x,
            }
        }
    }

    fn after_dot(&mut self, x: ExprId, pos: Pos) -> ExprId {
        let lo = self.lo(x);
        match self.tok {
            Tok::Name => {
                let sel = self.name().id;
                self.expr_node(ExprKind::Selector { x, sel }, lo, pos)
            }
            Tok::Lparen => {
                self.next();
                let ty = if self.got(Tok::Type) { None } else { Some(self.type_()) };
                self.want(Tok::Rparen);
                self.expr_node(ExprKind::TypeAssert { x, ty }, lo, pos)
            }
            _ => {
                self.syntax_error("expected name or (");
                self.advance(TokenSet::new(&[Tok::Semi, Tok::Rparen]));
                x
            }
        }
    }

    /// After `x[`.
    fn index_or_slice(&mut self, x: ExprId, pos: Pos) -> ExprId {
        let lo = self.lo(x);
        let mut first = None;
        if self.tok != Tok::Colon {
            let mark = self.expr_stack.len();
            let mut comma = false;
            if self.tok == Tok::Rbrack {
                self.syntax_error("expected operand");
                let bad = self.bad_expr();
                self.expr_stack.push(bad);
            } else {
                comma = self.type_list(TypeList::FirstMayBeValue);
            }
            if comma || self.tok == Tok::Rbrack {
                self.want(Tok::Rbrack);
                let indices = self.take_exprs(mark);
                return self.expr_node(ExprKind::Index { x, indices }, lo, pos);
            }
            first = Some(self.expr_stack[mark]);
            self.expr_stack.truncate(mark);
        }
        if !self.got(Tok::Colon) {
            self.syntax_error("expected comma, : or ]");
            self.advance(TokenSet::new(&[Tok::Comma, Tok::Colon, Tok::Rbrack]));
        }
        self.xnest += 1;
        let mut bounds = [first, None, None];
        let mut full = false;
        if self.tok != Tok::Colon && self.tok != Tok::Rbrack {
            bounds[1] = Some(self.expr());
        }
        if self.tok == Tok::Colon {
            full = true;
            if bounds[1].is_none() {
                self.error_at(self.pos(), "middle index required in 3-index slice");
                bounds[1] = Some(self.bad_expr());
            }
            self.next();
            bounds[2] = Some(if self.tok == Tok::Rbrack {
                self.error_at(self.pos(), "final index required in 3-index slice");
                self.bad_expr()
            } else {
                self.expr()
            });
        }
        self.xnest -= 1;
        self.want(Tok::Rbrack);
        self.expr_node(ExprKind::Slice { x, bounds, full }, lo, pos)
    }

    /// After `fun(`.
    fn call(&mut self, fun: ExprId, pos: Pos) -> ExprId {
        let lo = self.lo(fun);
        let mark = self.expr_stack.len();
        let mut ellipsis = None;
        self.xnest += 1;
        self.list("argument list", Tok::Comma, Tok::Rparen, |p| {
            let arg = p.expr();
            p.expr_stack.push(arg);
            let dots = p.pos();
            let has_dots = p.got(Tok::DotDotDot);
            if has_dots {
                ellipsis = Some(dots);
            }
            has_dots
        });
        self.xnest -= 1;
        let args = self.take_exprs(mark);
        self.expr_node(ExprKind::Call { fun, args, ellipsis }, lo, pos)
    }

    /// Whether `{` after `t` starts a literal of that type (and not a block).
    fn may_be_literal_type(&self, t: ExprId) -> bool {
        match &self.file.exprs[t].kind {
            ExprKind::Name(_) | ExprKind::Selector { .. } => self.xnest >= 0,
            ExprKind::Index { .. } => self.xnest >= 0 && !self.is_value(t),
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::MapType { .. } => true,
            _ => false,
        }
    }

    /// Whether `x` can only be a value, not a type.
    fn is_value(&self, mut x: ExprId) -> bool {
        loop {
            match &self.file.exprs[x].kind {
                ExprKind::BasicLit { .. }
                | ExprKind::CompositeLit { .. }
                | ExprKind::FuncLit { .. }
                | ExprKind::Slice { .. }
                | ExprKind::TypeAssert { .. }
                | ExprKind::Call { .. }
                | ExprKind::Unary { .. }
                | ExprKind::Binary { .. } => return true,
                ExprKind::Paren(inner) => x = *inner,
                ExprKind::Index { x: inner, indices } => {
                    if indices.len() == 1 && self.is_value(indices[0]) {
                        return true;
                    }
                    x = *inner;
                }
                _ => return false,
            }
        }
    }

    /// Element = Expression | LiteralValue
    fn element(&mut self) -> ExprId {
        if self.tok == Tok::Lbrace {
            return self.deeper(|p| p.composite_lit(None));
        }
        self.expr()
    }

    /// LiteralValue = "{" [ ElementList [ "," ] ] "}"
    fn composite_lit(&mut self, ty: Option<ExprId>) -> ExprId {
        let lbrace = self.pos();
        let mark = self.expr_stack.len();
        self.xnest += 1;
        self.want(Tok::Lbrace);
        let rbrace = self.list("composite literal", Tok::Comma, Tok::Rbrace, |p| {
            let mut e = p.element();
            if p.tok == Tok::Colon {
                let pos = p.pos();
                p.next();
                let value = p.element();
                let lo = p.lo(e);
                e = p.expr_node(ExprKind::KeyValue { key: e, value }, lo, pos);
            }
            p.expr_stack.push(e);
            false
        });
        self.xnest -= 1;
        let elems = self.take_exprs(mark);
        let lo = ty.map_or(lbrace, |t| self.lo(t));
        self.expr_node(ExprKind::CompositeLit { ty, elems, rbrace }, lo, lbrace)
    }

    /// ExpressionList = Expression { "," Expression }
    pub(super) fn expr_list(&mut self) -> ExprList {
        let first = self.expr();
        let mut rest = Vec::new();
        while self.got(Tok::Comma) {
            rest.push(self.expr());
        }
        ExprList { first, rest }
    }

    /// A list of types, of which the first may be a value where it is an index; pushed on the
    /// expression stack. Returns whether there was a comma.
    pub(super) fn type_list(&mut self, kind: TypeList) -> bool {
        self.xnest += 1;
        let first = match kind {
            TypeList::Strict => self.type_(),
            TypeList::FirstMayBeValue => self.expr(),
        };
        self.expr_stack.push(first);
        let mut comma = false;
        while self.got(Tok::Comma) {
            comma = true;
            match self.type_or_none() {
                Some(t) => self.expr_stack.push(t),
                None => break,
            }
        }
        self.xnest -= 1;
        comma
    }

    /// A signature after `func` (at `lo`) or a method's name; type parameters are taken but refused.
    pub(super) fn func_type(&mut self, lo: Pos, context: &str) -> ExprId {
        self.deeper(|p| {
            let pos = p.pos();
            let mut ty = p.signature(lo, Some(context));
            ty.type_params = Box::new([]);
            p.expr_node(ExprKind::FuncType(Box::new(ty)), lo, pos)
        })
    }

    /// TypeParams, Parameters and Result. Type parameters are refused in a `context`.
    pub(super) fn signature(&mut self, lo: Pos, context: Option<&str>) -> FuncType {
        let pos = self.pos();
        let mut type_params: Box<[_]> = Box::new([]);
        if self.got(Tok::Lbrack) {
            if let Some(context) = context {
                self.syntax_error_at(pos, &format!("{context} must have no type parameters"));
            }
            if self.tok == Tok::Rbrack {
                self.syntax_error("empty type parameter list");
                self.next();
            } else {
                type_params = self.type_param_list(None, None);
            }
        }
        self.want(Tok::Lparen);
        let params = self.param_list();
        let results = self.func_result();
        FuncType { pos: lo, type_params, params, results }
    }
}

/// What the first entry of a type list may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeList {
    /// A type only.
    Strict,
    /// A type or an index.
    FirstMayBeValue,
}
