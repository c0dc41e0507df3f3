//! Parses what `print.rs` prints. For tests: the result is enough to run passes on and to print again;
//! functions and variables that are referred to exist as declarations only, field names are made up.

use super::print::needs_escape;
use crate::ir::{
    Attrs, BinOp, Block, BlockData, BoundsKind, Callee, CmpOp, FuncBody, FuncDecl, FuncId, Function, Global, GlobalId,
    Inst, InstData, Intrinsic, Op, Results, Site, Target, Terminator, UnOp, Value, ValueData, ValueDef,
};
use crate::program::Program;
use crate::ty::{Field, FuncSig, NamedInfo, NamedKey, Ty, TyKind};
use go_source::{IndexVec, Interner, Pos, Symbol};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Parses functions (and `type name = T` lines before them) into a program.
///
/// # Errors
/// A message with the line it is about.
pub fn parse(text: &str, interner: &Interner) -> Result<Program, String> {
    let mut p = Parser { prog: Program::new(), interner, named: FxHashMap::default(), line: 0 };
    let mut lines = text.lines().enumerate().peekable();
    while let Some((n, line)) = lines.next() {
        p.line = n + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        if let Some(rest) = line.strip_prefix("type ") {
            p.type_decl(rest)?;
        } else if line.starts_with("func ") {
            let mut body = Vec::new();
            for (n, l) in lines.by_ref() {
                if l.trim() == "}" {
                    break;
                }
                body.push((n + 1, l));
            }
            p.function(line, &body)?;
        } else {
            return p.fail("neither a type nor a function");
        }
    }
    p.prog.types.compute_all_layouts();
    Ok(p.prog)
}

struct Parser<'a> {
    prog: Program,
    interner: &'a Interner,
    named: FxHashMap<String, Ty>,
    line: usize,
}

/// The rest of a line.
struct Cur<'a> {
    s: &'a str,
}

impl<'a> Cur<'a> {
    fn ws(&mut self) {
        self.s = self.s.trim_start();
    }

    fn eat(&mut self, t: &str) -> bool {
        self.ws();
        match self.s.strip_prefix(t) {
            Some(r) => {
                self.s = r;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'a str {
        self.ws();
        let end = self
            .s
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | ':' | '[' | ']' | '{' | '}' | '#' | '@'))
            .unwrap_or(self.s.len());
        let (w, r) = self.s.split_at(end);
        self.s = r;
        w
    }

    /// A link name: up to a delimiter outside brackets and parentheses.
    fn name(&mut self, stop: &[char]) -> &'a str {
        self.ws();
        let mut depth = 0;
        let mut end = self.s.len();
        let whole = self.s;
        for (i, c) in whole.char_indices() {
            // `(*T).M` and `p.(*T).M` have a parenthesis that belongs to the name.
            if depth == 0 && i > 0 && stop.contains(&c) && !(c == '(' && whole[..i].ends_with('.')) {
                end = i;
                break;
            }
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                _ => {}
            }
        }
        let (w, r) = whole.split_at(end);
        self.s = r;
        w
    }
}

