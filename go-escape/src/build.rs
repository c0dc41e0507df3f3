//! From a function's IR to its flow graph.
//!
//! Values that are copies of one other value (addresses of parts, conversions, loads) share its node, so
//! that only parameters, meeting points, allocation sites and results of calls are nodes of their own.
//! Integers are not followed, but for address arithmetic within one expression.

use crate::graph::{ALL_WRITTEN, Graph, LEAKED, NONE, OUTER, WRITTEN};
use crate::known::{Arg, Known};
use crate::order::made_function;
use crate::summary::Summary;
use go_abi::object::SymbolKind;
use go_ir::build::for_each_target;
use go_ir::{
    BinOp, Block, Callee, FuncBody, FuncId, Function, Inst, Intrinsic, Op, Program, Site, Terminator, Ty, TyKind, Value,
};

/// What functions may use of the rest of the program.
pub(crate) struct World<'a> {
    /// The program.
    pub(crate) prog: &'a Program,
    /// Functions known by name.
    pub(crate) known: Vec<Known>,
    /// Summaries so far.
    pub(crate) summaries: Vec<Option<Box<Summary>>>,
}

/// An allocation site in a graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SiteNode {
    /// Which.
    pub(crate) site: Site,
    /// Its instruction.
    pub(crate) inst: Inst,
    /// Where.
    pub(crate) block: Block,
    /// Position in the block.
    pub(crate) at: u32,
    /// The node of its address.
    pub(crate) node: u32,
    /// Bytes.
    pub(crate) size: u64,
    /// Something that control flow does not show refers to it until the function ends.
    pub(crate) pinned: bool,
}

/// Builder of the graph of one function; its memory is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    /// The graph.
    pub(crate) g: Graph,
    /// Node of each value.
    pub(crate) node_of: Vec<u32>,
    /// Allocation sites.
    pub(crate) sites: Vec<SiteNode>,
    /// Conversions from strings to bytes: instruction, string, result.
    pub(crate) conversions: Vec<(Inst, u32, u32)>,
    /// Parameters, captures, results.
    pub(crate) ends: Vec<u32>,
    /// Numbers of parameters, captures, results.
    pub(crate) counts: (usize, usize, usize),
    /// Blocks in reverse post-order; those only the recover block reaches come last.
    pub(crate) rpo: Vec<Block>,
    /// Position in `rpo`.
    pub(crate) order: Vec<u32>,
    /// There are edges against the order.
    pub(crate) has_loops: bool,
    statics: u32,
    succ_start: Vec<u32>,
    succs: Vec<Block>,
    nodes: Vec<u32>,
    scratch: Vec<u32>,
}

/// Whether values of a type are followed.
fn is_followed(prog: &Program, t: Ty) -> bool {
    prog.types.layout_of(t).ptr_bytes > 0
}

/// What must be assumed to be written when an address gets another type: stores to bytes count, others do not.
fn retyped(prog: &Program, from: Ty, to: Ty) -> u8 {
    let types = &prog.types;
    let bytes = |t: Ty| types.layout_of(t).size == 1;
    match (types.under(from), types.under(to)) {
        (TyKind::Pointer(e), _) if bytes(*e) => match types.under(to) {
            TyKind::Pointer(t) if bytes(*t) => 0,
            _ => WRITTEN,
        },
        // An element of an array.
        (TyKind::Pointer(a), TyKind::Pointer(t)) => match types.under(*a) {
            TyKind::Array(e, _) if types.underlying(*e) == types.underlying(*t) => 0,
            _ if types.underlying(*a) == types.underlying(*t) => 0,
            // It may hold byte slices, and be seen as something that holds others.
            _ => ALL_WRITTEN,
        },
        (TyKind::Basic(_), TyKind::Pointer(t)) if !bytes(*t) => ALL_WRITTEN,
        _ => 0,
    }
}

/// Number of captured values of a function.
pub(crate) fn capture_count(prog: &Program, f: &Function) -> usize {
    match f.closure_ty.map(|t| prog.types.under(t)) {
        Some(TyKind::Struct(fields)) => fields.len().saturating_sub(1),
        _ => 0,
    }
}

