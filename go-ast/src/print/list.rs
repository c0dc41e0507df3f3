//! Lists: expressions, parameters, fields.

use super::expr::strip_all_parens;
use super::writer::{Node, Printer, Ws};
use crate::ast::{ExprId, ExprKind, Field, Ident, InterfaceElem, UnaryOp};
use go_lexer::Tok;

/// An element of an expression list.
#[derive(Clone, Copy)]
pub(super) enum Elem {
    Expr(ExprId),
    Name(Ident),
}

/// How a list ends and how its further lines are indented.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ListMode {
    /// A comma follows the last element if a line break does.
    pub(super) comma_term: bool,
    /// No further indentation.
    pub(super) no_indent: bool,
}

/// What a parameter list belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Params {
    Func,
    FuncTypes,
    TypeTypes,
}

/// Consecutive fields that share one written type.
pub(super) fn field_groups(fields: &[Field]) -> impl Iterator<Item = &[Field]> {
    fields.chunk_by(|a, b| a.name.is_some() && b.name.is_some() && a.ty == b.ty)
}

/// A rough power of two and its inverse, the same on every machine.
fn log2ish(x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut e = 0;
    let mut f = x;
    while f >= 1.0 {
        f /= 2.0;
        e += 1;
    }
    while f < 0.5 {
        f *= 2.0;
        e -= 1;
    }
    f64::from(e) + 2.0 * (f - 1.0)
}

fn exp2ish(x: f64) -> f64 {
    let n = x.floor();
    (1.0 + (x - n)) * 2f64.powi(n as i32)
}

