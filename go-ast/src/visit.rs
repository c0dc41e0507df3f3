//! Walking the tree: children of nodes in source order, and the places that errors and scopes use.
//!
//! Nothing here recurses, so that deep trees (long sums, long chains of calls) are walked safely.

use crate::ast::{Block, DeclId, DeclKind, ExprId, ExprKind, Field, File, FuncType, InterfaceElem, StmtId, StmtKind};
use go_source::Pos;

/// A node of any sort.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Child {
    /// An expression or type.
    Expr(ExprId),
    /// A statement.
    Stmt(StmtId),
    /// A declaration.
    Decl(DeclId),
}

/// Whether a walk goes into a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Walk {
    /// Its children come next.
    Into,
    /// Its children are left out.
    Past,
    /// The walk ends.
    Stop,
}

/// Visits `root` and what is below it, parents first, in source order.
pub fn walk(file: &File, root: Child, mut visit: impl FnMut(Child) -> Walk) {
    let mut stack = vec![root];
    let mut found = Vec::new();
    while let Some(node) = stack.pop() {
        match visit(node) {
            Walk::Stop => return,
            Walk::Past => {}
            Walk::Into => {
                for_each_child(file, node, &mut |c| found.push(c));
                stack.extend(found.drain(..).rev());
            }
        }
    }
}

/// Calls `f` with the children of `node` in source order. A type shared by several names comes once
/// for the first of them.
pub fn for_each_child(file: &File, node: Child, f: &mut dyn FnMut(Child)) {
    match node {
        Child::Expr(e) => expr_children(file, e, f),
        Child::Stmt(s) => stmt_children(file, s, f),
        Child::Decl(d) => decl_children(file, d, f),
    }
}

fn exprs(list: &[ExprId], f: &mut dyn FnMut(Child)) {
    list.iter().for_each(|e| f(Child::Expr(*e)));
}

fn block(b: &Block, f: &mut dyn FnMut(Child)) {
    b.stmts.iter().for_each(|s| f(Child::Stmt(*s)));
}

fn fields(list: &[Field], f: &mut dyn FnMut(Child)) {
    let mut last = None;
    for field in list {
        if last != Some(field.ty) {
            f(Child::Expr(field.ty));
            last = Some(field.ty);
            if let Some(tag) = field.tag {
                f(Child::Expr(tag));
            }
        }
    }
}

fn signature(ty: &FuncType, f: &mut dyn FnMut(Child)) {
    fields(&ty.type_params, f);
    fields(&ty.params, f);
    fields(&ty.results, f);
}

fn expr_children(file: &File, e: ExprId, f: &mut dyn FnMut(Child)) {
    match &file.exprs[e].kind {
        ExprKind::Bad | ExprKind::Name(_) | ExprKind::BasicLit { .. } => {}
        ExprKind::CompositeLit { ty, elems, .. } => {
            ty.iter().for_each(|t| f(Child::Expr(*t)));
            exprs(elems, f);
        }
        ExprKind::KeyValue { key, value } => exprs(&[*key, *value], f),
        ExprKind::FuncLit { ty, body } => {
            f(Child::Expr(*ty));
            block(body, f);
        }
        ExprKind::Paren(x) | ExprKind::Selector { x, .. } | ExprKind::Star(x) | ExprKind::Unary { x, .. } => {
            f(Child::Expr(*x))
        }
        ExprKind::Index { x, indices } => {
            f(Child::Expr(*x));
            exprs(indices, f);
        }
        ExprKind::Slice { x, bounds, .. } => {
            f(Child::Expr(*x));
            bounds.iter().flatten().for_each(|b| f(Child::Expr(*b)));
        }
        ExprKind::TypeAssert { x, ty } => {
            f(Child::Expr(*x));
            ty.iter().for_each(|t| f(Child::Expr(*t)));
        }
        ExprKind::Call { fun, args, .. } => {
            f(Child::Expr(*fun));
            exprs(args, f);
        }
        ExprKind::Binary { x, y, .. } => exprs(&[*x, *y], f),
        ExprKind::ArrayType { len, elem } => {
            len.iter().for_each(|l| f(Child::Expr(*l)));
            f(Child::Expr(*elem));
        }
        ExprKind::SliceType { elem } | ExprKind::ChanType { elem, .. } | ExprKind::Ellipsis { elem } => {
            f(Child::Expr(*elem))
        }
        ExprKind::StructType { fields: list } => fields(list, f),
        ExprKind::FuncType(ty) => signature(ty, f),
        ExprKind::InterfaceType { elems } => {
            for elem in elems {
                match elem {
                    InterfaceElem::Method { ty, .. } | InterfaceElem::Embedded(ty) => {
                        f(Child::Expr(*ty));
                    }
                }
            }
        }
        ExprKind::MapType { key, value } => exprs(&[*key, *value], f),
    }
}

