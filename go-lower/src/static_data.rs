//! Static data for package variables: constants, composite literals of them, addresses.
//!
//! [`Lowerer::static_init`] either gives the whole initial value or nothing; what cannot be static runs
//! as code.

use super::program::{Instance, Lowerer};
use go_abi::object::{SymbolId, SymbolKind};
use go_ast::{ExprId, ExprKind, File, UnaryOp};
use go_ir::ir::{Data, DataId, DataInit, DataReloc};
use go_ir::program::Program;
use go_ir::ty::{Basic, Ty, TyKind};
use go_source::FileId;
use go_types::constant::{self, ConstValue};
use go_types::info::Mode;
use go_types::object::{ObjId, ObjectKind, PkgId, VarKind};
use std::sync::Arc;

/// Largest object that is made static.
const MAX_STATIC: u64 = 64 << 20;

fn put(out: &mut DataInit, off: u64, bytes: &[u8]) {
    let end = off as usize + bytes.len();
    if out.bytes.len() < end {
        out.bytes.resize(end, 0);
    }
    out.bytes[off as usize..end].copy_from_slice(bytes);
}

fn put_addr(out: &mut DataInit, off: u64, target: SymbolId) {
    put(out, off, &[0; 8]);
    out.relocs.push(DataReloc { offset: off, target, addend: 0, width: 8 });
}