impl Printer<'_> {
    fn elem_start(&self, e: Elem) -> u32 {
        match e {
            Elem::Expr(e) => self.start(e),
            Elem::Name(n) => self.src.offset(n.pos),
        }
    }

    fn elem_end(&self, e: Elem) -> u32 {
        match e {
            Elem::Expr(e) => self.end(e),
            Elem::Name(n) => self.src.offset(n.pos) + self.src.interner.resolve(n.name).len() as u32,
        }
    }

    fn elem(&mut self, e: Elem, depth: i32) {
        match e {
            Elem::Expr(e) => self.expr0(e, depth),
            Elem::Name(n) => self.ident(n),
        }
    }

    fn elem_size(&mut self, e: Elem, max: usize) -> usize {
        match e {
            Elem::Expr(e) => self.size(Node::Expr(e), max),
            Elem::Name(n) => self.src.interner.resolve(n.name).len(),
        }
    }

    pub(super) fn exprs(&mut self, prev: Option<u32>, list: &[ExprId], depth: i32, mode: ListMode, next: Option<u32>) {
        let list: Vec<Elem> = list.iter().map(|e| Elem::Expr(*e)).collect();
        self.expr_list(prev, &list, depth, mode, next);
    }

    pub(super) fn names(&mut self, list: &[Ident], indent: bool) {
        let list: Vec<Elem> = list.iter().map(|n| Elem::Name(*n)).collect();
        self.expr_list(None, &list, 1, ListMode { comma_term: false, no_indent: !indent }, None);
    }

    /// Prints a list that starts after `prev` and ends before `next`. Its line breaks are kept.
    fn expr_list(&mut self, prev: Option<u32>, list: &[Elem], depth: i32, mode: ListMode, next: Option<u32>) {
        let (Some(&first), Some(&last)) = (list.first(), list.last()) else { return };
        let prev_at = prev.map_or(0, |o| self.src.line(o));
        let next_at = next.map_or(0, |o| self.src.line(o));
        let mut line = self.src.line(self.elem_start(first));
        let end_line = self.src.line(self.elem_end(last));

        if prev.is_some() && prev_at == line && line == end_line {
            for (i, &x) in list.iter().enumerate() {
                if i > 0 {
                    self.set_pos(self.elem_start(x)); // places comments at the comma
                    self.tok(Tok::Comma);
                    self.blank();
                }
                self.elem(x, depth);
            }
            return;
        }

        let mut ws = if mode.no_indent { Ws::Ignore } else { Ws::Indent };
        // The element before which the last line break came.
        let mut prev_break = -1;
        if prev.is_some() && prev_at < line && self.linebreak(line, 0, ws, true) > 0 {
            ws = Ws::Ignore;
            prev_break = 0;
        }
        // Sizes of keys so far in this section, for deciding whether the next one still aligns.
        let mut size = 0;
        let mut log_sum = 0.0;
        let mut count = 0;
        let mut prev_line = prev_at;
        for (i, &x) in list.iter().enumerate() {
            line = self.src.line(self.elem_start(x));
            const LARGE: usize = 1_000_000;
            let prev_size = size;
            size = self.elem_size(x, LARGE);
            let pair = self.key_value(x);
            if size <= LARGE && prev.is_some() && next.is_some() {
                if let Some((key, _, _)) = pair {
                    size = self.size(Node::Expr(key), LARGE);
                }
            } else {
                size = 0;
            }
            let mut formfeed = true;
            if prev_size > 0 && size > 0 {
                const SMALL: usize = 40;
                if count == 0 || prev_size <= SMALL && size <= SMALL {
                    formfeed = false;
                } else {
                    let ratio = size as f64 / exp2ish(log_sum / f64::from(count));
                    formfeed = 2.5 * ratio <= 1.0 || 2.5 <= ratio;
                }
            }

            let breaks_line = 0 < prev_line && prev_line < line;
            if i > 0 {
                if !breaks_line {
                    self.set_pos(self.elem_start(x));
                }
                self.tok(Tok::Comma);
                let mut needs_blank = true;
                if breaks_line {
                    let section = formfeed || prev_break + 1 < i as i32;
                    let breaks = self.linebreak(line, 0, ws, section);
                    if breaks > 0 {
                        ws = Ws::Ignore;
                        prev_break = i as i32;
                        needs_blank = false;
                    }
                    if breaks > 1 {
                        log_sum = 0.0;
                        count = 0;
                    }
                }
                if needs_blank {
                    self.blank();
                }
            }
            match pair {
                Some((key, colon, value)) if list.len() > 1 && size > 0 && breaks_line => {
                    self.expr(key);
                    self.set_pos(colon);
                    self.tok(Tok::Colon);
                    self.ws(Ws::Vtab);
                    self.expr(value);
                }
                _ => self.elem(x, depth),
            }
            if size > 0 {
                log_sum += log2ish(size as f64);
                count += 1;
            }
            prev_line = line;
        }

        let indented = ws == Ws::Ignore && !mode.no_indent;
        if mode.comma_term && next.is_some() && self.pos.line < next_at {
            self.tok(Tok::Comma);
            if indented {
                self.ws(Ws::Unindent);
            }
            self.ws(Ws::Formfeed);
        } else if indented {
            self.ws(Ws::Unindent);
        }
    }

    /// Key, colon and value of a keyed element.
    fn key_value(&self, x: Elem) -> Option<(ExprId, u32, ExprId)> {
        let Elem::Expr(e) = x else { return None };
        let e = &self.src.file.exprs[e];
        match e.kind {
            ExprKind::KeyValue { key, value } => Some((key, self.src.offset(e.pos), value)),
            _ => None,
        }
    }

    /// Parameters between the bracket tokens at `open` and `close`.
    pub(super) fn parameters(&mut self, fields: &[Field], open: u32, close: u32, kind: Params) {
        let is_func = kind == Params::Func;
        self.set_pos(open);
        self.tok(if is_func { Tok::Lparen } else { Tok::Lbrack });
        if !fields.is_empty() {
            let mut prev_line = self.src.line(open);
            let mut ws = Ws::Indent;
            for (i, group) in field_groups(fields).enumerate() {
                let first = &group[0];
                let start = match first.name {
                    Some(n) => self.src.offset(n.pos),
                    None => self.start(first.ty),
                };
                let begin_line = self.src.line(start);
                let end_line = self.src.line(self.end(first.ty));
                let breaks_line = 0 < prev_line && prev_line < begin_line;
                if i > 0 {
                    if !breaks_line {
                        self.set_pos(start);
                    }
                    self.tok(Tok::Comma);
                }
                if breaks_line && self.linebreak(begin_line, 0, ws, true) > 0 {
                    ws = Ws::Ignore;
                } else if i > 0 {
                    self.blank();
                }
                let names: Vec<Ident> = group.iter().filter_map(|f| f.name).collect();
                if !names.is_empty() {
                    // Indents itself only where the list is not indented yet.
                    self.names(&names, ws == Ws::Indent);
                    self.blank();
                }
                self.expr(strip_all_parens(self.src.file, first.ty));
                prev_line = end_line;
            }
            let closing_line = self.src.line(close);
            if 0 < prev_line && prev_line < closing_line {
                self.tok(Tok::Comma);
                self.linebreak(closing_line, 0, Ws::Ignore, true);
            } else if kind == Params::TypeTypes
                && fields.len() == 1
                && self.combines_with_name(strip_all_parens(self.src.file, fields[0].ty))
            {
                self.tok(Tok::Comma);
            }
            if ws == Ws::Ignore {
                self.ws(Ws::Unindent);
            }
        }
        self.set_pos(close);
        self.tok(if is_func { Tok::Rparen } else { Tok::Rbrack });
    }

    /// Whether a name before `x` would make a valid expression with it.
    fn combines_with_name(&self, x: ExprId) -> bool {
        match &self.src.file.exprs[x].kind {
            ExprKind::Star(x) | ExprKind::Paren(x) => !self.is_type_elem(*x),
            ExprKind::Binary { x, y, .. } => self.combines_with_name(*x) && !self.is_type_elem(*y),
            _ => false,
        }
    }

    /// Whether `x` can only be a type element.
    fn is_type_elem(&self, x: ExprId) -> bool {
        match &self.src.file.exprs[x].kind {
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. } => true,
            ExprKind::Unary { op, .. } => *op == UnaryOp::Tilde,
            ExprKind::Binary { x, y, .. } => self.is_type_elem(*x) || self.is_type_elem(*y),
            ExprKind::Paren(x) => self.is_type_elem(*x),
            _ => false,
        }
    }

    /// The signature whose first bracket is at the position of the function type `e`.
    pub(super) fn signature(&mut self, e: ExprId) {
        let e = &self.src.file.exprs[e];
        let ExprKind::FuncType(ty) = &e.kind else { return };
        let src = self.src;
        let mut i = src.token_at(src.offset(e.pos));
        if !ty.type_params.is_empty() {
            self.parameters(&ty.type_params, src.toks.starts[i], src.closing(i), Params::FuncTypes);
            i = src.partner[i] as usize + 1;
        }
        self.parameters(&ty.params, src.toks.starts[i], src.closing(i), Params::Func);
        i = src.partner[i] as usize + 1;
        match &ty.results[..] {
            [] => {}
            [r] if r.name.is_none() => {
                self.blank();
                self.expr(strip_all_parens(src.file, r.ty));
            }
            results => {
                self.blank();
                self.parameters(results, src.toks.starts[i], src.closing(i), Params::Func);
            }
        }
    }

    /// The braces of a struct or interface type: offsets.
    fn braces(&self, e: ExprId) -> (u32, u32) {
        let i = self.src.token_at(self.start(e)) + 1;
        (self.src.toks.starts[i], self.src.closing(i))
    }

    /// Whether a field list is printed on one line if it was written so; prints it then.
    fn one_line_braces(&mut self, e: ExprId, is_empty: bool, has_comments: bool) -> bool {
        let (open, close) = self.braces(e);
        let one_line = !has_comments && self.src.line(open) == self.src.line(close);
        if one_line && is_empty {
            self.set_pos(open);
            self.tok(Tok::Lbrace);
            self.set_pos(close);
            self.tok(Tok::Rbrace);
            return true;
        }
        false
    }

    /// Whether a lone field is small enough to stay on one line.
    fn fits_on_line(&mut self, has_names: bool, ty: ExprId, has_more: bool, end: u32) -> bool {
        const MAX: usize = 30;
        if has_more || self.src.has_line_comment(end) {
            return false;
        }
        usize::from(has_names) + self.size(Node::Expr(ty), MAX) <= MAX
    }

    pub(super) fn struct_fields(&mut self, e: ExprId, fields: &[Field]) {
        let (open, close) = self.braces(e);
        let has_comments = self.comment_before(self.src.at(close));
        if self.one_line_braces(e, fields.is_empty(), has_comments) {
            return;
        }
        let groups: Vec<&[Field]> = field_groups(fields).collect();
        let one_line = !has_comments && self.src.line(open) == self.src.line(close);
        if let ([group], true) = (&groups[..], one_line) {
            let f = &group[0];
            let end = self.end(f.ty);
            if self.fits_on_line(f.name.is_some(), f.ty, f.tag.is_some(), end) {
                self.set_pos(open);
                self.tok(Tok::Lbrace);
                self.blank();
                for (i, n) in group.iter().filter_map(|f| f.name).enumerate() {
                    if i > 0 {
                        self.tok(Tok::Comma);
                        self.blank();
                    }
                    self.ident(n);
                }
                if f.name.is_some() {
                    self.blank();
                }
                self.expr(f.ty);
                self.blank();
                self.set_pos(close);
                self.tok(Tok::Rbrace);
                return;
            }
        }
        self.open_fields(open, has_comments || !fields.is_empty());
        let sep = if groups.len() == 1 { Ws::Blank } else { Ws::Vtab };
        self.with_line_slot(|p, slot| {
            for (i, group) in groups.iter().enumerate() {
                let f = &group[0];
                if i > 0 {
                    let start = f.name.map_or(p.start(f.ty), |n| p.src.offset(n.pos));
                    let line = p.src.line(start);
                    let section = p.lines_since(slot) > 0;
                    p.linebreak(line, 1, Ws::Ignore, section);
                }
                p.record_line(slot);
                let mut extra_tabs = 2;
                if f.name.is_some() {
                    let names: Vec<Ident> = group.iter().filter_map(|f| f.name).collect();
                    p.names(&names, false);
                    p.ws(sep);
                    extra_tabs = 1;
                }
                p.expr(f.ty);
                let mut end = p.end(f.ty);
                if let Some(tag) = f.tag {
                    if f.name.is_some() && sep == Ws::Vtab {
                        p.ws(sep);
                    }
                    p.ws(sep);
                    p.expr(tag);
                    extra_tabs = 0;
                    end = p.end(tag);
                }
                if p.comments_kept() && p.src.has_line_comment(end) {
                    for _ in 0..extra_tabs {
                        p.ws(sep);
                    }
                }
            }
        });
        self.close_fields(close);
    }

    pub(super) fn interface_elems(&mut self, e: ExprId, elems: &[InterfaceElem]) {
        let (open, close) = self.braces(e);
        let has_comments = self.comment_before(self.src.at(close));
        if self.one_line_braces(e, elems.is_empty(), has_comments) {
            return;
        }
        let one_line = !has_comments && self.src.line(open) == self.src.line(close);
        if let ([elem], true) = (elems, one_line) {
            let (named, ty) = match elem {
                InterfaceElem::Method { ty, .. } => (true, *ty),
                InterfaceElem::Embedded(ty) => (false, *ty),
            };
            let end = self.end(ty);
            if self.fits_on_line(named, ty, false, end) {
                self.set_pos(open);
                self.tok(Tok::Lbrace);
                self.blank();
                self.interface_elem(elem);
                self.blank();
                self.set_pos(close);
                self.tok(Tok::Rbrace);
                return;
            }
        }
        self.open_fields(open, has_comments || !elems.is_empty());
        self.with_line_slot(|p, slot| {
            for (i, elem) in elems.iter().enumerate() {
                if i > 0 {
                    let start = match elem {
                        InterfaceElem::Method { name, .. } => p.src.offset(name.pos),
                        InterfaceElem::Embedded(ty) => p.start(*ty),
                    };
                    let line = p.src.line(start);
                    let section = p.lines_since(slot) > 0;
                    p.linebreak(line, 1, Ws::Ignore, section);
                }
                p.record_line(slot);
                p.interface_elem(elem);
            }
        });
        self.close_fields(close);
    }

    fn interface_elem(&mut self, elem: &InterfaceElem) {
        match elem {
            InterfaceElem::Method { name, ty } => {
                self.ident(*name);
                self.signature(*ty);
            }
            InterfaceElem::Embedded(ty) => self.expr(*ty),
        }
    }

    fn open_fields(&mut self, open: u32, breaks_line: bool) {
        self.blank();
        self.set_pos(open);
        self.tok(Tok::Lbrace);
        self.ws(Ws::Indent);
        if breaks_line {
            self.ws(Ws::Formfeed);
        }
    }

    fn close_fields(&mut self, close: u32) {
        self.ws(Ws::Unindent);
        self.ws(Ws::Formfeed);
        self.set_pos(close);
        self.tok(Tok::Rbrace);
    }
}
