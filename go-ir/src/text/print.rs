//! Prints functions. The form is for people; positions are left out.

use crate::ir::{Callee, Function, Op, Target, Terminator, Value};
use crate::program::Program;
use crate::ty::{Basic, Ty, TyKind, TypeTable};
use std::borrow::Cow;
use std::fmt::Write;

/// Text of a type; field and method names are left out of structs and interfaces.
#[must_use]
pub fn type_text(types: &TypeTable, t: Ty) -> String {
    let mut s = String::new();
    write_type(types, t, &mut s);
    s
}

/// A link name with what would not come back when it is parsed (control characters, blanks other than the
/// space) as `\u{…}`, and so `\` as `\\`.
pub(super) fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(|c| c == '\\' || needs_escape(c)) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            c if needs_escape(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a character of a name is written as `\u{…}`.
pub(super) fn needs_escape(c: char) -> bool {
    c.is_control() || c.is_whitespace() && c != ' '
}

fn write_list(types: &TypeTable, ts: impl Iterator<Item = Ty>, s: &mut String) {
    for (i, t) in ts.enumerate() {
        if i > 0 {
            s.push_str(", ");
        }
        write_type(types, t, s);
    }
}

fn write_type(types: &TypeTable, t: Ty, s: &mut String) {
    match types.kind(t) {
        TyKind::Basic(b) => s.push_str(basic_text(*b)),
        TyKind::Pointer(e) => {
            s.push('*');
            write_type(types, *e, s);
        }
        TyKind::Slice(e) => {
            s.push_str("[]");
            write_type(types, *e, s);
        }
        TyKind::Array(e, n) => {
            let _ = write!(s, "[{n}]");
            write_type(types, *e, s);
        }
        TyKind::Struct(fs) => {
            s.push_str("struct{");
            write_list(types, fs.iter().map(|f| f.ty), s);
            s.push('}');
        }
        TyKind::Func(sig) => {
            s.push_str("func(");
            write_list(types, sig.params.iter().copied(), s);
            s.push(')');
            if !sig.results.is_empty() {
                s.push_str(" (");
                write_list(types, sig.results.iter().copied(), s);
                s.push(')');
            }
        }
        TyKind::Interface(ms) => {
            let _ = write!(s, "interface{{{}}}", ms.len());
        }
        TyKind::Map(k, v) => {
            s.push_str("map[");
            write_type(types, *k, s);
            s.push(']');
            write_type(types, *v, s);
        }
        TyKind::Chan(_, e) => {
            s.push_str("chan ");
            write_type(types, *e, s);
        }
        TyKind::Named(_) => match types.named(t) {
            Some(n) => s.push_str(&escaped(&n.link_name)),
            None => {
                let _ = write!(s, "named{}", t.0);
            }
        },
    }
}

fn basic_text(b: Basic) -> &'static str {
    match b {
        Basic::Bool => "bool",
        Basic::Int => "int",
        Basic::Int8 => "int8",
        Basic::Int16 => "int16",
        Basic::Int32 => "int32",
        Basic::Int64 => "int64",
        Basic::Uint => "uint",
        Basic::Uint8 => "uint8",
        Basic::Uint16 => "uint16",
        Basic::Uint32 => "uint32",
        Basic::Uint64 => "uint64",
        Basic::Uintptr => "uintptr",
        Basic::Float32 => "float32",
        Basic::Float64 => "float64",
        Basic::Complex64 => "complex64",
        Basic::Complex128 => "complex128",
        Basic::String => "string",
        Basic::UnsafePointer => "unsafe.Pointer",
    }
}

fn values(vs: &[Value]) -> String {
    vs.iter().map(|v| format!("v{}", v.0)).collect::<Vec<_>>().join(", ")
}

fn target(t: &Target) -> String {
    if t.args.is_empty() { format!("b{}", t.block.0) } else { format!("b{}({})", t.block.0, values(&t.args)) }
}

/// Text of a function.
#[must_use]
pub fn function_text(prog: &Program, f: &Function) -> String {
    let types = &prog.types;
    let tt = |t: Ty| type_text(types, t);
    let mut s = String::new();
    let _ = write!(s, "func {}(", escaped(&prog.funcs[f.id].name));
    write_list(types, f.params.iter().copied(), &mut s);
    s.push(')');
    if !f.results.is_empty() {
        s.push_str(" (");
        write_list(types, f.results.iter().copied(), &mut s);
        s.push(')');
    }
    for (on, name) in [
        (f.attrs.closure, "closure"),
        (f.attrs.nosplit, "nosplit"),
        (f.attrs.noinline, "noinline"),
        (f.attrs.wrapper, "wrapper"),
        (f.attrs.noreturn, "noreturn"),
    ] {
        if on {
            let _ = write!(s, " {name}");
        }
    }
    if f.attrs.callee_stack != 0 {
        let _ = write!(s, " callee_stack={}", f.attrs.callee_stack);
    }
    s.push_str(" {\n");
    for (b, data) in f.blocks.iter_enumerated() {
        let params: Vec<String> = data.params.iter().map(|p| format!("v{}: {}", p.0, tt(f.values[*p].ty))).collect();
        let _ = write!(s, "b{}", b.0);
        if !params.is_empty() {
            let _ = write!(s, "({})", params.join(", "));
        }
        s.push(':');
        if data.cold {
            s.push_str(" cold");
        }
        if f.recover_block == Some(b) {
            s.push_str(" recover");
        }
        s.push('\n');
        for i in &data.insts {
            let inst = &f.insts[*i];
            s.push_str("  ");
            if !inst.results.is_empty() {
                let rs: Vec<String> =
                    inst.results.iter().map(|r| format!("v{}: {}", r.0, tt(f.values[*r].ty))).collect();
                let _ = write!(s, "{} = ", rs.join(", "));
            }
            s.push_str(&op_text(prog, &inst.op));
            if inst.inl != 0 {
                let _ = write!(s, " @{}", inst.inl);
            }
            s.push('\n');
        }
        let _ = writeln!(s, "  {}", term_text(&data.term));
    }
    s.push_str("}\n");
    s
}