impl Builder {
    /// Builds the graph of `f`.
    pub(crate) fn build(&mut self, w: &World<'_>, f: &Function) {
        self.g.clear();
        self.sites.clear();
        self.conversions.clear();
        self.ends.clear();
        self.node_of.clear();
        self.node_of.resize(f.values.len(), NONE);
        self.statics = NONE;
        self.order_blocks(f);
        self.make_ends(w.prog, f);
        for k in 0..self.rpo.len() {
            let b = self.rpo[k];
            if b != Block(0) {
                for p in &f.blocks[b].params {
                    if is_followed(w.prog, f.values[*p].ty) {
                        self.node_of[p.0 as usize] = self.g.node();
                    }
                }
            }
        }
        for k in 0..self.rpo.len() {
            let b = self.rpo[k];
            for (at, i) in f.blocks[b].insts.iter().enumerate() {
                self.inst(w, f, b, at as u32, *i);
            }
        }
        for k in 0..self.rpo.len() {
            self.terminator(f, self.rpo[k]);
        }
    }

    fn order_blocks(&mut self, f: &Function) {
        let n = f.blocks.len();
        self.order.clear();
        self.order.resize(n, u32::MAX);
        self.rpo.clear();
        self.succ_start.clear();
        self.succs.clear();
        for b in f.blocks.iter() {
            self.succ_start.push(self.succs.len() as u32);
            for_each_target(&b.term, |t| self.succs.push(t.block));
        }
        self.succ_start.push(self.succs.len() as u32);
        // `order` is 0 for blocks that were seen.
        let mut stack: Vec<(Block, u32)> = Vec::new();
        for root in [Some(Block(0)), f.recover_block].into_iter().flatten() {
            if std::mem::replace(&mut self.order[root.0 as usize], 0) == 0 {
                continue;
            }
            let from = self.rpo.len();
            stack.push((root, self.succ_start[root.0 as usize]));
            while let Some((b, k)) = stack.last_mut() {
                if *k == self.succ_start[b.0 as usize + 1] {
                    self.rpo.push(*b);
                    stack.pop();
                    continue;
                }
                let s = self.succs[*k as usize];
                *k += 1;
                if std::mem::replace(&mut self.order[s.0 as usize], 0) != 0 {
                    stack.push((s, self.succ_start[s.0 as usize]));
                }
            }
            self.rpo[from..].reverse();
        }
        for (k, b) in self.rpo.iter().enumerate() {
            self.order[b.0 as usize] = k as u32;
        }
        self.has_loops = self.rpo.iter().any(|b| {
            let here = self.order[b.0 as usize];
            let (from, to) = (self.succ_start[b.0 as usize], self.succ_start[b.0 as usize + 1]);
            self.succs[from as usize..to as usize].iter().any(|s| self.order[s.0 as usize] <= here)
        });
    }

    fn make_ends(&mut self, prog: &Program, f: &Function) {
        let captures = capture_count(prog, f);
        self.counts = (f.params.len(), captures, f.results.len());
        for p in &f.blocks[Block(0)].params {
            let n = self.input(is_followed(prog, f.values[*p].ty));
            self.node_of[p.0 as usize] = n;
        }
        let fields = match f.closure_ty.map(|t| prog.types.under(t)) {
            Some(TyKind::Struct(fields)) => &fields[..],
            _ => &[],
        };
        for k in 0..captures {
            self.input(is_followed(prog, fields[k + 1].ty));
        }
        for t in &f.results {
            let n = if is_followed(prog, *t) { self.g.node() } else { NONE };
            if n != NONE {
                self.g.mark(n, OUTER);
            }
            self.ends.push(n);
        }
    }

    /// A parameter or captured value.
    fn input(&mut self, followed: bool) -> u32 {
        let n = if followed { self.g.node() } else { NONE };
        if n != NONE {
            let c = self.g.cell_of(n);
            self.g.mark(c, OUTER);
        }
        self.ends.push(n);
        n
    }

