//! `inline`: bodies of small functions replace their calls, callees first. Closures whose creation is
//! in sight are inlined as well. Inlined instructions remember their call for traces.
//!
//! Not inlined: recursion, functions with defers, those that look at their own frame; wrappers, apart
//! from method values.

use super::{Fuel, PassId};
use crate::build::for_each_target_mut;
use crate::ir::{
    Block, BlockData, Callee, FuncBody, FuncId, Function, Inlined, Inst, InstData, Intrinsic, Op, Results, Site,
    Target, Terminator, Value, ValueData, ValueDef,
};
use crate::order::{Graph, order};
use crate::program::Program;
use crate::ty::{Ty, TyKind};
use crate::visit;
use go_abi::runtime_fns::{RustFnKind, rust_fn};
use go_source::Pos;
use rayon::prelude::*;
use smallvec::SmallVec;

/// Cost up to which a function is inlined.
const BUDGET: u32 = 40;
/// Cost up to which a function is inlined that returns what it allocated: there the object need not be on the heap.
const CONSTRUCTOR_BUDGET: u32 = 80;
/// Cost up to which a closure is inlined where it is created and called.
const CLOSURE_BUDGET: u32 = 120;
/// A function does not grow beyond this many instructions by inlining.
const MAX_CALLER: usize = 4000;
/// Functions that are worth a thread's while.
const MIN_FUNCS: usize = 16;
/// Cost of a call in a body.
const CALL_COST: u32 = 10;

/// Functions that other stages know by name.
const NEVER: &[&str] = &[
    "runtime.deferproc",
    "runtime.deferprocat",
    "runtime.deferrangefunc",
    "runtime.deferreturn",
    "runtime.gorecover",
    "runtime.gopanic",
    "runtime.newproc",
    "runtime.newobject",
    "runtime.mallocgc",
    "runtime.growslice",
    "runtime.stringtoslicebyte",
];

/// What is known about a function as a callee; of those that were not looked at yet, that they are not inlined.
#[derive(Clone, Copy, Debug, Default)]
struct Summary {
    /// Cost of the body; `None` if it cannot be inlined.
    cost: Option<u32>,
    /// A wrapper: only the call of a method value made in sight can do without its frame.
    wrapper: bool,
    /// It returns a new object.
    constructor: bool,
}

/// Runs the pass over the program: functions that do not need each other at the same time, unless
/// applications are counted.
pub(crate) fn run(prog: &mut Program, fuel: &mut Fuel) {
    let mut calls = Graph::new();
    for f in 0..prog.funcs.len() {
        calls.push(callees(prog, f));
    }
    let order = order(&calls);
    let groups = match fuel.limit {
        None => order.waves(&calls),
        Some(_) => order.post.iter().map(|f| vec![*f]).collect(),
    };
    let mut summaries = vec![Summary::default(); prog.funcs.len()];
    for group in groups {
        let mut bodies: Vec<Box<Function>> = Vec::with_capacity(group.len());
        let mut wanted = Vec::with_capacity(group.len());
        for id in group.into_iter().map(FuncId) {
            match std::mem::replace(&mut prog.funcs[id].body, FuncBody::None) {
                FuncBody::Ir(body) => {
                    bodies.push(body);
                    wanted.push(fuel.take(PassId::Inline, id));
                }
                other => prog.funcs[id].body = other,
            }
        }
        let new: Vec<Summary> = bodies
            .par_iter_mut()
            .zip(&wanted)
            .with_min_len(MIN_FUNCS)
            .map(|(body, wanted)| {
                if *wanted {
                    inline_calls(prog, body, &summaries);
                }
                summarize(prog, body)
            })
            .collect();
        for (body, summary) in bodies.into_iter().zip(new) {
            let id = body.id;
            summaries[id.0 as usize] = summary;
            prog.funcs[id].body = FuncBody::Ir(body);
        }
    }
}

/// Functions whose bodies may be wanted in `f`.
fn callees(prog: &Program, f: usize) -> Vec<u32> {
    let mut out = Vec::new();
    if let Some(body) = prog.body(FuncId(f as u32)) {
        for data in body.blocks.iter() {
            for i in &data.insts {
                match &body.insts[*i].op {
                    Op::Call { callee: Callee::Func(c), .. } | Op::MakeClosure { func: c, .. } | Op::FuncValue(c) => {
                        out.push(c.0);
                    }
                    _ => {}
                }
            }
        }
    }
    out
}

