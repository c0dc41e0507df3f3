//! Expressions as error messages show them: on one line, with `…` for what stands inside function
//! and composite literals (gc's short form). Never recursive, so that any tree can be shown.

use crate::ast::{ChanDir, Expr, ExprId, ExprKind, Field, File, FuncType, InterfaceElem, StmtId, StmtKind, UnaryOp};
use go_source::{Interner, Symbol};

impl UnaryOp {
    /// Its source text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            UnaryOp::Plus => "+",
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
            UnaryOp::Xor => "^",
            UnaryOp::Addr => "&",
            UnaryOp::Recv => "<-",
            UnaryOp::Tilde => "~",
        }
    }
}

/// The short form of an expression.
#[must_use]
pub fn expr_string(file: &File, interner: &Interner, e: ExprId) -> String {
    show(file, interner, vec![Item::Expr(e)])
}

/// Expressions separated by commas; a binary expression alone gets parentheses.
pub(crate) fn emphasized(file: &File, interner: &Interner, list: &[ExprId]) -> String {
    let mut items = Vec::new();
    expr_list(&mut items, list);
    let s = show(file, interner, items.into_iter().rev().collect());
    match list {
        [e] if matches!(file.exprs[*e].kind, ExprKind::Binary { .. }) => format!("({s})"),
        _ => s,
    }
}

/// The short form of a simple statement.
pub(crate) fn simple_stmt_string(file: &File, interner: &Interner, s: StmtId) -> String {
    let mut items = Vec::new();
    match &file.stmts[s].kind {
        StmtKind::Expr(x) => items.push(Item::Expr(*x)),
        StmtKind::Send { chan, value } => {
            items.extend([Item::Expr(*chan), Item::Text(" <- "), Item::Expr(*value)]);
        }
        StmtKind::IncDec { x, op } => {
            items.extend([Item::Expr(*x), Item::Text(op.text()), Item::Text(op.text())]);
        }
        StmtKind::Assign { lhs, rhs, define, op, .. } => {
            expr_list(&mut items, lhs);
            items.push(Item::Text(" "));
            items.push(Item::Text(match (op, define) {
                (Some(op), _) => op.text(),
                (None, true) => ":",
                (None, false) => "",
            }));
            items.push(Item::Text("= "));
            expr_list(&mut items, rhs);
        }
        _ => {}
    }
    items.reverse();
    show(file, interner, items)
}