    fn of(&self, v: Value) -> u32 {
        self.node_of[v.0 as usize]
    }

    fn set(&mut self, i: &go_ir::InstData, n: u32) {
        if let Some(r) = i.results.first() {
            self.node_of[r.0 as usize] = n;
        }
    }

    /// Marks a node as leaking.
    fn leak(&mut self, n: u32) {
        if n != NONE {
            self.g.mark(n, LEAKED);
        }
    }

    /// Bytes are written at an address.
    fn write(&mut self, addr: Value) {
        let n = self.of(addr);
        if n != NONE {
            self.g.mark(n, WRITTEN);
        }
    }

    /// Address of a variable with static place.
    fn static_addr(&mut self) -> u32 {
        if self.statics == NONE {
            self.statics = self.g.unknown();
        }
        self.statics
    }

    /// Contents of what an address points to; for an address that is not followed, unknown memory.
    fn cell(&mut self, addr: Value) -> u32 {
        let n = match self.of(addr) {
            NONE => self.static_addr(),
            n => n,
        };
        self.g.cell_of(n)
    }

    fn store(&mut self, f: &Function, addr: Value, value: Value) {
        let v = self.of(value);
        if v == NONE || f.values[value].ty == Ty::UINTPTR {
            return;
        }
        let c = self.cell(addr);
        self.g.flow(v, c);
    }

    fn join(&mut self, vs: &[Value]) -> u32 {
        let mut first = NONE;
        let mut made = NONE;
        for v in vs {
            let n = self.of(*v);
            if n == NONE || n == first {
                continue;
            }
            if first == NONE {
                first = n;
                continue;
            }
            if made == NONE {
                made = self.g.node();
                self.g.flow(first, made);
            }
            self.g.flow(n, made);
        }
        if made == NONE { first } else { made }
    }

    fn site(&mut self, w: &World<'_>, site: Site, ty: Ty, inst: Inst, block: Block, at: u32) -> u32 {
        let node = self.g.node();
        let size = w.prog.types.layout_of(ty).size;
        self.sites.push(SiteNode { site, inst, block, at, node, size, pinned: false });
        node
    }