fn summarize(prog: &Program, f: &Function) -> Summary {
    let none = Summary::default();
    let attrs = prog.funcs[f.id].attrs;
    if attrs.noinline || f.attrs.noinline || f.recover_block.is_some() {
        return none;
    }
    let name = &*prog.funcs[f.id].name;
    // What programs call in package runtime counts frames.
    let counts_frames = name.strip_prefix("runtime.").is_some_and(|n| n.starts_with(|c: char| c.is_ascii_uppercase()));
    if NEVER.contains(&name) || counts_frames {
        return none;
    }
    let mut cost = 0;
    for data in f.blocks.iter() {
        for i in &data.insts {
            cost += match &f.insts[*i].op {
                Op::DeferEnable => return none,
                Op::Intrinsic(
                    Intrinsic::CallerPc | Intrinsic::CallerSp | Intrinsic::FramePointer | Intrinsic::ClosurePtr,
                    _,
                ) => return none,
                Op::Call { callee, .. } => {
                    if let Callee::Func(c) = callee {
                        if *c == f.id {
                            return none;
                        }
                        let asm = rust_fn(&prog.funcs[*c].name).is_some_and(|r| {
                            matches!(r.kind, RustFnKind::Asm | RustFnKind::NoReturn)
                                && !r.symbol.starts_with("runtime.mem")
                                && r.symbol != "runtime.mallocgc"
                        });
                        if asm {
                            return none;
                        }
                    }
                    if data.cold { 2 } else { CALL_COST }
                }
                Op::ConstInt(_)
                | Op::ConstFloat(_)
                | Op::ConstStr(_)
                | Op::Zero
                | Op::Extract { .. }
                | Op::Compose(_)
                | Op::Bitcast(_)
                | Op::Capture(_)
                | Op::FieldAddr { .. }
                | Op::GlobalAddr(_) => 0,
                Op::MakeClosure { .. } | Op::MakeInterface { .. } => 4,
                _ => 1,
            };
        }
        cost += match &data.term {
            Terminator::Switch { cases, .. } => 2 + cases.len() as u32,
            Terminator::Branch { .. } => 1,
            _ => 0,
        };
    }
    Summary { cost: Some(cost), wrapper: f.attrs.wrapper || attrs.wrapper, constructor: is_constructor(prog, f) }
}

/// Whether a function always returns an object that it allocates, perhaps in an interface, slice or struct.
fn is_constructor(prog: &Program, f: &Function) -> bool {
    let mut returns = f.blocks.iter().filter_map(|b| match &b.term {
        Terminator::Return(vs) => Some(vs),
        _ => None,
    });
    let Some(first) = returns.next() else { return false };
    (0..first.len()).any(|k| is_new(prog, f, first[k]) && returns.clone().all(|vs| is_new(prog, f, vs[k])))
}

/// Whether a function allocates an object of the type of one of its results.
fn allocates_result(f: &Function) -> bool {
    let new = |i: &InstData| matches!(i.op, Op::Alloc { .. }) && f.results.contains(&f.values[i.results[0]].ty);
    f.insts.iter().any(new)
}

/// Whether a value is, or holds, the address of an object made here.
fn is_new(prog: &Program, f: &Function, v: Value) -> bool {
    let ValueDef::Result(i, _) = f.values[v].def else { return false };
    match &f.insts[i].op {
        Op::Alloc { .. } => true,
        Op::MakeInterface { value, ty, .. } => !prog.types.is_direct_iface(*ty) || is_new(prog, f, *value),
        Op::Bitcast(x) => is_new(prog, f, *x),
        Op::Compose(parts) => parts.iter().any(|p| is_new(prog, f, *p)),
        _ => false,
    }
}