impl Lowerer<'_> {
    /// The initial value of a variable of type `ty`, if it is static.
    pub(super) fn static_init(&mut self, file: FileId, e: ExprId, ty: Ty) -> Option<DataInit> {
        let tree = Arc::clone(&self.checker.trees[&file]);
        let mut out = DataInit::default();
        (self.prog.types.layout(ty).size <= MAX_STATIC && self.static_expr(&tree, e, ty, &mut out, 0)).then(|| {
            // Relocations in order of place, and bytes up to the last one that is not zero.
            out.relocs.sort_by_key(|r| r.offset);
            let keep = out.relocs.last().map_or(0, |r| r.offset as usize + 8);
            while out.bytes.len() > keep && out.bytes.last() == Some(&0) {
                out.bytes.pop();
            }
            out
        })
    }

    fn new_data(&mut self, ty: Ty, init: DataInit, writable: bool) -> DataId {
        let l = self.prog.types.layout(ty);
        self.prog.datas.push(Data {
            name: "".into(),
            init,
            size: l.size,
            align: l.align.max(1),
            writable,
            has_pointers: l.ptr_bytes > 0,
        })
    }

    fn static_expr(&mut self, tree: &File, e: ExprId, ty: Ty, out: &mut DataInit, off: u64) -> bool {
        let e = tree.unparen(e);
        let tv = self.checker.info.type_and_value(tree.id, e);
        let is_iface = matches!(self.prog.types.under(ty), TyKind::Interface(_));
        if let Some(c) = self.checker.info.const_value(tree.id, e).cloned() {
            if is_iface {
                let t = self.checker.default_type(tv.ty);
                let own = self.ty(t, &Instance::default());
                if matches!(self.prog.types.under(own), TyKind::Interface(_)) {
                    return false;
                }
                return self.static_iface(own, ty, out, off, |lo, o, at| lo.static_const(&c, own, o, at));
            }
            return self.static_const(&c, ty, out, off);
        }
        if tv.mode == Mode::Nil || self.is_nil_name(tree, e) {
            return true;
        }
        if tv.mode == Mode::Invalid {
            return false;
        }
        let own = self.ty(tv.ty, &Instance::default());
        if is_iface {
            if matches!(self.prog.types.under(own), TyKind::Interface(_)) {
                return self.static_errors_new(tree, e, ty, out, off);
            }
            return self.static_iface(own, ty, out, off, |lo, o, at| lo.static_expr(tree, e, own, o, at));
        }
        match &tree.exprs[e].kind {
            ExprKind::CompositeLit { elems, .. } => self.static_composite(tree, own, elems, out, off),
            ExprKind::Unary { op: UnaryOp::Addr, x } => {
                let x = tree.unparen(*x);
                match &tree.exprs[x].kind {
                    ExprKind::CompositeLit { .. } => {
                        let TyKind::Pointer(elem) = *self.prog.types.under(own) else { return false };
                        let mut inner = DataInit::default();
                        if !self.static_expr(tree, x, elem, &mut inner, 0) {
                            return false;
                        }
                        inner.relocs.sort_by_key(|r| r.offset);
                        let d = self.new_data(elem, inner, true);
                        put_addr(out, off, Program::data_symbol(d));
                        true
                    }
                    ExprKind::Name(_) | ExprKind::Selector { .. } => match self.object_named(tree, x) {
                        Some(o) if self.is_package_var(o) => {
                            let g = self.global(o);
                            put_addr(out, off, Program::global_symbol(g));
                            true
                        }
                        _ => false,
                    },
                    _ => false,
                }
            }
            ExprKind::Name(_) | ExprKind::Selector { .. } => match self.object_named(tree, e) {
                Some(o) if self.is_plain_func(o) => {
                    let f = self.func_of(o, Vec::new());
                    put_addr(out, off, Program::func_value_symbol(f));
                    true
                }
                _ => false,
            },
            ExprKind::Call { fun, args, .. } => {
                let f = tree.unparen(*fun);
                if self.checker.info.type_and_value(tree.id, f).mode != Mode::TypeExpr || args.len() != 1 {
                    return false;
                }
                self.static_conversion(tree, own, args[0], out, off)
            }
            _ => false,
        }
    }

    fn static_conversion(&mut self, tree: &File, own: Ty, arg: ExprId, out: &mut DataInit, off: u64) -> bool {
        if let Some(ConstValue::Str(s)) = self.checker.info.const_value(tree.id, arg)
            && let TyKind::Slice(e) = *self.prog.types.under(own)
            && matches!(self.prog.types.under(e), TyKind::Basic(Basic::Uint8))
        {
            let bytes = s.to_vec();
            let n = bytes.len() as u64;
            let at = self.prog.types.array(e, n);
            let d = self.new_data(at, DataInit { bytes, relocs: Vec::new() }, true);
            put_addr(out, off, Program::data_symbol(d));
            put(out, off + 8, &n.to_le_bytes());
            put(out, off + 16, &n.to_le_bytes());
            return true;
        }
        let tv = self.checker.info.type_and_value(tree.id, arg);
        if matches!(tv.mode, Mode::Invalid | Mode::Nil) {
            return tv.mode == Mode::Nil;
        }
        let t = self.checker.default_type(tv.ty);
        let from = self.ty(t, &Instance::default());
        let same = self.prog.types.underlying(from) == self.prog.types.underlying(own);
        same && !matches!(self.prog.types.under(own), TyKind::Interface(_))
            && self.static_expr(tree, arg, from, out, off)
    }

    /// An interface value: the dynamic value is made by `value`, in place or in data of its own.
    fn static_iface(
        &mut self,
        own: Ty,
        iface: Ty,
        out: &mut DataInit,
        off: u64,
        value: impl FnOnce(&mut Self, &mut DataInit, u64) -> bool,
    ) -> bool {
        let mut inner = DataInit::default();
        if self.is_direct(own) {
            if !value(self, &mut inner, 0) {
                return false;
            }
            for r in inner.relocs {
                put_addr(out, off + 8, r.target);
            }
        } else {
            if !value(self, &mut inner, 0) {
                return false;
            }
            inner.relocs.sort_by_key(|r| r.offset);
            let d = self.new_data(own, inner, false);
            put_addr(out, off + 8, Program::data_symbol(d));
        }
        let word = self.iface_word_symbol(own, iface);
        put_addr(out, off, word);
        true
    }

    /// First word of an interface value: the descriptor, or the itab.
    fn iface_word_symbol(&mut self, own: Ty, iface: Ty) -> SymbolId {
        self.use_iface_value(own);
        let u = self.prog.types.underlying(iface);
        if matches!(self.prog.types.kind(u), TyKind::Interface(ms) if ms.is_empty()) {
            return Program::type_symbol(own);
        }
        self.use_itab(own, iface);
        self.prog.itab_symbol(own, iface)
    }

    /// `errors.New("text")` as the value it returns.
    fn static_errors_new(&mut self, tree: &File, e: ExprId, ty: Ty, out: &mut DataInit, off: u64) -> bool {
        let ExprKind::Call { fun, args, .. } = &tree.exprs[e].kind else { return false };
        let Some(o) = self.object_named(tree, tree.unparen(*fun)) else { return false };
        if args.len() != 1 || self.symbols.func_symbol(self.checker, o) != "errors.New" {
            return false;
        }
        let Some(c) = self.checker.info.const_value(tree.id, args[0]).cloned() else { return false };
        let st = self.named_type("errors", "errorString");
        let mut inner = DataInit::default();
        if !self.static_const(&c, Ty::STRING, &mut inner, 0) {
            return false;
        }
        let d = self.new_data(st, inner, true);
        let p = self.intern(TyKind::Pointer(st));
        let word = self.iface_word_symbol(p, ty);
        put_addr(out, off, word);
        put_addr(out, off + 8, Program::data_symbol(d));
        true
    }

    fn static_const(&mut self, c: &ConstValue, ty: Ty, out: &mut DataInit, off: u64) -> bool {
        let b = match self.prog.types.under(ty) {
            TyKind::Basic(b) => *b,
            TyKind::Pointer(_) => Basic::Uintptr,
            _ => return false,
        };
        let n = super::constant::to_i64(c);
        match b {
            Basic::String => {
                let ConstValue::Str(s) = c else { return false };
                if !s.is_empty() {
                    let id = self.prog.string(s);
                    put_addr(out, off, Program::str_symbol(id));
                    put(out, off + 8, &(s.len() as u64).to_le_bytes());
                }
            }
            Basic::Bool | Basic::Int8 | Basic::Uint8 => put(out, off, &[n as u8]),
            Basic::Int16 | Basic::Uint16 => put(out, off, &(n as u16).to_le_bytes()),
            Basic::Int32 | Basic::Uint32 => put(out, off, &(n as u32).to_le_bytes()),
            Basic::Int | Basic::Int64 | Basic::Uint | Basic::Uint64 | Basic::Uintptr | Basic::UnsafePointer => {
                put(out, off, &n.to_le_bytes());
            }
            Basic::Float32 => put(out, off, &constant::float32_val(&constant::to_float(c)).to_le_bytes()),
            Basic::Float64 => put(out, off, &constant::float64_val(&constant::to_float(c)).to_le_bytes()),
            Basic::Complex64 => {
                put(out, off, &constant::float32_val(&constant::real(c)).to_le_bytes());
                put(out, off + 4, &constant::float32_val(&constant::imag(c)).to_le_bytes());
            }
            Basic::Complex128 => {
                put(out, off, &constant::float64_val(&constant::real(c)).to_le_bytes());
                put(out, off + 8, &constant::float64_val(&constant::imag(c)).to_le_bytes());
            }
        }
        true
    }

    fn static_composite(&mut self, tree: &File, own: Ty, elems: &[ExprId], out: &mut DataInit, off: u64) -> bool {
        match self.prog.types.under(own).clone() {
            // An elided `&T{…}`.
            TyKind::Pointer(elem) => {
                let mut inner = DataInit::default();
                if !self.static_composite(tree, elem, elems, &mut inner, 0) {
                    return false;
                }
                inner.relocs.sort_by_key(|r| r.offset);
                let d = self.new_data(elem, inner, true);
                put_addr(out, off, Program::data_symbol(d));
                true
            }
            TyKind::Struct(fields) => {
                let l = self.prog.types.layout(own);
                for (i, e) in elems.iter().enumerate() {
                    let (i, v) = match &tree.exprs[*e].kind {
                        ExprKind::KeyValue { key, value } => {
                            let ExprKind::Name(name) = tree.exprs[*key].kind else { return false };
                            let Some(i) = fields.iter().position(|f| f.name == name) else { return false };
                            (i, *value)
                        }
                        _ => (i, *e),
                    };
                    if i >= fields.len() || !self.static_expr(tree, v, fields[i].ty, out, off + l.field_offsets[i]) {
                        return false;
                    }
                }
                true
            }
            TyKind::Array(elem, _) => self.static_elems(tree, elem, elems, out, off).is_some(),
            TyKind::Slice(elem) => {
                let mut inner = DataInit::default();
                let Some(n) = self.static_elems(tree, elem, elems, &mut inner, 0) else { return false };
                inner.relocs.sort_by_key(|r| r.offset);
                let at = self.prog.types.array(elem, n);
                let d = self.new_data(at, inner, true);
                put_addr(out, off, Program::data_symbol(d));
                put(out, off + 8, &n.to_le_bytes());
                put(out, off + 16, &n.to_le_bytes());
                true
            }
            _ => false,
        }
    }

    /// Elements of an array or slice literal; their number.
    fn static_elems(&mut self, tree: &File, elem: Ty, elems: &[ExprId], out: &mut DataInit, off: u64) -> Option<u64> {
        let size = self.prog.types.layout(elem).size;
        let (mut next, mut len) = (0u64, 0u64);
        for e in elems {
            let v = match &tree.exprs[*e].kind {
                ExprKind::KeyValue { key, value } => {
                    let c = self.checker.info.const_value(tree.id, *key)?;
                    next = u64::try_from(super::constant::to_i64(c)).ok()?;
                    *value
                }
                _ => *e,
            };
            if next.saturating_mul(size) > MAX_STATIC || !self.static_expr(tree, v, elem, out, off + next * size) {
                return None;
            }
            next += 1;
            len = len.max(next);
        }
        Some(len)
    }

    fn object_named(&self, tree: &File, e: ExprId) -> Option<ObjId> {
        let pos = match &tree.exprs[e].kind {
            ExprKind::Name(_) => tree.exprs[e].span.lo,
            ExprKind::Selector { sel, .. } if !self.checker.info.selections.contains_key(&sel.pos) => sel.pos,
            _ => return None,
        };
        if self.checker.info.instances.contains_key(&pos) {
            return None;
        }
        self.checker.info.uses.get(&pos).copied()
    }

    fn is_nil_name(&self, tree: &File, e: ExprId) -> bool {
        self.object_named(tree, e).is_some_and(|o| matches!(self.checker.store.objects[o].kind, ObjectKind::Nil))
    }

    fn is_package_var(&self, o: ObjId) -> bool {
        matches!(self.checker.store.objects[o].kind, ObjectKind::Var { kind: VarKind::Package, .. })
    }

    fn is_plain_func(&mut self, o: ObjId) -> bool {
        matches!(self.checker.store.objects[o].kind, ObjectKind::Func { .. })
            && self.signature_of(o).recv.is_none()
            && self.signature_of(o).type_params.is_empty()
    }

    /// A `//go:embed` variable: its contents; whether `obj` is one.
    pub(super) fn embed_global(&mut self, obj: ObjId, pkg: PkgId) -> bool {
        let pos = self.checker.store.objects[obj].pos;
        let Some(facts) = self.packages.iter().find(|f| f.pkg == Some(pkg)) else { return false };
        if facts.embeds.is_empty() {
            return false;
        }
        let Some(info) = self.checker.decls.get(&obj) else { return false };
        let Some(tree) = self.checker.trees.get(&info.decl.file) else { return false };
        // The directives stand right before the declaration.
        let start = tree.all_decls[info.decl.decl].keyword_pos.min(pos);
        let before = tree.decls.iter().map(|d| tree.all_decls[*d].span.hi).filter(|h| *h <= start).max();
        let before = before.unwrap_or(tree.package_pos);
        let mut files: Vec<(String, Arc<[u8]>)> = Vec::new();
        let mut any = false;
        for e in facts.embeds.iter().filter(|e| e.pos > before && e.pos < start) {
            any = true;
            files.extend(e.files.iter().cloned());
        }
        if !any {
            return false;
        }
        files.sort_by_key(|a| embed_key(&a.0));
        files.dedup_by(|a, b| a.0 == b.0);
        let g = self.global(obj);
        let ty = self.prog.globals[g].ty;
        let mut out = DataInit::default();
        match self.prog.types.under(ty).clone() {
            TyKind::Basic(Basic::String) => {
                if let Some((_, bytes)) = files.iter().find(|f| !f.0.ends_with('/'))
                    && !bytes.is_empty()
                {
                    let id = self.prog.string(bytes);
                    put_addr(&mut out, 0, Program::str_symbol(id));
                    put(&mut out, 8, &(bytes.len() as u64).to_le_bytes());
                }
            }
            TyKind::Slice(e) => {
                if let Some((_, bytes)) = files.iter().find(|f| !f.0.ends_with('/')) {
                    let n = bytes.len() as u64;
                    let at = self.prog.types.array(e, n);
                    let d = self.new_data(at, DataInit { bytes: bytes.to_vec(), relocs: Vec::new() }, true);
                    put_addr(&mut out, 0, Program::data_symbol(d));
                    put(&mut out, 8, &n.to_le_bytes());
                    put(&mut out, 16, &n.to_le_bytes());
                }
            }
            // embed.FS: a pointer to a slice of {name string, data string, hash [16]byte}.
            TyKind::Struct(_) => {
                let n = files.len() as u64;
                let mut list = DataInit::default();
                for (i, (name, bytes)) in files.iter().enumerate() {
                    let at = 24 + 48 * i as u64;
                    let id = self.prog.string(name.as_bytes());
                    put_addr(&mut list, at, Program::str_symbol(id));
                    put(&mut list, at + 8, &(name.len() as u64).to_le_bytes());
                    put(&mut list, at + 16, &[0; 32]);
                    if !bytes.is_empty() {
                        let id = self.prog.string(bytes);
                        put_addr(&mut list, at + 16, Program::str_symbol(id));
                        put(&mut list, at + 24, &(bytes.len() as u64).to_le_bytes());
                    }
                }
                let size = 24 + 48 * n;
                let next = self.prog.datas.next_id();
                let me = Program::data_symbol(next);
                list.relocs.insert(0, DataReloc { offset: 0, target: me, addend: 24, width: 8 });
                put(&mut list, 8, &n.to_le_bytes());
                put(&mut list, 16, &n.to_le_bytes());
                let d = self.prog.datas.push(Data {
                    name: "".into(),
                    init: list,
                    size,
                    align: 8,
                    writable: true,
                    has_pointers: true,
                });
                put_addr(&mut out, 0, SymbolId::new(SymbolKind::Data, d.0));
            }
            _ => return false,
        }
        self.prog.globals[g].init = out;
        true
    }
}

/// embed's order: by directory, then by name; a directory's own entry ends in `/`.
fn embed_key(name: &str) -> (String, String) {
    let trimmed = name.trim_end_matches('/');
    match trimmed.rfind('/') {
        Some(i) => (trimmed[..i].to_string(), trimmed[i + 1..].to_string()),
        None => (".".to_string(), trimmed.to_string()),
    }
}