fn term_text(t: &Terminator) -> String {
    match t {
        Terminator::None => "none".into(),
        Terminator::Jump(t) => format!("jump {}", target(t)),
        Terminator::Branch { cond, then, els } => {
            format!("branch v{}, {}, {}", cond.0, target(then), target(els))
        }
        Terminator::Switch { value, cases, default } => {
            let cs: Vec<String> = cases.iter().map(|(n, t)| format!("{n} => {}", target(t))).collect();
            format!("switch v{} [{}], {}", value.0, cs.join(", "), target(default))
        }
        Terminator::Return(vs) if vs.is_empty() => "return".into(),
        Terminator::Return(vs) => format!("return {}", values(vs)),
        Terminator::Unreachable => "unreachable".into(),
    }
}

fn op_text(prog: &Program, op: &Op) -> String {
    let tt = |t: Ty| type_text(&prog.types, t);
    let func = |f: crate::ir::FuncId| escaped(&prog.funcs[f].name).into_owned();
    match op {
        Op::ConstInt(n) => format!("const {n}"),
        Op::ConstFloat(b) => format!("fconst {:?}", f64::from_bits(*b)),
        Op::ConstStr(id) => format!("str \"{}\"", prog.strings[*id].escape_ascii()),
        Op::Zero => "zero".into(),
        Op::FuncValue(f) => format!("func_value {}", func(*f)),
        Op::GlobalAddr(g) => format!("global {}", escaped(&prog.globals[*g].name)),
        Op::DataAddr(d) => format!("data d{}", d.0),
        Op::TypeDesc(t) => format!("type_desc {}", tt(*t)),
        Op::Itab(c, i) => format!("itab {}, {}", tt(*c), tt(*i)),
        Op::SymbolAddr(n) => format!("symbol {}", escaped(n)),
        Op::Alloc { ty, site } => format!("alloc {} #{}", tt(*ty), site.0),
        Op::Buffer { ty, site } => format!("buffer {} #{}", tt(*ty), site.0),
        Op::Load { addr } => format!("load v{}", addr.0),
        Op::Store { addr, value } => format!("store v{}, v{}", addr.0, value.0),
        Op::FieldAddr { base, field, .. } => format!("field_addr v{}, {field}", base.0),
        Op::IndexAddr { base, index, .. } => format!("index_addr v{}, v{}", base.0, index.0),
        Op::PtrAdd { base, offset } => format!("ptr_add v{}, v{}", base.0, offset.0),
        Op::NilCheck { ptr } => format!("nil_check v{}", ptr.0),
        Op::BoundsCheck { kind, unsigned, index, len } => {
            let u = if *unsigned { " unsigned" } else { "" };
            format!("bounds_check {kind:?}{u} v{}, v{}", index.0, len.0)
        }
        Op::Compose(vs) => format!("compose {}", values(vs)),
        Op::Extract { agg, index } => format!("extract v{}, {index}", agg.0),
        Op::Unary(op, v) => format!("{} v{}", format!("{op:?}").to_lowercase(), v.0),
        Op::Binary(op, a, b) => format!("{} v{}, v{}", format!("{op:?}").to_lowercase(), a.0, b.0),
        Op::Compare(op, a, b) => format!("cmp_{} v{}, v{}", format!("{op:?}").to_lowercase(), a.0, b.0),
        Op::Convert(v) => format!("convert v{}", v.0),
        Op::Bitcast(v) => format!("bitcast v{}", v.0),
        Op::Select { cond, then, els } => format!("select v{}, v{}, v{}", cond.0, then.0, els.0),
        Op::Call { callee, args } => match callee {
            Callee::Func(f) => format!("call {}({})", func(*f), values(args)),
            Callee::Closure(v) => format!("call_closure v{}({})", v.0, values(args)),
            Callee::Interface { recv, method } => format!("call_iface v{}.{method}({})", recv.0, values(args)),
        },
        Op::MakeClosure { func: f, captures, site, .. } => {
            format!("make_closure {} [{}] #{}", func(*f), values(captures), site.0)
        }
        Op::Capture(n) => format!("capture {n}"),
        Op::MakeInterface { value, ty, site } => {
            format!("make_interface v{}: {} #{}", value.0, tt(*ty), site.0)
        }
        Op::DeferEnable => "defer_enable".into(),
        Op::Intrinsic(i, vs) => format!("intrinsic {i:?}({})", values(vs)),
    }
}