impl Parser<'_> {
    fn fail<T>(&self, what: impl std::fmt::Display) -> Result<T, String> {
        Err(format!("line {}: {what}", self.line))
    }

    fn type_decl(&mut self, rest: &str) -> Result<(), String> {
        let Some((name, ty)) = rest.split_once(" = ") else { return self.fail("type without definition") };
        let t = self.named_ty(name.trim());
        let u = self.ty(&mut Cur { s: ty })?;
        self.set_underlying(t, name.trim(), u);
        Ok(())
    }

    /// The type of a name as written.
    fn named_ty(&mut self, written: &str) -> Ty {
        let name = unescaped_name(written);
        if let Some(t) = self.named.get(&*name) {
            return *t;
        }
        let key = NamedKey { obj: self.named.len() as u32, args: Vec::new(), outer: Vec::new() };
        let t = self.prog.types.intern(TyKind::Named(Arc::new(key)));
        self.named.insert(name.into_owned(), t);
        self.set_underlying(t, written, Ty::INT);
        t
    }

    fn set_underlying(&mut self, t: Ty, name: &str, u: Ty) {
        let name = &*unescaped_name(name);
        let info = NamedInfo {
            underlying: Some(u),
            name: name.to_owned(),
            link_name: name.to_owned(),
            ..NamedInfo::default()
        };
        self.prog.types.set_named(t, info);
    }

    fn ty(&mut self, c: &mut Cur<'_>) -> Result<Ty, String> {
        c.ws();
        if c.eat("*") {
            let e = self.ty(c)?;
            return Ok(self.prog.types.pointer(e));
        }
        if c.eat("[]") {
            let e = self.ty(c)?;
            return Ok(self.prog.types.slice(e));
        }
        if c.eat("[") {
            let n = c.word().parse().or_else(|_| self.fail("array length"))?;
            c.eat("]");
            let e = self.ty(c)?;
            return Ok(self.prog.types.array(e, n));
        }
        if c.eat("struct{") {
            let ts = self.ty_list(c, "}")?;
            let fields: Vec<Field> = ts
                .into_iter()
                .enumerate()
                .map(|(i, ty)| Field {
                    name: self.interner.intern(&format!("f{i}")),
                    pkg: None,
                    ty,
                    embedded: false,
                    tag: Symbol::EMPTY,
                })
                .collect();
            return Ok(self.prog.types.intern(TyKind::Struct(fields.into())));
        }
        if c.eat("func(") {
            let params = self.ty_list(c, ")")?;
            let results = if c.eat("(") { self.ty_list(c, ")")? } else { Vec::new() };
            let sig = FuncSig { params, results, variadic: false };
            return Ok(self.prog.types.intern(TyKind::Func(Arc::new(sig))));
        }
        if c.eat("interface{0}") {
            return Ok(self.prog.types.intern(TyKind::Interface(Arc::from([]))));
        }
        if c.eat("map[") {
            let k = self.ty(c)?;
            c.eat("]");
            let v = self.ty(c)?;
            return Ok(self.prog.types.intern(TyKind::Map(k, v)));
        }
        if c.eat("chan ") {
            let e = self.ty(c)?;
            return Ok(self.prog.types.intern(TyKind::Chan(crate::ty::ChanDir::Both, e)));
        }
        let name = c.word();
        Ok(match name {
            "bool" => Ty::BOOL,
            "int" => Ty::INT,
            "int8" => Ty::INT8,
            "int16" => Ty::INT16,
            "int32" => Ty::INT32,
            "int64" => Ty::INT64,
            "uint" => Ty::UINT,
            "uint8" => Ty::UINT8,
            "uint16" => Ty::UINT16,
            "uint32" => Ty::UINT32,
            "uint64" => Ty::UINT64,
            "uintptr" => Ty::UINTPTR,
            "float32" => Ty::FLOAT32,
            "float64" => Ty::FLOAT64,
            "complex64" => Ty::COMPLEX64,
            "complex128" => Ty::COMPLEX128,
            "string" => Ty::STRING,
            "unsafe.Pointer" => Ty::UNSAFE_POINTER,
            "" => return self.fail("type expected"),
            n => self.named_ty(n),
        })
    }

    fn ty_list(&mut self, c: &mut Cur<'_>, end: &str) -> Result<Vec<Ty>, String> {
        let mut out = Vec::new();
        while !c.eat(end) {
            out.push(self.ty(c)?);
            if !c.eat(",") && !c.s.trim_start().starts_with(end) {
                return self.fail("list of types");
            }
        }
        Ok(out)
    }

    fn func_id(&mut self, name: &str, params: &[Ty], results: &[Ty]) -> FuncId {
        let name = &*unescaped_name(name);
        if let Some(f) = self.prog.by_name.get(name) {
            return *f;
        }
        self.prog.add_func(FuncDecl {
            name: name.into(),
            params: params.to_vec(),
            results: results.to_vec(),
            body: FuncBody::Extern,
            attrs: Attrs::default(),
        })
    }

    fn global_id(&mut self, name: &str, ty: Ty) -> GlobalId {
        let name = &*unescaped_name(name);
        if let Some((g, _)) = self.prog.globals.iter_enumerated().find(|(_, g)| &*g.name == name) {
            return g;
        }
        self.prog.globals.push(Global { name: name.into(), ty, init: Default::default() })
    }

    fn function(&mut self, head: &str, body: &[(usize, &str)]) -> Result<(), String> {
        let mut c = Cur { s: &head[5..] };
        let name = c.name(&['(']).trim().to_owned();
        c.eat("(");
        let params = self.ty_list(&mut c, ")")?;
        let results = if c.eat("(") { self.ty_list(&mut c, ")")? } else { Vec::new() };
        let flags = c.s.to_owned();
        let has = |f: &str| flags.split_whitespace().any(|w| w == f);
        let stack = flags.split_whitespace().find_map(|w| w.strip_prefix("callee_stack=")?.parse().ok());
        let attrs = Attrs {
            callee_stack: stack.unwrap_or(0),
            closure: has("closure"),
            nosplit: has("nosplit"),
            noinline: has("noinline"),
            wrapper: has("wrapper"),
            noreturn: has("noreturn"),
        };
        let id = self.func_id(&name, &params, &results);
        let mut fp = FuncParser {
            f: Function {
                id,
                params,
                results,
                blocks: IndexVec::new(),
                insts: IndexVec::new(),
                values: IndexVec::new(),
                sites: 0,
                closure_ty: None,
                recover_block: None,
                inlines: Vec::new(),
                attrs,
                pos: Pos::NONE,
            },
            values: FxHashMap::default(),
        };
        // Types of all values first: uses may come before definitions.
        let mut defined: FxHashMap<usize, Vec<Value>> = FxHashMap::default();
        for (n, l) in body {
            self.line = *n;
            let l = l.trim();
            if let Some(rest) = l.strip_prefix('b')
                && let Some((params, _)) = block_params(rest)
            {
                defined.insert(*n, self.value_decls(&mut fp, params)?);
            } else if let Some((results, _)) = l.split_once(" = ")
                && l.starts_with('v')
            {
                defined.insert(*n, self.value_decls(&mut fp, results)?);
            }
        }
        let mut current: Option<Block> = None;
        for (n, l) in body {
            self.line = *n;
            let l = l.trim();
            if l.is_empty() || l.starts_with(';') {
                continue;
            }
            if let Some(rest) = l.strip_prefix('b')
                && rest.starts_with(|c: char| c.is_ascii_digit())
                && l.contains(':')
            {
                let b = fp.f.blocks.push(BlockData::default());
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                if rest[..digits].parse() != Ok(b.0) {
                    return self.fail(format_args!("block {} expected", b.0));
                }
                let tail = match block_params(rest) {
                    Some((_, tail)) => {
                        for (k, v) in defined.remove(n).unwrap_or_default().into_iter().enumerate() {
                            fp.f.values[v].def = ValueDef::Param(b, k as u32);
                            fp.f.blocks[b].params.push(v);
                        }
                        tail
                    }
                    None => rest,
                };
                fp.f.blocks[b].cold = tail.contains("cold");
                if tail.contains("recover") {
                    fp.f.recover_block = Some(b);
                }
                current = Some(b);
                continue;
            }
            let Some(b) = current else { return self.fail("instruction outside a block") };
            if let Some(t) = self.terminator(&mut fp, l)? {
                fp.f.blocks[b].term = t;
                continue;
            }
            let text = match l.split_once(" = ") {
                Some((_, text)) if l.starts_with('v') => text,
                _ => l,
            };
            let results: Results = defined.remove(n).unwrap_or_default().into_iter().collect();
            let ty = results.first().map(|v| fp.f.values[*v].ty);
            let tys: Vec<Ty> = results.iter().map(|v| fp.f.values[*v].ty).collect();
            let op = self.op(&mut fp, text, ty, &tys)?;
            let i: Inst = fp.f.insts.push(InstData { op, results: results.clone(), pos: Pos::NONE, inl: 0 });
            for (k, v) in results.iter().enumerate() {
                fp.f.values[*v].def = ValueDef::Result(i, k as u32);
            }
            fp.f.blocks[b].insts.push(i);
        }
        self.prog.funcs[id].attrs = attrs;
        self.prog.funcs[id].body = FuncBody::Ir(Box::new(fp.f));
        Ok(())
    }

    /// `v1: T, v2: T`
    fn value_decls(&mut self, fp: &mut FuncParser, text: &str) -> Result<Vec<Value>, String> {
        let mut out = Vec::new();
        let mut c = Cur { s: text };
        while !c.s.trim().is_empty() {
            let name = c.word().to_owned();
            let number = name.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
            if !number || !c.eat(":") {
                return self.fail("value expected");
            }
            let ty = self.ty(&mut c)?;
            let v = fp.f.values.push(ValueData { ty, def: ValueDef::Param(Block(0), 0) });
            out.push(v);
            if fp.values.insert(name, v).is_some() {
                return self.fail("value defined twice");
            }
            if !c.eat(",") && !c.s.trim().is_empty() {
                return self.fail("list of values");
            }
        }
        Ok(out)
    }

    fn target(&mut self, fp: &FuncParser, c: &mut Cur<'_>) -> Result<Target, String> {
        let w = c.word();
        let Some(Ok(n)) = w.strip_prefix('b').map(str::parse) else { return self.fail("block expected") };
        let args = if c.eat("(") { self.values(fp, c, ")")? } else { Vec::new() };
        Ok(Target { block: Block(n), args: args.into() })
    }

    fn values(&mut self, fp: &FuncParser, c: &mut Cur<'_>, end: &str) -> Result<Vec<Value>, String> {
        let mut out = Vec::new();
        loop {
            if end.is_empty() && c.s.trim().is_empty() || !end.is_empty() && c.eat(end) {
                return Ok(out);
            }
            out.push(fp.value(self, c.word())?);
            c.eat(",");
        }
    }

    fn terminator(&mut self, fp: &mut FuncParser, l: &str) -> Result<Option<Terminator>, String> {
        let mut c = Cur { s: l };
        Ok(Some(match c.word() {
            "jump" => Terminator::Jump(self.target(fp, &mut c)?),
            "branch" => {
                let cond = fp.value(self, c.word())?;
                c.eat(",");
                let then = self.target(fp, &mut c)?;
                c.eat(",");
                Terminator::Branch { cond, then, els: self.target(fp, &mut c)? }
            }
            "switch" => {
                let value = fp.value(self, c.word())?;
                c.eat("[");
                let mut cases = Vec::new();
                while !c.eat("]") {
                    let n = c.word().parse().or_else(|_| self.fail("case"))?;
                    c.eat("=>");
                    cases.push((n, self.target(fp, &mut c)?));
                    c.eat(",");
                }
                c.eat(",");
                Terminator::Switch { value, cases, default: self.target(fp, &mut c)? }
            }
            "return" => Terminator::Return(self.values(fp, &mut c, "")?.into()),
            "unreachable" => Terminator::Unreachable,
            "none" => Terminator::None,
            _ => return Ok(None),
        }))
    }

    fn site(&self, fp: &mut FuncParser, c: &mut Cur<'_>) -> Result<Site, String> {
        if !c.eat("#") {
            return self.fail("site expected");
        }
        let n = c.word().parse().or_else(|_| self.fail("site"))?;
        fp.f.sites = fp.f.sites.max(n + 1);
        Ok(Site(n))
    }

    fn op(&mut self, fp: &mut FuncParser, text: &str, ty: Option<Ty>, tys: &[Ty]) -> Result<Op, String> {
        let mut c = Cur { s: text };
        let word = c.word();
        let num = |s: &Self, w: &str| w.parse::<i64>().or_else(|_| s.fail("number"));
        Ok(match word {
            "const" => Op::ConstInt(num(self, c.s.trim())?),
            "fconst" => Op::ConstFloat(c.s.trim().parse::<f64>().or_else(|_| self.fail("float"))?.to_bits()),
            "str" => {
                let quoted = c.s.trim().strip_prefix('"').and_then(|s| s.strip_suffix('"'));
                let Some(bytes) = quoted.and_then(unescape) else { return self.fail("string") };
                Op::ConstStr(self.prog.string(&bytes))
            }
            "zero" => Op::Zero,
            "func_value" => Op::FuncValue(self.func_id(c.s.trim(), &[], &[])),
            "global" => {
                let elem = match ty.map(|t| self.prog.types.under(t).clone()) {
                    Some(TyKind::Pointer(e)) => e,
                    _ => Ty::INT,
                };
                Op::GlobalAddr(self.global_id(c.s.trim(), elem))
            }
            "type_desc" => Op::TypeDesc(self.ty(&mut c)?),
            "alloc" => Op::Alloc { ty: self.ty(&mut c)?, site: self.site(fp, &mut c)? },
            "load" => Op::Load { addr: fp.value(self, c.word())? },
            "store" | "index_addr" | "ptr_add" => {
                let a = fp.value(self, c.word())?;
                c.eat(",");
                let b = fp.value(self, c.word())?;
                match word {
                    "store" => Op::Store { addr: a, value: b },
                    "ptr_add" => Op::PtrAdd { base: a, offset: b },
                    _ => {
                        let elem = match ty.map(|t| self.prog.types.under(t).clone()) {
                            Some(TyKind::Pointer(e)) => e,
                            _ => return self.fail("index_addr without pointer type"),
                        };
                        Op::IndexAddr { base: a, index: b, elem }
                    }
                }
            }
            "field_addr" => {
                let base = fp.value(self, c.word())?;
                c.eat(",");
                let field = num(self, c.word())? as u32;
                let ty = match self.prog.types.under(fp.f.values[base].ty) {
                    TyKind::Pointer(e) => *e,
                    _ => return self.fail("field_addr of no pointer"),
                };
                Op::FieldAddr { base, ty, field }
            }
            "nil_check" => Op::NilCheck { ptr: fp.value(self, c.word())? },
            "bounds_check" => {
                let kind = match c.word() {
                    "Index" => BoundsKind::Index,
                    "SliceAcap" => BoundsKind::SliceAcap,
                    "SliceAlen" => BoundsKind::SliceAlen,
                    "SliceB" => BoundsKind::SliceB,
                    "Slice3Alen" => BoundsKind::Slice3Alen,
                    "Slice3Acap" => BoundsKind::Slice3Acap,
                    "Slice3B" => BoundsKind::Slice3B,
                    "Slice3C" => BoundsKind::Slice3C,
                    "SliceConvert" => BoundsKind::SliceConvert,
                    _ => return self.fail("kind of bounds check"),
                };
                let unsigned = c.eat("unsigned");
                let index = fp.value(self, c.word())?;
                c.eat(",");
                Op::BoundsCheck { kind, unsigned, index, len: fp.value(self, c.word())? }
            }
            "compose" => Op::Compose(self.values(fp, &mut c, "")?.into()),
            "extract" => {
                let agg = fp.value(self, c.word())?;
                c.eat(",");
                Op::Extract { agg, index: num(self, c.word())? as u32 }
            }
            "convert" => Op::Convert(fp.value(self, c.word())?),
            "bitcast" => Op::Bitcast(fp.value(self, c.word())?),
            "select" => {
                let v = self.values(fp, &mut c, "")?;
                let [cond, then, els] = v[..] else { return self.fail("select") };
                Op::Select { cond, then, els }
            }
            "call" => {
                let name = c.name(&['(']).to_owned();
                c.eat("(");
                let args = self.values(fp, &mut c, ")")?;
                let params: Vec<Ty> = args.iter().map(|a| fp.f.values[*a].ty).collect();
                Op::Call { callee: Callee::Func(self.func_id(&name, &params, tys)), args }
            }
            "call_closure" => {
                let f = fp.value(self, c.word())?;
                c.eat("(");
                Op::Call { callee: Callee::Closure(f), args: self.values(fp, &mut c, ")")? }
            }
            "make_closure" => {
                let name = c.name(&[' ']).to_owned();
                c.eat("[");
                let captures = self.values(fp, &mut c, "]")?;
                let func = self.func_id(&name, &[], &[]);
                let ty = self.prog.types.intern(TyKind::Struct(Arc::from([])));
                Op::MakeClosure { func, captures, ty, site: self.site(fp, &mut c)? }
            }
            "capture" => Op::Capture(num(self, c.word())? as u32),
            "make_interface" => {
                let value = fp.value(self, c.word())?;
                c.eat(":");
                Op::MakeInterface { value, ty: self.ty(&mut c)?, site: self.site(fp, &mut c)? }
            }
            "defer_enable" => Op::DeferEnable,
            "intrinsic" => {
                let name = c.word();
                let Some(i) = TESTED_INTRINSICS.iter().find(|i| format!("{i:?}") == name) else {
                    return self.fail(format_args!("intrinsic {name}"));
                };
                c.eat("(");
                Op::Intrinsic(*i, self.values(fp, &mut c, ")")?.into())
            }
            "neg" => Op::Unary(UnOp::Neg, fp.value(self, c.word())?),
            "not" => Op::Unary(UnOp::Not, fp.value(self, c.word())?),
            "com" => Op::Unary(UnOp::Com, fp.value(self, c.word())?),
            _ => {
                let a = fp.value(self, c.word())?;
                c.eat(",");
                let b = fp.value(self, c.word())?;
                match (bin_op(word), cmp_op(word)) {
                    (Some(o), _) => Op::Binary(o, a, b),
                    (_, Some(o)) => Op::Compare(o, a, b),
                    _ => return self.fail(format_args!("operation {word}")),
                }
            }
        })
    }
}