/// Turns the call of a method of an interface value that is made in sight into a call of the function.
fn devirtualize(prog: &Program, f: &mut Function, block: Block, k: usize, repl: &Replacements) -> usize {
    let i = f.blocks[block].insts[k];
    let Op::Call { callee: Callee::Interface { recv, method }, args } = &f.insts[i].op else { return k };
    let recv = resolve(repl, *recv);
    let (concrete, data) = match made(f, repl, recv) {
        Some(Op::MakeInterface { ty, .. }) => (*ty, None),
        Some(Op::Compose(parts)) => match made(f, repl, parts[0]) {
            Some(Op::Itab(c, _)) => (*c, Some(parts[1])),
            // Another interface with the same value: whatever type it is asserted to have.
            _ => match made(f, repl, parts[1]) {
                Some(Op::Extract { agg, index: 1 }) => match made(f, repl, *agg) {
                    Some(Op::MakeInterface { ty, .. }) => (*ty, Some(parts[1])),
                    _ => return k,
                },
                _ => return k,
            },
        },
        _ => return k,
    };
    let Some(func) = prog.method_of(concrete, f.values[recv].ty, *method) else { return k };
    let Some(receiver) = prog.funcs[func].params.first().copied() else { return k };
    if !matches!(prog.types.under(receiver), TyKind::Pointer(_)) || prog.funcs[func].params.len() != args.len() + 1 {
        return k;
    }
    let args = args.clone();
    let mut at = k;
    let mut emit = |f: &mut Function, op: Op, ty: Ty| {
        let (inst, v) = f.new_inst(op, ty, i);
        f.blocks[block].insts.insert(at, inst);
        at += 1;
        v
    };
    let data = data.unwrap_or_else(|| emit(f, Op::Extract { agg: recv, index: 1 }, Ty::UNSAFE_POINTER));
    let this = emit(f, Op::Bitcast(data), receiver);
    f.insts[i].op = Op::Call { callee: Callee::Func(func), args: std::iter::once(this).chain(args).collect() };
    at
}

/// A call that is to be inlined.
struct Site1 {
    func: FuncId,
    args: Vec<Value>,
    captures: Vec<Value>,
}

impl Site1 {
    /// The value that an instruction of the callee names, if it names a captured one that is known here.
    fn captured(&self, op: &Op) -> Option<Value> {
        let Op::Capture(n) = op else { return None };
        self.captures.get(*n as usize).copied()
    }
}

/// Results of inlined calls and what replaces them; applied to the function at the end.
type Replacements = Vec<Option<Value>>;

fn resolve(repl: &Replacements, mut v: Value) -> Value {
    while let Some(Some(w)) = repl.get(v.0 as usize) {
        v = *w;
    }
    v
}

fn set_replacement(repl: &mut Replacements, v: Value, w: Value) {
    if repl.len() <= v.0 as usize {
        repl.resize(v.0 as usize + 1, None);
    }
    repl[v.0 as usize] = Some(w);
}

fn inline_calls(prog: &Program, f: &mut Function, summaries: &[Summary]) {
    // A small function that returns what it allocates stays small, so that its callers can take it in.
    let own = if allocates_result(f) { summarize(prog, f).cost } else { None };
    let mut room = own.and_then(|c| BUDGET.checked_sub(c));
    let mut size: usize = f.blocks.iter().map(|b| b.insts.len()).sum();
    let mut repl = Replacements::new();
    let mut b = 0;
    while b < f.blocks.len() {
        let mut k = 0;
        while k < f.blocks[Block(b as u32)].insts.len() {
            let block = Block(b as u32);
            let at = devirtualize(prog, f, block, k, &repl);
            let found = at != k;
            k = at;
            let i = f.blocks[block].insts[k];
            if size < MAX_CALLER
                && let Some(site) = wanted(prog, f, i, (f.blocks[block].cold, found), summaries, &repl)
                && let Some(callee) = prog.body(site.func)
                && let cost = summaries[site.func.0 as usize].cost.unwrap_or(u32::MAX)
                && room.is_none_or(|r| cost <= r)
            {
                room = room.map(|r| r - cost);
                size += callee.blocks.iter().map(|b| b.insts.len()).sum::<usize>();
                if callee.blocks.len() == 1 && matches!(callee.blocks[Block(0)].term, Terminator::Return(_)) {
                    k = splice(f, block, k, i, callee, &site, &mut repl);
                    continue;
                }
                insert(f, block, k, i, callee, &site, &mut repl);
                // The rest of the block moved to a new one, which comes later.
                break;
            }
            k += 1;
        }
        b += 1;
    }
    if !repl.is_empty() {
        super::replace_values(f, &repl);
    }
}