/// A piece still to be written.
enum Item {
    Text(&'static str),
    Symbol(Symbol),
    Expr(ExprId),
}

fn show(file: &File, interner: &Interner, mut stack: Vec<Item>) -> String {
    let mut out = String::new();
    let mut items = Vec::new();
    while let Some(item) = stack.pop() {
        match item {
            Item::Text(t) => out.push_str(t),
            Item::Symbol(s) => out.push_str(interner.resolve(s)),
            Item::Expr(e) => {
                if let Some(e) = file.exprs.get(e) {
                    expr(&mut items, file, e);
                    stack.extend(items.drain(..).rev());
                }
            }
        }
    }
    out
}

fn expr_list(items: &mut Vec<Item>, list: &[ExprId]) {
    for (i, e) in list.iter().enumerate() {
        if i > 0 {
            items.push(Item::Text(", "));
        }
        items.push(Item::Expr(*e));
    }
}

fn expr(items: &mut Vec<Item>, file: &File, e: &Expr) {
    use Item::{Expr as E, Symbol as S, Text as T};
    match &e.kind {
        ExprKind::Bad => items.push(T("<bad expr>")),
        ExprKind::Name(name) => items.push(S(*name)),
        ExprKind::BasicLit { value, .. } => items.push(S(*value)),
        ExprKind::CompositeLit { ty, elems, .. } => {
            items.extend(ty.map(E));
            items.push(T(if elems.is_empty() { "{}" } else { "{…}" }));
        }
        ExprKind::KeyValue { key, value } => items.extend([E(*key), T(": "), E(*value)]),
        ExprKind::FuncLit { ty, body } => {
            items.extend([E(*ty), T(if body.stmts.is_empty() { " {}" } else { " {…}" })]);
        }
        ExprKind::Paren(x) => items.extend([T("("), E(*x), T(")")]),
        ExprKind::Selector { x, sel } => items.extend([E(*x), T("."), S(sel.name)]),
        ExprKind::Index { x, indices } => {
            items.extend([E(*x), T("[")]);
            expr_list(items, indices);
            items.push(T("]"));
        }
        ExprKind::Slice { x, bounds, .. } => {
            items.extend([E(*x), T("[")]);
            items.extend(bounds[0].map(E));
            items.push(T(":"));
            items.extend(bounds[1].map(E));
            if let Some(max) = bounds[2] {
                items.extend([T(":"), E(max)]);
            }
            items.push(T("]"));
        }
        ExprKind::TypeAssert { x, ty } => {
            items.extend([E(*x), T(".("), ty.map_or(T("type"), E), T(")")]);
        }
        ExprKind::Call { fun, args, ellipsis, .. } => {
            items.extend([E(*fun), T("(")]);
            expr_list(items, args);
            items.push(T(if ellipsis.is_some() { "...)" } else { ")" }));
        }
        ExprKind::Star(x) => items.extend([T("*"), E(*x)]),
        ExprKind::Unary { op, x } => items.extend([T(op.text()), E(*x)]),
        ExprKind::Binary { op, x, y } => {
            items.extend([E(*x), T(" "), T(op.text()), T(" "), E(*y)]);
        }
        ExprKind::ArrayType { len, elem } => {
            items.extend([T("["), len.map_or(T("..."), E), T("]"), E(*elem)]);
        }
        ExprKind::SliceType { elem } => items.extend([T("[]"), E(*elem)]),
        ExprKind::StructType { fields } => struct_fields(items, fields),
        ExprKind::FuncType(ty) => {
            items.push(T("func"));
            signature(items, ty);
        }
        ExprKind::InterfaceType { elems } => {
            items.push(T("interface{"));
            for (i, elem) in elems.iter().enumerate() {
                if i > 0 {
                    items.push(T("; "));
                }
                match elem {
                    InterfaceElem::Method { name, ty } => {
                        items.push(S(name.name));
                        if let ExprKind::FuncType(ty) = &file.exprs[*ty].kind {
                            signature(items, ty);
                        }
                    }
                    InterfaceElem::Embedded(ty) => items.push(E(*ty)),
                }
            }
            items.push(T("}"));
        }
        ExprKind::MapType { key, value } => {
            items.extend([T("map["), E(*key), T("]"), E(*value)]);
        }
        ExprKind::ChanType { dir, elem } => {
            items.push(T(match dir {
                ChanDir::Both => "chan ",
                ChanDir::Send => "chan<- ",
                ChanDir::Recv => "<-chan ",
            }));
            let inner = &file.exprs[*elem].kind;
            let ambiguous = matches!(inner, ExprKind::ChanType { dir: ChanDir::Recv, .. });
            if *dir == ChanDir::Both && ambiguous {
                items.extend([T("("), E(*elem), T(")")]);
            } else {
                items.push(E(*elem));
            }
        }
        ExprKind::Ellipsis { elem } => items.extend([T("..."), E(*elem)]),
    }
}

fn struct_fields(items: &mut Vec<Item>, fields: &[Field]) {
    items.push(Item::Text("struct{"));
    for (i, f) in fields.iter().enumerate() {
        let same_type = |g: &Field| g.name.is_some() && f.name.is_some() && g.ty == f.ty;
        if i > 0 && same_type(&fields[i - 1]) {
            items.push(Item::Text(", "));
        } else if i > 0 {
            items.push(Item::Text("; "));
        }
        if let Some(name) = f.name {
            items.push(Item::Symbol(name.name));
            if fields.get(i + 1).is_some_and(same_type) {
                continue;
            }
            items.push(Item::Text(" "));
        }
        items.push(Item::Expr(f.ty));
        if let Some(tag) = f.tag {
            items.extend([Item::Text(" "), Item::Expr(tag)]);
        }
    }
    items.push(Item::Text("}"));
}

fn signature(items: &mut Vec<Item>, ty: &FuncType) {
    parameters(items, &ty.params);
    match &ty.results[..] {
        [] => {}
        [r] if r.name.is_none() => items.extend([Item::Text(" "), Item::Expr(r.ty)]),
        list => {
            items.push(Item::Text(" "));
            parameters(items, list);
        }
    }
}

fn parameters(items: &mut Vec<Item>, list: &[Field]) {
    items.push(Item::Text("("));
    for (i, f) in list.iter().enumerate() {
        if i > 0 {
            items.push(Item::Text(", "));
        }
        if let Some(name) = f.name {
            items.push(Item::Symbol(name.name));
            if list.get(i + 1).is_some_and(|g| g.name.is_some() && g.ty == f.ty) {
                continue;
            }
            items.push(Item::Text(" "));
        }
        items.push(Item::Expr(f.ty));
    }
    items.push(Item::Text(")"));
}
