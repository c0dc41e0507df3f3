//! Expressions as text for messages: one line, bodies of literals left out (gc's short form).
//!
//! Never used to produce source code.

use go_ast::{ChanDir, ExprId, ExprKind, Field, File, FuncType, InterfaceElem, UnaryOp};
use go_source::Interner;

/// Text of expression `e` of `file`.
pub(crate) fn expr_string(file: &File, names: &Interner, e: ExprId) -> String {
    let mut p = Printer { file, names, out: String::new() };
    p.expr(e);
    p.out
}

struct Printer<'a> {
    file: &'a File,
    names: &'a Interner,
    out: String,
}

impl Printer<'_> {
    fn text(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn list(&mut self, list: &[ExprId]) {
        for (i, e) in list.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.expr(*e);
        }
    }

    fn expr(&mut self, e: ExprId) {
        let file = self.file;
        match &file.expr(e).kind {
            ExprKind::Bad => self.text("_"),
            ExprKind::Name(n) | ExprKind::BasicLit { value: n, .. } => {
                self.text(self.names.resolve(*n));
            }
            ExprKind::CompositeLit { ty, elems, .. } => {
                if let Some(t) = ty {
                    self.expr(*t);
                }
                self.text(if elems.is_empty() { "{}" } else { "{…}" });
            }
            ExprKind::KeyValue { key, value } => {
                self.expr(*key);
                self.text(": ");
                self.expr(*value);
            }
            ExprKind::FuncLit { ty, body } => {
                self.expr(*ty);
                self.text(if body.stmts.is_empty() { " {}" } else { " {…}" });
            }
            ExprKind::Paren(x) => {
                self.text("(");
                self.expr(*x);
                self.text(")");
            }
            ExprKind::Selector { x, sel } => {
                self.expr(*x);
                self.text(".");
                self.text(self.names.resolve(sel.name));
            }
            ExprKind::Index { x, indices } => {
                self.expr(*x);
                self.text("[");
                self.list(indices);
                self.text("]");
            }
            ExprKind::Slice { x, bounds, .. } => {
                self.expr(*x);
                self.text("[");
                for (i, b) in bounds.iter().enumerate() {
                    if i == 1 || i == 2 && b.is_some() {
                        self.text(":");
                    }
                    if let Some(b) = b {
                        self.expr(*b);
                    }
                }
                self.text("]");
            }
            ExprKind::TypeAssert { x, ty } => {
                self.expr(*x);
                self.text(".(");
                match ty {
                    Some(t) => self.expr(*t),
                    None => self.text("type"),
                }
                self.text(")");
            }
            ExprKind::Call { fun, args, ellipsis, .. } => {
                self.expr(*fun);
                self.text("(");
                self.list(args);
                self.text(if ellipsis.is_some() { "...)" } else { ")" });
            }
            ExprKind::Star(x) => {
                self.text("*");
                self.expr(*x);
            }
            ExprKind::Unary { op, x } => {
                self.text(match op {
                    UnaryOp::Plus => "+",
                    UnaryOp::Neg => "-",
                    UnaryOp::Not => "!",
                    UnaryOp::Xor => "^",
                    UnaryOp::Addr => "&",
                    UnaryOp::Recv => "<-",
                    UnaryOp::Tilde => "~",
                });
                self.expr(*x);
            }
            ExprKind::Binary { op, x, y } => {
                self.expr(*x);
                self.text(" ");
                self.text(op.text());
                self.text(" ");
                self.expr(*y);
            }
            ExprKind::ArrayType { len, elem } => {
                self.text("[");
                match len {
                    Some(l) => self.expr(*l),
                    None => self.text("..."),
                }
                self.text("]");
                self.expr(*elem);
            }
            ExprKind::SliceType { elem } => {
                self.text("[]");
                self.expr(*elem);
            }
            ExprKind::StructType { fields } => {
                self.text("struct{");
                self.fields(fields);
                self.text("}");
            }
            ExprKind::FuncType(sig) => {
                self.text("func");
                self.signature(sig);
            }
            ExprKind::InterfaceType { elems } => {
                self.text("interface{");
                for (i, el) in elems.iter().enumerate() {
                    if i > 0 {
                        self.text("; ");
                    }
                    match el {
                        InterfaceElem::Method { name, ty } => {
                            self.text(self.names.resolve(name.name));
                            match &file.expr(*ty).kind {
                                ExprKind::FuncType(sig) => self.signature(sig),
                                _ => self.expr(*ty),
                            }
                        }
                        InterfaceElem::Embedded(t) => self.expr(*t),
                    }
                }
                self.text("}");
            }
            ExprKind::MapType { key, value } => {
                self.text("map[");
                self.expr(*key);
                self.text("]");
                self.expr(*value);
            }
            ExprKind::ChanType { dir, elem } => {
                self.text(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                let inner = matches!(file.expr(*elem).kind, ExprKind::ChanType { dir: ChanDir::Recv, .. });
                if inner && *dir == ChanDir::Both {
                    self.text("(");
                    self.expr(*elem);
                    self.text(")");
                } else {
                    self.expr(*elem);
                }
            }
            ExprKind::Ellipsis { elem } => {
                self.text("...");
                self.expr(*elem);
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        for (i, f) in fields.iter().enumerate() {
            let same = |g: &Field| !f.embedded && !g.embedded && g.ty == f.ty;
            if i > 0 {
                self.text(if same(&fields[i - 1]) { ", " } else { "; " });
            }
            if let Some(n) = f.name.filter(|_| !f.embedded) {
                self.text(self.names.resolve(n.name));
                if fields.get(i + 1).is_some_and(same) {
                    continue;
                }
                self.text(" ");
            }
            self.expr(f.ty);
            if let Some(tag) = f.tag {
                self.text(" ");
                self.expr(tag);
            }
        }
    }

    fn signature(&mut self, sig: &FuncType) {
        self.params(&sig.params);
        match &*sig.results {
            [] => {}
            [f] if f.name.is_none() => {
                self.text(" ");
                self.expr(f.ty);
            }
            list => {
                self.text(" ");
                self.params(list);
            }
        }
    }

    fn params(&mut self, list: &[Field]) {
        self.text("(");
        for (i, f) in list.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            if let Some(n) = f.name {
                self.text(self.names.resolve(n.name));
                if list.get(i + 1).is_some_and(|g| g.name.is_some() && g.ty == f.ty) {
                    continue;
                }
                self.text(" ");
            }
            self.expr(f.ty);
        }
        self.text(")");
    }
}