fn wanted(
    prog: &Program,
    f: &Function,
    i: Inst,
    (cold, found): (bool, bool),
    summaries: &[Summary],
    repl: &Replacements,
) -> Option<Site1> {
    let Op::Call { callee, args } = &f.insts[i].op else { return None };
    // Code that came from inlining was decided on where it was inlined.
    let (func, captures, budget) = match callee {
        Callee::Func(c) => (*c, Vec::new(), BUDGET),
        Callee::Closure(v) => match made(f, repl, *v)? {
            Op::MakeClosure { func, captures, .. } => (*func, captures.clone(), CLOSURE_BUDGET),
            Op::FuncValue(func) => (*func, Vec::new(), BUDGET),
            _ => return None,
        },
        Callee::Interface { .. } => return None,
    };
    if cold || func == f.id {
        return None;
    }
    let mut summary = summaries[func.0 as usize];
    if let (None, true, Some(body)) = (summary.cost, found, prog.body(func)) {
        // The order did not know of this call: the function may not have had its turn.
        summary = summarize(prog, body);
    }
    let Summary { cost: Some(cost), wrapper, constructor } = summary else { return None };
    let budget = if constructor { budget.max(CONSTRUCTOR_BUDGET) } else { budget };
    if wrapper && captures.is_empty() {
        return None;
    }
    let d = &prog.funcs[func];
    (cost <= budget && d.params.len() == args.len()).then(|| Site1 { func, args: args.clone(), captures })
}

/// What makes a func value, conversions aside.
fn made<'f>(f: &'f Function, repl: &Replacements, mut v: Value) -> Option<&'f Op> {
    loop {
        let ValueDef::Result(d, _) = f.values[resolve(repl, v)].def else { return None };
        match &f.insts[d].op {
            Op::Bitcast(x) => v = *x,
            op => return Some(op),
        }
    }
}

/// Copies of a callee's instructions get these numbers.
struct Maps {
    values: Vec<Option<Value>>,
    site_base: u32,
    inl_base: u32,
    inl: u32,
    /// Position of what a wrapper does: traces do not show it.
    hidden: Option<Pos>,
}

fn prepare(f: &mut Function, call: Inst, callee: &Function, site: &Site1) -> Maps {
    let mut values = vec![None; callee.values.len()];
    for (p, a) in callee.blocks[Block(0)].params.iter().zip(&site.args) {
        values[p.0 as usize] = Some(*a);
    }
    let (pos, parent) = (f.insts[call].pos, f.insts[call].inl);
    let hidden = callee.attrs.wrapper.then_some(pos);
    let inl_base = f.inlines.len() as u32 + u32::from(hidden.is_none());
    let inl = if hidden.is_some() { parent } else { inl_base };
    if hidden.is_none() {
        f.inlines.push(Inlined { parent, func: site.func, pos });
    }
    for x in &callee.inlines {
        let (parent, pos) = match (x.parent, hidden) {
            (0, None) => (inl, x.pos),
            (0, Some(pos)) => (inl, pos),
            (n, _) => (inl_base + n, x.pos),
        };
        f.inlines.push(Inlined { parent, func: x.func, pos });
    }
    let site_base = f.sites;
    f.sites += callee.sites;
    Maps { values, site_base, inl_base, inl, hidden }
}

/// Copies an instruction; `None` if it only names a captured value.
fn copy_inst(f: &mut Function, callee: &Function, i: Inst, m: &mut Maps, site: &Site1) -> Option<Inst> {
    let src = &callee.insts[i];
    if let Some(v) = site.captured(&src.op) {
        m.values[src.results[0].0 as usize] = Some(v);
        return None;
    }
    let mut op = src.op.clone();
    visit::map_operands(&mut op, &mut |v| m.values[v.0 as usize].unwrap_or(v));
    match &mut op {
        Op::Alloc { site, .. }
        | Op::Buffer { site, .. }
        | Op::MakeClosure { site, .. }
        | Op::MakeInterface { site, .. } => {
            *site = Site(site.0 + m.site_base);
        }
        _ => {}
    }
    let inl = if src.inl == 0 { m.inl } else { m.inl_base + src.inl };
    let pos = if src.inl == 0 { m.hidden.unwrap_or(src.pos) } else { src.pos };
    let new = f.insts.push(InstData { op, results: Results::new(), pos, inl });
    for (k, r) in src.results.iter().enumerate() {
        let v = match m.values[r.0 as usize] {
            // Numbered already (used before its copy was made, across blocks).
            Some(v) => {
                f.values[v].def = ValueDef::Result(new, k as u32);
                v
            }
            None => {
                let v = f.values.push(ValueData { ty: callee.values[*r].ty, def: ValueDef::Result(new, k as u32) });
                m.values[r.0 as usize] = Some(v);
                v
            }
        };
        f.insts[new].results.push(v);
    }
    Some(new)
}