fn stmt_children(file: &File, s: StmtId, f: &mut dyn FnMut(Child)) {
    match &file.stmts[s].kind {
        StmtKind::Bad | StmtKind::Empty | StmtKind::Branch { .. } => {}
        StmtKind::Decl(list) => list.iter().for_each(|d| f(Child::Decl(*d))),
        StmtKind::Labeled { stmt, .. } => f(Child::Stmt(*stmt)),
        StmtKind::Expr(x) | StmtKind::IncDec { x, .. } | StmtKind::Go(x) | StmtKind::Defer(x) => f(Child::Expr(*x)),
        StmtKind::Send { chan, value } => exprs(&[*chan, *value], f),
        StmtKind::Assign { lhs, rhs, .. } => {
            exprs(lhs, f);
            exprs(rhs, f);
        }
        StmtKind::Return(list) => exprs(list, f),
        StmtKind::Block(b) => block(b, f),
        StmtKind::If { init, cond, then, els } => {
            init.iter().for_each(|s| f(Child::Stmt(*s)));
            f(Child::Expr(*cond));
            block(then, f);
            els.iter().for_each(|s| f(Child::Stmt(*s)));
        }
        StmtKind::Switch { init, tag, clauses, .. } => {
            init.iter().for_each(|s| f(Child::Stmt(*s)));
            tag.iter().for_each(|t| f(Child::Expr(*t)));
            for c in clauses {
                exprs(c.exprs.as_deref().unwrap_or(&[]), f);
                c.body.iter().for_each(|s| f(Child::Stmt(*s)));
            }
        }
        StmtKind::TypeSwitch { init, guard, clauses, .. } => {
            init.iter().for_each(|s| f(Child::Stmt(*s)));
            f(Child::Expr(*guard));
            for c in clauses {
                exprs(c.exprs.as_deref().unwrap_or(&[]), f);
                c.body.iter().for_each(|s| f(Child::Stmt(*s)));
            }
        }
        StmtKind::Select { clauses, .. } => {
            for c in clauses {
                c.comm.iter().for_each(|s| f(Child::Stmt(*s)));
                c.body.iter().for_each(|s| f(Child::Stmt(*s)));
            }
        }
        StmtKind::For { init, cond, post, body } => {
            init.iter().for_each(|s| f(Child::Stmt(*s)));
            cond.iter().for_each(|c| f(Child::Expr(*c)));
            post.iter().for_each(|s| f(Child::Stmt(*s)));
            block(body, f);
        }
        StmtKind::Range { key, value, extra, x, body, .. } => {
            [key, value, extra].into_iter().flatten().for_each(|e| f(Child::Expr(*e)));
            f(Child::Expr(*x));
            block(body, f);
        }
    }
}

fn decl_children(file: &File, d: DeclId, f: &mut dyn FnMut(Child)) {
    match &file.all_decls[d].kind {
        DeclKind::Bad => {}
        DeclKind::Const { ty, values, .. } | DeclKind::Var { ty, values, .. } => {
            ty.iter().for_each(|t| f(Child::Expr(*t)));
            exprs(values, f);
        }
        DeclKind::Type { type_params, ty, .. } => {
            fields(type_params, f);
            f(Child::Expr(*ty));
        }
        DeclKind::Func { recv, ty, body, .. } => {
            recv.iter().for_each(|r| f(Child::Expr(r.ty)));
            f(Child::Expr(*ty));
            body.iter().for_each(|b| block(b, f));
        }
    }
}

/// Where gc places an error about an expression: its start, save that slice expressions stay at
/// their `[`.
#[must_use]
pub fn start_pos(file: &File, e: ExprId) -> Pos {
    let mut at = e;
    loop {
        let e = &file.exprs[at];
        at = match &e.kind {
            ExprKind::CompositeLit { ty: Some(t), .. } => *t,
            ExprKind::KeyValue { key, .. } => *key,
            ExprKind::Selector { x, .. }
            | ExprKind::Index { x, .. }
            | ExprKind::TypeAssert { x, .. }
            | ExprKind::Binary { x, .. } => *x,
            ExprKind::Call { fun, .. } => *fun,
            _ => return e.pos,
        };
    }
}

/// Where gc takes an expression to end (approximately: the last name, literal or brace in it).
#[must_use]
pub fn end_pos(file: &File, e: ExprId) -> Pos {
    let mut at = e;
    loop {
        let e = &file.exprs[at];
        at = match &e.kind {
            ExprKind::CompositeLit { rbrace, .. } => return *rbrace,
            ExprKind::FuncLit { body, .. } => return body.rbrace,
            ExprKind::KeyValue { value, .. } => *value,
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary { x, .. } => *x,
            ExprKind::Index { x, indices } => *indices.last().unwrap_or(x),
            ExprKind::TypeAssert { x, ty } => ty.unwrap_or(*x),
            ExprKind::Binary { y, .. } => *y,
            ExprKind::Call { fun, args, .. } => *args.last().unwrap_or(fun),
            ExprKind::ArrayType { elem, .. }
            | ExprKind::SliceType { elem }
            | ExprKind::ChanType { elem, .. }
            | ExprKind::Ellipsis { elem }
            | ExprKind::MapType { value: elem, .. } => *elem,
            _ => return e.span.hi,
        };
    }
}
