//! Type descriptors and itabs: `internal/abi`'s layouts as data with symbolic addresses.
//! Source: package internal/abi (type.go, map.go, iface.go), and what reflect expects of them.

use super::program::Lowerer;
use super::types::is_exported;
use go_abi::object::{SymbolId, SymbolKind};
use go_ir::ir::{Data, DataId, DataInit, DataReloc, FuncBody, FuncId, Op};
use go_ir::program::Descriptors;
use go_ir::program::Program;
use go_ir::ty::{Basic, ChanDir, Field, Ty, TyKind};
use go_source::Symbol;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Size of `abi.Type`.
const TYPE_SIZE: usize = 48;
/// Keys and elements above this size are stored indirectly in maps.
const MAP_MAX_INLINE: u64 = 128;
/// Pointer masks longer than this many bytes are made at run time.
const MAX_MASK: u64 = 128 << 10;

/// How values of a type are compared and hashed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Alg {
    None,
    Memory,
    String,
    Iface,
    Eface,
    Float(u32),
    Complex(u32),
    Special,
}

struct Bytes {
    init: DataInit,
}

impl Bytes {
    fn at(&mut self, off: usize, b: &[u8]) {
        if self.init.bytes.len() < off + b.len() {
            self.init.bytes.resize(off + b.len(), 0);
        }
        self.init.bytes[off..off + b.len()].copy_from_slice(b);
    }

    fn addr(&mut self, off: usize, target: SymbolId, width: u8) {
        self.at(off, &[0; 8][..usize::from(width)]);
        self.init.relocs.push(DataReloc { offset: off as u64, target, addend: 0, width });
    }
}