    fn inst(&mut self, w: &World<'_>, f: &Function, block: Block, at: u32, i: Inst) {
        let data = &f.insts[i];
        match &data.op {
            Op::ConstInt(_)
            | Op::ConstFloat(_)
            | Op::ConstStr(_)
            | Op::Zero
            | Op::FuncValue(_)
            | Op::TypeDesc(_)
            | Op::Itab(..)
            | Op::NilCheck { .. }
            | Op::BoundsCheck { .. }
            | Op::Unary(..)
            | Op::Compare(..)
            | Op::Convert(_)
            | Op::DeferEnable => {}
            Op::GlobalAddr(_) | Op::SymbolAddr(_) => {
                let n = self.static_addr();
                self.set(data, n);
            }
            Op::DataAddr(d) => {
                // Nothing is stored in constants; those that point at most to bytes lead nowhere.
                let d = &w.prog.datas[*d];
                let constant = !d.writable && d.init.relocs.iter().all(|r| r.target.kind() == SymbolKind::Str);
                if !constant {
                    let n = self.static_addr();
                    self.set(data, n);
                }
            }
            Op::Alloc { ty, site } | Op::Buffer { ty, site } => {
                let n = self.site(w, *site, *ty, i, block, at);
                self.set(data, n);
            }
            Op::Load { addr } => {
                if is_followed(w.prog, f.values[data.results[0]].ty) {
                    let n = self.cell(*addr);
                    self.set(data, n);
                }
            }
            Op::Store { addr, value } => {
                // Stores of other sizes go through a conversion of the address.
                if w.prog.types.layout_of(f.values[*value].ty).size == 1 {
                    self.write(*addr);
                }
                self.store(f, *addr, *value);
            }
            Op::FieldAddr { base: x, .. } | Op::IndexAddr { base: x, .. } => {
                let n = match self.of(*x) {
                    NONE => self.static_addr(),
                    n => n,
                };
                self.set(data, n);
            }
            Op::PtrAdd { base, offset } => {
                let n = match self.join(&[*base, *offset]) {
                    NONE => self.static_addr(),
                    n => n,
                };
                self.set(data, n);
            }
            Op::Compose(xs) => {
                // The first word of an interface points to a descriptor, which lives forever.
                let is_iface = matches!(w.prog.types.under(f.values[data.results[0]].ty), TyKind::Interface(_));
                let n = if is_iface { self.of(xs[1]) } else { self.join(xs) };
                self.set(data, n);
            }
            Op::Extract { agg, index } => {
                let is_iface = matches!(w.prog.types.under(f.values[*agg].ty), TyKind::Interface(_));
                if is_followed(w.prog, f.values[data.results[0]].ty) && !(is_iface && *index == 0) {
                    let n = self.of(*agg);
                    self.set(data, n);
                }
            }
            Op::Binary(op, x, y) => {
                if f.values[data.results[0]].ty == Ty::UINTPTR {
                    let n = match op {
                        BinOp::Add | BinOp::Or => self.join(&[*x, *y]),
                        BinOp::Sub | BinOp::And | BinOp::AndNot => self.of(*x),
                        BinOp::Mul | BinOp::Div | BinOp::Rem | BinOp::Xor | BinOp::Shl | BinOp::Shr => NONE,
                    };
                    self.set(data, n);
                }
            }
            Op::Bitcast(x) => {
                let mut n = self.of(*x);
                if n != NONE {
                    let marks = retyped(w.prog, f.values[*x].ty, f.values[data.results[0]].ty);
                    self.g.mark(n, marks);
                }
                if n == NONE
                    && is_followed(w.prog, f.values[data.results[0]].ty)
                    && !is_followed(w.prog, f.values[*x].ty)
                {
                    // An address made of an integer.
                    n = self.static_addr();
                }
                self.set(data, n);
            }
            Op::Select { then, els, .. } => {
                let n = self.join(&[*then, *els]);
                self.set(data, n);
            }
            Op::Call { callee, args } => self.call(w, f, i, callee, args),
            Op::MakeClosure { func, captures, ty, site } => {
                let n = self.site(w, *site, *ty, i, block, at);
                self.set(data, n);
                for c in captures {
                    let v = self.of(*c);
                    if v != NONE {
                        let cell = self.g.cell_of(n);
                        self.g.flow(v, cell);
                    }
                }
                self.closure_effect(w, *func, captures);
            }
            Op::Capture(n) => {
                let n = self.ends.get(self.counts.0 + *n as usize).copied().unwrap_or(NONE);
                self.set(data, n);
            }
            Op::MakeInterface { value, ty, site } => {
                let l = w.prog.types.layout_of(*ty);
                let v = self.of(*value);
                if l.size == 8 && l.ptr_bytes == 8 {
                    self.set(data, v);
                } else if l.size > 0 {
                    let n = self.site(w, *site, *ty, i, block, at);
                    self.set(data, n);
                    if v != NONE {
                        let cell = self.g.cell_of(n);
                        self.g.flow(v, cell);
                    }
                }
            }
            Op::Intrinsic(which, args) => self.intrinsic(w, f, i, *which, args),
        }
    }