/// Intrinsics that the text form can be parsed with.
const TESTED_INTRINSICS: &[Intrinsic] = &[
    Intrinsic::Sqrt,
    Intrinsic::Clz,
    Intrinsic::Ctz,
    Intrinsic::MemMove,
    Intrinsic::MemZero,
    Intrinsic::FramePointer,
    Intrinsic::CallerPc,
    Intrinsic::GetG,
    Intrinsic::AtomicLoad,
    Intrinsic::AtomicStore,
];

fn bin_op(w: &str) -> Option<BinOp> {
    Some(match w {
        "add" => BinOp::Add,
        "sub" => BinOp::Sub,
        "mul" => BinOp::Mul,
        "div" => BinOp::Div,
        "rem" => BinOp::Rem,
        "and" => BinOp::And,
        "or" => BinOp::Or,
        "xor" => BinOp::Xor,
        "andnot" => BinOp::AndNot,
        "shl" => BinOp::Shl,
        "shr" => BinOp::Shr,
        _ => return None,
    })
}

fn cmp_op(w: &str) -> Option<CmpOp> {
    Some(match w {
        "cmp_eq" => CmpOp::Eq,
        "cmp_ne" => CmpOp::Ne,
        "cmp_lt" => CmpOp::Lt,
        "cmp_le" => CmpOp::Le,
        "cmp_gt" => CmpOp::Gt,
        "cmp_ge" => CmpOp::Ge,
        _ => return None,
    })
}