/// Inlines a body of one block in place; index of the instruction after it.
fn splice(
    f: &mut Function,
    block: Block,
    k: usize,
    call: Inst,
    callee: &Function,
    site: &Site1,
    repl: &mut Replacements,
) -> usize {
    let mut m = prepare(f, call, callee, site);
    let mut new = Vec::new();
    for i in &callee.blocks[Block(0)].insts {
        if let Some(c) = copy_inst(f, callee, *i, &mut m, site) {
            new.push(c);
        }
    }
    let Terminator::Return(vs) = &callee.blocks[Block(0)].term else { return k + 1 };
    for (r, v) in f.insts[call].results.iter().zip(vs) {
        if let Some(w) = m.values[v.0 as usize] {
            set_replacement(repl, *r, w);
        }
    }
    let n = new.len();
    f.blocks[block].insts.splice(k..=k, new);
    k + n
}

/// Inlines a body of several blocks; the instructions after the call move to a new block.
fn insert(
    f: &mut Function,
    block: Block,
    k: usize,
    call: Inst,
    callee: &Function,
    site: &Site1,
    repl: &mut Replacements,
) {
    let mut m = prepare(f, call, callee, site);
    let cold = f.blocks[block].cold;
    // Number all values first: blocks are not in dominance order.
    for (cb, data) in callee.blocks.iter_enumerated() {
        if cb != Block(0) {
            for p in &data.params {
                m.values[p.0 as usize] = Some(f.values.push(callee.values[*p]));
            }
        }
        for i in &data.insts {
            let inst = &callee.insts[*i];
            if let Some(v) = site.captured(&inst.op) {
                m.values[inst.results[0].0 as usize] = Some(v);
                continue;
            }
            for r in &inst.results {
                m.values[r.0 as usize] = Some(f.values.push(callee.values[*r]));
            }
        }
    }
    // The values of the only return are those of the call.
    let one_return = callee.blocks.iter().filter(|b| matches!(b.term, Terminator::Return(_))).count() == 1;
    let mut returned: SmallVec<[Value; 2]> = SmallVec::new();
    let base = f.blocks.len() as u32;
    let cont = Block(base + callee.blocks.len() as u32);
    for (cb, data) in callee.blocks.iter_enumerated() {
        let nb = Block(base + cb.0);
        let mut params = Vec::new();
        if cb != Block(0) {
            for (n, p) in data.params.iter().enumerate() {
                if let Some(v) = m.values[p.0 as usize] {
                    f.values[v].def = ValueDef::Param(nb, n as u32);
                    params.push(v);
                }
            }
        }
        let mut insts = Vec::with_capacity(data.insts.len());
        for i in &data.insts {
            if let Some(c) = copy_inst(f, callee, *i, &mut m, site) {
                insts.push(c);
            }
        }
        let mut term = data.term.clone();
        visit::map_terminator(&mut term, &mut |v| m.values[v.0 as usize].unwrap_or(v));
        for_each_target_mut(&mut term, |t| t.block = Block(base + t.block.0));
        if let Terminator::Return(vs) = &term {
            let mut args: SmallVec<[Value; 2]> = vs.iter().copied().collect();
            if one_return {
                returned = std::mem::take(&mut args);
            }
            term = Terminator::Jump(Target { block: cont, args });
        }
        let got = f.blocks.push(BlockData { params, insts, term, term_pos: data.term_pos, cold: data.cold || cold });
        debug_assert_eq!(got, nb);
    }
    let mut tail = f.blocks[block].insts.split_off(k);
    tail.remove(0);
    let old_term = std::mem::replace(
        &mut f.blocks[block].term,
        Terminator::Jump(Target { block: Block(base), args: SmallVec::new() }),
    );
    let term_pos = std::mem::replace(&mut f.blocks[block].term_pos, Pos::NONE);
    f.blocks[block].term_pos = f.insts[call].pos;
    let results: Vec<Value> = f.insts[call].results.to_vec();
    let mut params = Vec::new();
    for (n, r) in results.iter().enumerate() {
        if let Some(v) = returned.get(n) {
            set_replacement(repl, *r, *v);
            continue;
        }
        let v = f.values.push(ValueData { ty: f.values[*r].ty, def: ValueDef::Param(cont, n as u32) });
        params.push(v);
        set_replacement(repl, *r, v);
    }
    f.blocks.push(BlockData { params, insts: tail, term: old_term, term_pos, cold });
}