    fn intrinsic(&mut self, w: &World<'_>, f: &Function, i: Inst, which: Intrinsic, args: &[Value]) {
        let data = &f.insts[i];
        let loads = data.results.first().is_some_and(|r| is_followed(w.prog, f.values[*r].ty));
        match which {
            Intrinsic::AtomicLoad => {
                if loads {
                    let n = self.cell(args[0]);
                    self.set(data, n);
                }
            }
            Intrinsic::AtomicStore => self.store(f, args[0], args[1]),
            Intrinsic::AtomicXchg => {
                self.store(f, args[0], args[1]);
                if loads {
                    let n = self.cell(args[0]);
                    self.set(data, n);
                }
            }
            Intrinsic::AtomicCas => self.store(f, args[0], args[2]),
            Intrinsic::MemMove => {
                self.write(args[0]);
                self.move_memory(args[0], args[1]);
            }
            Intrinsic::MemZero => self.write(args[0]),
            Intrinsic::GetG | Intrinsic::ClosurePtr => {
                let n = self.static_addr();
                self.set(data, n);
            }
            Intrinsic::AtomicAdd
            | Intrinsic::AtomicAnd
            | Intrinsic::AtomicOr
            | Intrinsic::Sqrt
            | Intrinsic::Floor
            | Intrinsic::Ceil
            | Intrinsic::Trunc
            | Intrinsic::RoundToEven
            | Intrinsic::Abs
            | Intrinsic::Copysign
            | Intrinsic::Fma
            | Intrinsic::FloatMin
            | Intrinsic::FloatMax
            | Intrinsic::Clz
            | Intrinsic::Ctz
            | Intrinsic::Popcnt
            | Intrinsic::Bswap
            | Intrinsic::BitRev
            | Intrinsic::Rotl
            | Intrinsic::MulHiLo
            | Intrinsic::AddCarry
            | Intrinsic::SubBorrow
            | Intrinsic::Div128
            | Intrinsic::CallerPc
            | Intrinsic::CallerSp
            | Intrinsic::FramePointer
            | Intrinsic::Prefetch
            | Intrinsic::Pause
            | Intrinsic::KeepAlive
            | Intrinsic::Fence
            | Intrinsic::FuncPc => {}
        }
    }

    /// Copies memory; pointers to elements without pointers still may stand for any memory.
    fn move_memory(&mut self, to: Value, from: Value) {
        let (t, s) = (self.of(to), self.of(from));
        if s == NONE || t == s {
            return;
        }
        let t = if t == NONE { self.static_addr() } else { t };
        self.g.copy_contents(s, t);
    }

    fn call(&mut self, w: &World<'_>, f: &Function, i: Inst, callee: &Callee, args: &[Value]) {
        match callee {
            Callee::Func(id) => match w.known[id.0 as usize] {
                Known::No => match (&w.prog.funcs[*id].body, &w.summaries[id.0 as usize]) {
                    (FuncBody::Ir(_), Some(s)) => self.apply(w, f, i, s, args, &[]),
                    _ => self.unknown_call(w, f, i, args),
                },
                Known::MemMove => {
                    self.write(args[0]);
                    self.move_memory(args[0], args[1]);
                }
                Known::ToBytes => {
                    self.known_call(w, f, i, &[Arg::Result, Arg::Safe], args);
                    let bytes = self.of(f.insts[i].results[0]);
                    self.conversions.push((i, self.of(args[1]), bytes));
                }
                Known::DeferProc => {
                    let d = self.of(args[0]);
                    self.store(f, args[0], args[1]);
                    for s in &mut self.sites {
                        s.pinned |= s.node == d;
                    }
                }
                Known::MapIter => self.store(f, args[2], args[1]),
                Known::Args(what) => self.known_call(w, f, i, what, args),
            },
            Callee::Closure(v) => {
                if let Some((id, captures)) = made_function(f, *v)
                    && w.known[id.0 as usize] == Known::No
                    && let Some(s) = &w.summaries[id.0 as usize]
                    && captures.len() == s.captures as usize
                {
                    self.apply(w, f, i, s, args, captures);
                    return;
                }
                self.unknown_call(w, f, i, args);
            }
            Callee::Interface { recv, .. } => {
                let n = self.of(*recv);
                self.leak(n);
                self.unknown_call(w, f, i, args);
            }
        }
    }

    fn unknown_results(&mut self, w: &World<'_>, f: &Function, i: Inst) {
        for r in &f.insts[i].results {
            if is_followed(w.prog, f.values[*r].ty) {
                self.node_of[r.0 as usize] = self.g.unknown();
            }
        }
    }