fn fnv(s: &str) -> u32 {
    s.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

impl Lowerer<'_> {
    fn alg(&mut self, t: Ty) -> Alg {
        match self.prog.types.under(t).clone() {
            TyKind::Basic(b) => match b {
                Basic::Float32 => Alg::Float(32),
                Basic::Float64 => Alg::Float(64),
                Basic::Complex64 => Alg::Complex(64),
                Basic::Complex128 => Alg::Complex(128),
                Basic::String => Alg::String,
                _ => Alg::Memory,
            },
            TyKind::Pointer(_) | TyKind::Chan(..) => Alg::Memory,
            TyKind::Interface(ms) if ms.is_empty() => Alg::Eface,
            TyKind::Interface(_) => Alg::Iface,
            TyKind::Slice(_) | TyKind::Func(_) | TyKind::Map(..) | TyKind::Named(_) => Alg::None,
            TyKind::Array(e, n) => match self.alg(e) {
                Alg::None => Alg::None,
                _ if n == 0 => Alg::Memory,
                Alg::Memory => Alg::Memory,
                a if n == 1 => a,
                _ => Alg::Special,
            },
            TyKind::Struct(fields) => {
                let l = self.prog.types.layout(t);
                let (mut end, mut memory) = (0, true);
                for (f, off) in fields.iter().zip(&l.field_offsets) {
                    let a = self.alg(f.ty);
                    if a == Alg::None {
                        return Alg::None;
                    }
                    memory &= a == Alg::Memory && *off == end && !f.name.is_blank();
                    end = off + self.prog.types.layout(f.ty).size;
                }
                memory &= end == l.size;
                match (memory, fields.as_ref()) {
                    (true, _) => Alg::Memory,
                    (false, [one]) if !one.name.is_blank() => self.alg(one.ty),
                    (false, _) => Alg::Special,
                }
            }
        }
    }

    /// Closure that compares two values (`abi.Type.Equal`), if the type is comparable.
    fn equal_symbol(&mut self, t: Ty) -> Option<SymbolId> {
        let size = self.prog.types.layout(t).size;
        let name = match self.alg(t) {
            Alg::None => return None,
            Alg::Memory => match size {
                0 => "memequal0",
                1 => "memequal8",
                2 => "memequal16",
                4 => "memequal32",
                8 => "memequal64",
                16 => "memequal128",
                n => {
                    let code = self.prog.named_symbol("runtime.memequal_varlen");
                    let name = format!("runtime.memequal_varlen·{n}");
                    return Some(Program::data_symbol(self.closure_data(&name, code, n)));
                }
            },
            Alg::String => "strequal",
            Alg::Iface => "interequal",
            Alg::Eface => "nilinterequal",
            Alg::Float(32) => "f32equal",
            Alg::Float(_) => "f64equal",
            Alg::Complex(64) => "c64equal",
            Alg::Complex(_) => "c128equal",
            Alg::Special => return Some(Program::func_value_symbol(self.eq_func(t))),
        };
        Some(Program::func_value_symbol(self.runtime(name)))
    }

    /// A static closure with one captured word.
    fn closure_data(&mut self, name: &str, code: SymbolId, word: u64) -> DataId {
        if let Some(i) = self.prog.datas.iter_enumerated().find(|(_, d)| &*d.name == name) {
            return i.0;
        }
        let mut b = Bytes { init: DataInit::default() };
        b.addr(0, code, 8);
        b.at(8, &word.to_le_bytes());
        self.prog.datas.push(Data {
            name: name.into(),
            init: b.init,
            size: 16,
            align: 8,
            writable: false,
            has_pointers: false,
        })
    }

    /// Function that hashes a value: `func(p unsafe.Pointer, seed uintptr) uintptr`.
    fn hasher(&mut self, t: Ty) -> FuncId {
        let size = self.prog.types.layout(t).size;
        let name = match self.alg(t) {
            Alg::Memory => match size {
                0 => "memhash0",
                1 => "memhash8",
                2 => "memhash16",
                4 => "memhash32",
                8 => "memhash64",
                16 => "memhash128",
                _ => return self.hash_func(t),
            },
            Alg::String => "strhash",
            Alg::Iface => "interhash",
            Alg::Eface => "nilinterhash",
            Alg::Float(32) => "f32hash",
            Alg::Float(_) => "f64hash",
            Alg::Complex(64) => "c64hash",
            Alg::Complex(_) => "c128hash",
            Alg::Special | Alg::None => return self.hash_func(t),
        };
        self.runtime(name)
    }

    /// Body of a hash function made for a type.
    pub(super) fn lower_hash_func(&mut self, func: FuncId, t: Ty) {
        let size = self.prog.types.layout(t).size;
        let alg = self.alg(t);
        let kind = self.prog.types.under(t).clone();
        let layout = self.prog.types.layout(t);
        // (offset, function) of each part; arrays loop.
        enum Plan {
            Memory(FuncId, u64),
            Fields(Vec<(u64, FuncId)>),
            Array(FuncId, u64, u64),
        }
        let plan = match (alg, kind) {
            (Alg::Special, TyKind::Struct(fields)) => {
                let mut parts = Vec::new();
                for (f, off) in fields.iter().zip(&layout.field_offsets) {
                    if !f.name.is_blank() {
                        parts.push((*off, self.hasher(f.ty)));
                    }
                }
                Plan::Fields(parts)
            }
            (Alg::Special, TyKind::Array(e, n)) => Plan::Array(self.hasher(e), self.prog.types.layout(e).size, n),
            _ => Plan::Memory(self.runtime("memhash"), size),
        };
        super::body::lower_made(self, func, go_source::Pos::NONE, |b, params| {
            let (p, mut h) = (params[0], params[1]);
            match plan {
                Plan::Memory(f, n) => {
                    let n = b.fr.b.emit(Op::ConstInt(n as i64), Ty::UINTPTR);
                    h = b.call_func(f, &[p, h, n])[0];
                }
                Plan::Fields(parts) => {
                    for (off, f) in parts {
                        let o = b.int(off as i64);
                        let q = b.fr.b.emit(Op::PtrAdd { base: p, offset: o }, Ty::UNSAFE_POINTER);
                        h = b.call_func(f, &[q, h])[0];
                    }
                }
                Plan::Array(f, size, n) => {
                    let head = b.fr.b.new_block();
                    let body = b.fr.b.new_block();
                    let done = b.fr.b.new_block();
                    let i = b.fr.b.add_param(head, Ty::INT);
                    let acc = b.fr.b.add_param(head, Ty::UINTPTR);
                    let zero = b.int(0);
                    b.fr.b.jump_with(head, &[zero, h]);
                    b.fr.b.switch_to(head);
                    let end = b.int((n * size) as i64);
                    let more = b.fr.b.emit(Op::Compare(go_ir::ir::CmpOp::Lt, i, end), Ty::BOOL);
                    b.fr.b.branch(more, body, done);
                    b.fr.b.switch_to(body);
                    let q = b.fr.b.emit(Op::PtrAdd { base: p, offset: i }, Ty::UNSAFE_POINTER);
                    let h2 = b.call_func(f, &[q, acc])[0];
                    let step = b.int(size.max(1) as i64);
                    let next = b.fr.b.emit(Op::Binary(go_ir::ir::BinOp::Add, i, step), Ty::INT);
                    b.fr.b.jump_with(head, &[next, h2]);
                    b.fr.b.switch_to(done);
                    h = acc;
                }
            }
            b.fr.b.ret(&[h]);
        });
    }

    /// The type of a map's slot groups, and of a slot.
    pub(super) fn map_group(&mut self, k: Ty, e: Ty) -> (Ty, Ty) {
        let indirect = |lo: &mut Self, t: Ty| {
            if lo.prog.types.layout(t).size > MAP_MAX_INLINE { lo.intern(TyKind::Pointer(t)) } else { t }
        };
        let (k, e) = (indirect(self, k), indirect(self, e));
        let field = |lo: &Self, name: &str, ty: Ty| Field {
            name: lo.checker.store.interner.intern(name),
            pkg: Some(lo.checker.store.interner.intern("go:map")),
            ty,
            embedded: false,
            tag: Symbol::EMPTY,
        };
        let fields = vec![field(self, "key", k), field(self, "elem", e)];
        let slot = self.intern(TyKind::Struct(fields.into()));
        let slots = self.intern(TyKind::Array(slot, 8));
        let fields = vec![field(self, "ctrl", Ty::UINT64), field(self, "slots", slots)];
        (self.intern(TyKind::Struct(fields.into())), slot)
    }

    /// What a full descriptor needs besides itself.
    pub(super) fn complete_type(&mut self, t: Ty) {
        for c in self.children(t) {
            self.describe_type(c);
        }
        self.equal_symbol(t);
        if let TyKind::Map(k, e) = self.prog.types.under(t).clone() {
            let (g, _) = self.map_group(k, e);
            self.describe_type(g);
            self.hasher(k);
        }
    }

    /// Types that a descriptor refers to.
    fn children(&mut self, t: Ty) -> Vec<Ty> {
        match self.prog.types.under(t).clone() {
            TyKind::Basic(_) | TyKind::Named(_) => Vec::new(),
            TyKind::Pointer(e) | TyKind::Slice(e) | TyKind::Chan(_, e) => vec![e],
            TyKind::Array(e, _) => vec![e, self.intern(TyKind::Slice(e))],
            TyKind::Map(k, e) => vec![k, e],
            TyKind::Func(s) => s.params.iter().chain(&s.results).copied().collect(),
            TyKind::Struct(fs) => fs.iter().map(|f| f.ty).collect(),
            TyKind::Interface(ms) => ms.iter().map(|m| m.sig).collect(),
        }
    }

    /// Values of the parts of a live type can get into interfaces through reflect.
    pub(super) fn live_children(&mut self, t: Ty) {
        for c in self.children(t) {
            self.use_iface_value(c);
        }
        // reflect reaches `*T` from a named `T`, with its methods.
        if matches!(self.prog.types.kind(t), TyKind::Named(_)) {
            let p = self.intern(TyKind::Pointer(t));
            self.use_iface_value(p);
        }
    }

    /// Makes all descriptors and itabs.
    pub(super) fn describe(&mut self) -> Descriptors {
        let mut all: FxHashSet<Ty> = self.used_types.clone();
        // Types that only allocations need.
        for f in self.prog.funcs.iter() {
            let FuncBody::Ir(body) = &f.body else { continue };
            for i in body.insts.iter() {
                match &i.op {
                    Op::Alloc { ty, .. }
                    | Op::Buffer { ty, .. }
                    | Op::MakeClosure { ty, .. }
                    | Op::MakeInterface { ty, .. }
                    | Op::TypeDesc(ty) => {
                        all.insert(*ty);
                    }
                    _ => {}
                }
            }
        }
        let mut list: Vec<(String, Ty)> = all.iter().map(|t| (self.link_string(*t), *t)).collect();
        list.sort();
        let mut cx = Describe { names: FxHashMap::default(), masks: FxHashMap::default() };
        let mut out = Descriptors::default();
        for (link, t) in &list {
            let full = self.used_types.contains(t);
            let (init, size) = self.descriptor(&mut cx, *t, link, full, &all);
            out.types.push((*t, init, size));
        }
        let mut links: Vec<(String, Ty)> = list
            .iter()
            .filter(|(_, t)| {
                self.used_types.contains(t)
                    && matches!(
                        self.prog.types.kind(*t),
                        TyKind::Pointer(_)
                            | TyKind::Array(..)
                            | TyKind::Chan(..)
                            | TyKind::Func(_)
                            | TyKind::Map(..)
                            | TyKind::Slice(_)
                            | TyKind::Struct(_)
                    )
            })
            .map(|(_, t)| (self.reflect_string(*t), *t))
            .collect();
        links.sort();
        out.typelinks = links.into_iter().map(|(_, t)| t).collect();
        let unreachable = self.func_by_symbol("runtime.unreachableMethod");
        for (concrete, iface) in self.prog.itabs.clone() {
            let init = self.itab(concrete, iface, unreachable);
            out.itabs.push(init);
        }
        for ((t, i), (entry, _)) in self.kept_methods.clone() {
            let m = &self.method_set(t)[i];
            self.prog.methods.insert((t, m.name, m.pkg), entry);
        }
        self.prog.small_values = Some(self.const_data(&Program::small_values_bytes(), 8));
        out
    }

    fn itab(&mut self, concrete: Ty, iface: Ty, unreachable: Option<FuncId>) -> DataInit {
        let mut b = Bytes { init: DataInit::default() };
        b.addr(0, Program::type_symbol(iface), 8);
        b.addr(8, Program::type_symbol(concrete), 8);
        b.at(16, &fnv(&self.link_string(concrete)).to_le_bytes());
        b.at(20, &[0; 4]);
        let TyKind::Interface(ms) = self.prog.types.under(iface).clone() else { return b.init };
        let set = self.method_set(concrete);
        for (n, m) in ms.iter().enumerate() {
            let i = set.iter().position(|x| x.name == m.name && x.pkg == m.pkg);
            let f = i.and_then(|i| self.kept_methods.get(&(concrete, i))).map(|k| k.0).or(unreachable);
            match f {
                Some(f) => b.addr(24 + 8 * n, Program::func_symbol(f), 8),
                None => b.at(24 + 8 * n, &1u64.to_le_bytes()),
            }
        }
        b.init
    }

    /// An `abi.Name`: flags, length, text, tag, package path.
    fn name_data(&mut self, cx: &mut Describe, name: &str, tag: &str, pkg: Option<&str>, flags: u8) -> SymbolId {
        let key = (name.to_string(), tag.to_string(), pkg.map(str::to_string), flags);
        if let Some(d) = cx.names.get(&key) {
            return Program::data_symbol(*d);
        }
        let mut bytes = vec![flags | if tag.is_empty() { 0 } else { 2 } | if pkg.is_some() { 4 } else { 0 }];
        let mut text = |s: &str| {
            go_abi::layout::pctab::write_uvarint(s.len() as u64, |b| bytes.push(b));
            bytes.extend(s.as_bytes());
        };
        text(name);
        if !tag.is_empty() {
            text(tag);
        }
        let mut init = DataInit { bytes, relocs: Vec::new() };
        if let Some(p) = pkg {
            let target = self.name_data(cx, p, "", None, 0);
            let offset = init.bytes.len() as u64;
            init.bytes.extend([0; 4]);
            init.relocs.push(DataReloc { offset, target, addend: 0, width: 4 });
        }
        let size = init.bytes.len() as u64;
        let d =
            self.prog.datas.push(Data { name: "".into(), init, size, align: 1, writable: false, has_pointers: false });
        cx.names.insert(key, d);
        Program::data_symbol(d)
    }

    fn text_name(&mut self, cx: &mut Describe, name: Symbol, tag: Symbol, embedded: bool) -> SymbolId {
        let text = self.checker.store.text(name);
        let tag = self.checker.store.text(tag);
        let flags = u8::from(is_exported(text)) | if embedded { 8 } else { 0 };
        self.name_data(cx, text, tag, None, flags)
    }

    /// Sets the bits of the pointer words of a value at `base`.
    fn pointer_words(&mut self, t: Ty, base: u64, out: &mut Vec<u8>) {
        if self.prog.types.layout(t).ptr_bytes == 0 {
            return;
        }
        let mut set = |off: u64| {
            let w = (off / 8) as usize;
            if out.len() <= w / 8 {
                out.resize(w / 8 + 1, 0);
            }
            out[w / 8] |= 1 << (w % 8);
        };
        match self.prog.types.under(t).clone() {
            TyKind::Interface(_) => {
                set(base);
                set(base + 8);
            }
            TyKind::Array(e, n) => {
                let size = self.prog.types.layout(e).size;
                for i in 0..n {
                    self.pointer_words(e, base + i * size, out);
                }
            }
            TyKind::Struct(fields) => {
                let l = self.prog.types.layout(t);
                for (f, off) in fields.iter().zip(&l.field_offsets) {
                    self.pointer_words(f.ty, base + off, out);
                }
            }
            _ => set(base),
        }
    }

    fn mask(&mut self, cx: &mut Describe, t: Ty) -> (SymbolId, bool) {
        let ptr_bytes = self.prog.types.layout(t).ptr_bytes;
        if ptr_bytes / 64 > MAX_MASK {
            let d = self.prog.datas.push(Data {
                name: "".into(),
                init: DataInit::default(),
                size: 8,
                align: 8,
                writable: true,
                has_pointers: false,
            });
            return (Program::data_symbol(d), true);
        }
        let mut bits = Vec::new();
        self.pointer_words(t, 0, &mut bits);
        // reflect and the collector read whole words.
        bits.resize(bits.len().next_multiple_of(8), 0);
        let d = match cx.masks.get(&bits) {
            Some(d) => *d,
            None => {
                let d = self.prog.datas.push(Data {
                    name: "".into(),
                    size: bits.len() as u64,
                    init: DataInit { bytes: bits.clone(), relocs: Vec::new() },
                    align: 8,
                    writable: false,
                    has_pointers: false,
                });
                cx.masks.insert(bits, d);
                d
            }
        };
        (Program::data_symbol(d), false)
    }

    fn kind_number(&self, t: Ty) -> u8 {
        match self.prog.types.under(t) {
            TyKind::Basic(b) => match b {
                Basic::Bool => 1,
                Basic::Int => 2,
                Basic::Int8 => 3,
                Basic::Int16 => 4,
                Basic::Int32 => 5,
                Basic::Int64 => 6,
                Basic::Uint => 7,
                Basic::Uint8 => 8,
                Basic::Uint16 => 9,
                Basic::Uint32 => 10,
                Basic::Uint64 => 11,
                Basic::Uintptr => 12,
                Basic::Float32 => 13,
                Basic::Float64 => 14,
                Basic::Complex64 => 15,
                Basic::Complex128 => 16,
                Basic::String => 24,
                Basic::UnsafePointer => 26,
            },
            TyKind::Array(..) => 17,
            TyKind::Chan(..) => 18,
            TyKind::Func(_) => 19,
            TyKind::Interface(_) => 20,
            TyKind::Map(..) => 21,
            TyKind::Pointer(_) => 22,
            TyKind::Slice(_) => 23,
            TyKind::Struct(_) | TyKind::Named(_) => 25,
        }
    }

    /// The package that a type's unexported names belong to.
    fn package_of(&self, t: Ty) -> Option<String> {
        match self.prog.types.kind(t) {
            TyKind::Named(_) => self.prog.types.named(t).map(|n| n.pkg_path.clone()).filter(|p| !p.is_empty()),
            TyKind::Basic(Basic::UnsafePointer) => Some("unsafe".into()),
            TyKind::Pointer(e) | TyKind::Slice(e) | TyKind::Array(e, _) | TyKind::Chan(_, e) => {
                match self.prog.types.kind(*e) {
                    TyKind::Named(_) => self.package_of(*e),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn descriptor(&mut self, cx: &mut Describe, t: Ty, link: &str, full: bool, all: &FxHashSet<Ty>) -> (DataInit, u64) {
        let l = self.prog.types.layout(t);
        let mut b = Bytes { init: DataInit::default() };
        let named = matches!(self.prog.types.kind(t), TyKind::Named(_) | TyKind::Basic(_));
        b.at(0, &l.size.to_le_bytes());
        b.at(8, &l.ptr_bytes.to_le_bytes());
        b.at(16, &fnv(link).to_le_bytes());
        let mut tflag = if named { 4 } else { 0 };
        if self.alg(t) == Alg::Memory {
            tflag |= 8;
        }
        if self.is_direct(t) {
            tflag |= 32;
        }
        b.at(21, &[l.align as u8, l.align as u8, self.kind_number(t)]);
        b.at(24, &[0; 24]);
        if l.ptr_bytes > 0 {
            let (m, on_demand) = self.mask(cx, t);
            b.addr(32, m, 8);
            if on_demand {
                tflag |= 16;
            }
        }
        if !full {
            b.at(20, &[tflag]);
            return (b.init, TYPE_SIZE as u64);
        }
        if let Some(eq) = self.equal_symbol(t) {
            b.addr(24, eq, 8);
        }
        let text = self.reflect_string(t);
        let exported = u8::from(match self.prog.types.named(t) {
            Some(n) => is_exported(&n.name),
            None => false,
        });
        let name = self.name_data(cx, &text, "", None, exported);
        b.addr(40, name, 4);
        b.at(44, &[0; 4]);
        if let Some(p) = self.prog.types.find(&TyKind::Pointer(t))
            && self.used_types.contains(&p)
            && all.contains(&p)
        {
            b.addr(44, Program::type_symbol(p), 4);
        }
        let mut end = TYPE_SIZE;
        let word = |b: &mut Bytes, off: usize, v: u64| b.at(off, &v.to_le_bytes());
        let kind = self.prog.types.under(t).clone();
        match &kind {
            TyKind::Basic(_) | TyKind::Named(_) => {}
            TyKind::Array(e, n) => {
                let s = self.intern(TyKind::Slice(*e));
                b.addr(48, Program::type_symbol(*e), 8);
                b.addr(56, Program::type_symbol(s), 8);
                word(&mut b, 64, *n);
                end = 72;
            }
            TyKind::Chan(dir, e) => {
                b.addr(48, Program::type_symbol(*e), 8);
                let d = match dir {
                    ChanDir::Recv => 1,
                    ChanDir::Send => 2,
                    ChanDir::Both => 3,
                };
                word(&mut b, 56, d);
                end = 64;
            }
            TyKind::Func(s) => {
                b.at(48, &(s.params.len() as u16).to_le_bytes());
                let outs = s.results.len() as u16 | if s.variadic { 1 << 15 } else { 0 };
                b.at(50, &outs.to_le_bytes());
                b.at(52, &[0; 4]);
                end = 56;
            }
            TyKind::Interface(_) => {
                if let Some(p) = self.package_of(t).or_else(|| self.iface_package(&kind)) {
                    let n = self.name_data(cx, &p, "", None, 0);
                    b.addr(48, n, 8);
                } else {
                    word(&mut b, 48, 0);
                }
                end = 80;
                b.at(56, &[0; 24]);
            }
            TyKind::Map(k, e) => {
                let (g, slot) = self.map_group(*k, *e);
                let hasher = self.hasher(*k);
                let slot_layout = self.prog.types.layout(slot);
                let (ks, es) = (self.prog.types.layout(*k).size, self.prog.types.layout(*e).size);
                b.addr(48, Program::type_symbol(*k), 8);
                b.addr(56, Program::type_symbol(*e), 8);
                b.addr(64, Program::type_symbol(g), 8);
                b.addr(72, Program::func_value_symbol(hasher), 8);
                word(&mut b, 80, self.prog.types.layout(g).size);
                let elem_off = slot_layout.field_offsets[1];
                let slots_off = self.prog.types.layout(g).field_offsets[1];
                word(&mut b, 88, slots_off);
                word(&mut b, 96, slot_layout.size);
                word(&mut b, 104, slots_off + elem_off);
                word(&mut b, 112, slot_layout.size);
                word(&mut b, 120, elem_off);
                let mut flags = 0u32;
                flags |= u32::from(self.needs_key_update(*k));
                flags |= u32::from(self.hash_might_panic(*k)) << 1;
                flags |= u32::from(ks > MAP_MAX_INLINE) << 2;
                flags |= u32::from(es > MAP_MAX_INLINE) << 3;
                b.at(128, &flags.to_le_bytes());
                b.at(132, &[0; 4]);
                end = 136;
            }
            TyKind::Pointer(e) | TyKind::Slice(e) => {
                b.addr(48, Program::type_symbol(*e), 8);
                end = 56;
            }
            TyKind::Struct(fields) => {
                let pkg = fields.iter().find_map(|f| f.pkg).filter(|_| true);
                match pkg.filter(|p| self.checker.store.text(*p) != "go:map") {
                    Some(p) => {
                        let p = self.pkg_symbol_text(p);
                        let n = self.name_data(cx, &p, "", None, 0);
                        b.addr(48, n, 8);
                    }
                    None => word(&mut b, 48, 0),
                }
                end = 80;
                b.at(56, &[0; 24]);
            }
        }
        // Uncommon part: package and methods, of named types and of types with methods.
        let set = if matches!(kind, TyKind::Interface(_)) { Arc::default() } else { self.method_set(t) };
        let methods = if self.live.contains(&t) { set.as_slice() } else { &[] };
        let has_uncommon = named || !methods.is_empty();
        let uncommon = end;
        if has_uncommon {
            tflag |= 1;
            b.at(end, &[0; 16]);
            if let Some(p) = self.package_of(t) {
                let n = self.name_data(cx, &p, "", None, 0);
                b.addr(end, n, 4);
            }
            end += 16;
        }
        b.at(20, &[tflag]);
        // Trailing arrays.
        let me = Program::type_symbol(t);
        match &kind {
            TyKind::Func(s) => {
                for p in s.params.iter().chain(&s.results) {
                    b.addr(end, Program::type_symbol(*p), 8);
                    end += 8;
                }
            }
            TyKind::Interface(ms) => {
                self_slice(&mut b, 56, me, end, ms.len());
                for m in ms.iter() {
                    let text = self.checker.store.text(m.name);
                    let own = self.package_of(t);
                    let pkg = m.pkg.map(|p| self.pkg_symbol_text(p)).filter(|p| Some(p) != own.as_ref());
                    let n = self.name_data(cx, text, "", pkg.as_deref(), u8::from(is_exported(text)));
                    b.addr(end, n, 4);
                    b.addr(end + 4, Program::type_symbol(m.sig), 4);
                    end += 8;
                }
            }
            TyKind::Struct(fields) => {
                self_slice(&mut b, 56, me, end, fields.len());
                for (f, off) in fields.iter().zip(&l.field_offsets) {
                    let n = self.text_name(cx, f.name, f.tag, f.embedded);
                    b.addr(end, n, 8);
                    b.addr(end + 8, Program::type_symbol(f.ty), 8);
                    word(&mut b, end + 16, *off);
                    end += 24;
                }
            }
            _ => {}
        }
        if has_uncommon {
            let exported = methods.iter().filter(|m| m.pkg.is_none()).count();
            b.at(uncommon + 4, &(methods.len() as u16).to_le_bytes());
            b.at(uncommon + 6, &(exported as u16).to_le_bytes());
            b.at(uncommon + 8, &((end - uncommon) as u32).to_le_bytes());
            for (i, m) in methods.iter().enumerate() {
                let text = self.checker.store.text(m.name);
                let own = self.package_of(t);
                let pkg = m.pkg.map(|p| self.pkg_symbol_text(p)).filter(|p| Some(p) != own.as_ref());
                let n = self.name_data(cx, text, "", pkg.as_deref(), u8::from(is_exported(text)));
                b.addr(end, n, 4);
                b.at(end + 4, &[0; 12]);
                if let Some((entry, plain)) = self.kept_methods.get(&(t, i)).copied() {
                    b.addr(end + 4, Program::type_symbol(m.sig), 4);
                    b.addr(end + 8, Program::func_symbol(entry), 4);
                    b.addr(end + 12, Program::func_symbol(plain), 4);
                }
                end += 16;
            }
        }
        (b.init, end as u64)
    }

    fn pkg_symbol_text(&self, p: Symbol) -> String {
        let text = self.checker.store.text(p);
        match self.packages.iter().find_map(|f| f.pkg.filter(|k| self.checker.store.packages[*k].path == text)) {
            Some(k) => self.symbols.package_path(self.checker, k),
            None => text.to_string(),
        }
    }

    fn iface_package(&self, kind: &TyKind) -> Option<String> {
        match kind {
            TyKind::Interface(ms) => ms.iter().find_map(|m| m.pkg).map(|p| self.pkg_symbol_text(p)),
            _ => None,
        }
    }

    fn needs_key_update(&mut self, t: Ty) -> bool {
        match self.prog.types.under(t).clone() {
            TyKind::Basic(b) => {
                matches!(b, Basic::Float32 | Basic::Float64 | Basic::Complex64 | Basic::Complex128 | Basic::String)
            }
            TyKind::Interface(_) => true,
            TyKind::Array(e, _) => self.needs_key_update(e),
            TyKind::Struct(fs) => fs.iter().any(|f| self.needs_key_update(f.ty)),
            _ => false,
        }
    }

    fn hash_might_panic(&mut self, t: Ty) -> bool {
        match self.prog.types.under(t).clone() {
            TyKind::Interface(_) => true,
            TyKind::Array(e, _) => self.hash_might_panic(e),
            TyKind::Struct(fs) => fs.iter().any(|f| self.hash_might_panic(f.ty)),
            _ => false,
        }
    }
}

struct Describe {
    names: FxHashMap<(String, String, Option<String>, u8), DataId>,
    masks: FxHashMap<Vec<u8>, DataId>,
}

/// A slice header at `off` for `n` elements at offset `at` of the same object.
fn self_slice(b: &mut Bytes, off: usize, me: SymbolId, at: usize, n: usize) {
    debug_assert_eq!(me.kind(), SymbolKind::TypeDesc);
    if n > 0 {
        b.at(off, &[0; 8]);
        b.init.relocs.push(DataReloc { offset: off as u64, target: me, addend: at as i64, width: 8 });
    }
    b.at(off + 8, &(n as u64).to_le_bytes());
    b.at(off + 16, &(n as u64).to_le_bytes());
}