/// The name that the printer writes as `text`. Backslashes that the printer would not write stand for themselves.
fn unescaped_name(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find('\\') {
        out.push_str(&rest[..i]);
        let after = &rest[i + 1..];
        let code = after.strip_prefix("u{").and_then(|t| t.split_once('}'));
        let char = code.and_then(|(hex, end)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, end)));
        rest = match (after.strip_prefix('\\'), char.filter(|(c, _)| needs_escape(*c))) {
            (Some(end), _) => {
                out.push('\\');
                end
            }
            (None, Some((c, end))) => {
                out.push(c);
                end
            }
            (None, None) => {
                out.push('\\');
                after
            }
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The bytes that `[u8]::escape_ascii` wrote so.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        out.push(match b {
            b'\\' => match bytes.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let mut digit = || char::from(bytes.next()?).to_digit(16);
                    (digit()? * 16 + digit()?) as u8
                }
                c @ (b'\\' | b'"' | b'\'') => c,
                _ => return None,
            },
            b => b,
        });
    }
    Some(out)
}

/// `0(params): tail` of a block's first line.
fn block_params(rest: &str) -> Option<(&str, &str)> {
    let open = rest.find('(')?;
    if !rest[..open].chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let close = rest.rfind("):")?;
    Some((&rest[open + 1..close], &rest[close + 2..]))
}

struct FuncParser {
    f: Function,
    values: FxHashMap<String, Value>,
}

impl FuncParser {
    fn value(&self, p: &Parser<'_>, name: &str) -> Result<Value, String> {
        match self.values.get(name) {
            Some(v) => Ok(*v),
            None => p.fail(format_args!("unknown value `{name}`")),
        }
    }
}