    fn unknown_call(&mut self, w: &World<'_>, f: &Function, i: Inst, args: &[Value]) {
        for a in args {
            if f.values[*a].ty != Ty::UINTPTR {
                let n = self.of(*a);
                self.leak(n);
            }
        }
        self.unknown_results(w, f, i);
    }

    fn known_call(&mut self, w: &World<'_>, f: &Function, i: Inst, what: &[Arg], args: &[Value]) {
        self.unknown_results(w, f, i);
        for (k, a) in args.iter().enumerate() {
            let n = self.of(*a);
            if n == NONE || f.values[*a].ty == Ty::UINTPTR {
                continue;
            }
            let arg = what.get(k).or(what.last()).copied().unwrap_or(Arg::Leak);
            match arg {
                Arg::Safe => {}
                Arg::Write => self.g.mark(n, ALL_WRITTEN),
                Arg::Leak => self.leak(n),
                Arg::Content => {
                    let c = self.g.cell_of(n);
                    self.leak(c);
                }
                Arg::Deep => {
                    let c = self.g.cell_of(n);
                    self.g.mark(c, ALL_WRITTEN);
                    let c = self.g.cell_of(c);
                    self.leak(c);
                }
                Arg::Result | Arg::Element => {
                    let n = if arg == Arg::Element { self.g.cell_of(n) } else { n };
                    if let Some(r) = f.insts[i].results.first() {
                        let r = self.of(*r);
                        if r != NONE {
                            self.g.flow(n, r);
                        }
                    }
                }
            }
        }
    }

    fn apply(&mut self, w: &World<'_>, f: &Function, i: Inst, s: &Summary, args: &[Value], captures: &[Value]) {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.clear();
        if args.len() != s.params as usize {
            self.nodes = nodes;
            self.unknown_call(w, f, i, args);
            return;
        }
        nodes.extend(args.iter().map(|a| self.of(*a)));
        nodes.extend(captures.iter().map(|a| self.of(*a)));
        // A plain function called through a summary with captures: those are unknown.
        nodes.resize(s.first_result(), NONE);
        for r in &f.insts[i].results {
            let n = if is_followed(w.prog, f.values[*r].ty) { self.g.node() } else { NONE };
            self.node_of[r.0 as usize] = n;
            nodes.push(n);
        }
        nodes.resize(s.first_result() + s.results as usize, NONE);
        s.apply(&mut self.g, &nodes, &mut self.scratch);
        self.nodes = nodes;
    }

    /// What a closure may do to its captures, whoever calls it: its arguments are unknown (and escaped),
    /// its results are known to unknown code.
    fn closure_effect(&mut self, w: &World<'_>, func: FuncId, captures: &[Value]) {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.clear();
        match &w.summaries[func.0 as usize] {
            Some(s) if s.captures as usize == captures.len() && w.known[func.0 as usize] == Known::No => {
                for _ in 0..s.params {
                    nodes.push(self.g.unknown());
                }
                nodes.extend(captures.iter().map(|a| self.of(*a)));
                for _ in 0..s.results {
                    let r = self.g.node();
                    self.g.mark(r, LEAKED);
                    nodes.push(r);
                }
                s.apply(&mut self.g, &nodes, &mut self.scratch);
            }
            _ => {
                for c in captures {
                    let n = self.of(*c);
                    self.leak(n);
                }
            }
        }
        self.nodes = nodes;
    }

    fn terminator(&mut self, f: &Function, b: Block) {
        let term = &f.blocks[b].term;
        if let Terminator::Return(vs) = term {
            for (k, v) in vs.iter().enumerate() {
                let (n, r) = (self.of(*v), self.ends[self.counts.0 + self.counts.1 + k]);
                if n != NONE && r != NONE {
                    self.g.flow(n, r);
                }
            }
        }
        for_each_target(term, |t| {
            for (a, p) in t.args.iter().zip(&f.blocks[t.block].params) {
                let (n, p) = (self.of(*a), self.of(*p));
                if n != NONE && p != NONE {
                    self.g.flow(n, p);
                }
            }
        });
    }
}
