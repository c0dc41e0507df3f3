//! Passes over the IR: the table of passes, their order, and what they share.
//!
//! A pass rewrites one function and asks for nothing but types and other functions' declarations;
//! inlining alone reads other bodies. The order is data ([`PIPELINE`]); passes can be switched off by
//! name, and [`Options::limit`] stops after so many applications, to bisect a miscompilation.

pub mod buffers;
pub mod dce;
pub mod dom;
pub mod gvn;
pub mod inline;
pub mod lift;
pub mod simplify;

use crate::compact::compact;
use crate::ir::{FuncBody, FuncId, Function, Value};
use crate::program::Program;
use crate::ty::TypeTable;
use crate::visit;
use rayon::prelude::*;

/// Whether a pass changed the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    /// No.
    No,
    /// Yes.
    Yes,
}

/// What passes may look at.
#[derive(Debug)]
pub struct PassCx<'a> {
    /// Types; all layouts are computed.
    pub types: &'a TypeTable,
    /// Lengths of string constants.
    pub string_lens: &'a [usize],
}

/// The passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named after their modules")]
pub enum PassId {
    Lift,
    Simplify,
    Gvn,
    Dce,
    Inline,
}

impl PassId {
    /// All passes.
    pub const ALL: [PassId; 5] = [PassId::Lift, PassId::Simplify, PassId::Gvn, PassId::Dce, PassId::Inline];

    /// Name for options and listings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            PassId::Lift => "lift",
            PassId::Simplify => "simplify",
            PassId::Gvn => "gvn",
            PassId::Dce => "dce",
            PassId::Inline => "inline",
        }
    }

    /// The pass with a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<PassId> {
        PassId::ALL.into_iter().find(|p| p.name() == name)
    }

    fn run(self, cx: &PassCx<'_>, f: &mut Function) -> Changed {
        match self {
            PassId::Lift => lift::run(cx, f),
            PassId::Simplify => simplify::run(cx, f),
            PassId::Gvn => gvn::run(cx, f),
            PassId::Dce => dce::run(cx, f),
            PassId::Inline => Changed::No,
        }
    }
}

/// One step of the pipeline and why it stands there.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which pass.
    pub pass: PassId,
    /// Why here.
    pub why: &'static str,
}

/// The order of passes.
pub const PIPELINE: &[Step] = &[
    Step { pass: PassId::Lift, why: "everything else works on values" },
    Step { pass: PassId::Simplify, why: "small bodies are measured for inlining" },
    Step { pass: PassId::Dce, why: "small bodies are measured for inlining" },
    Step { pass: PassId::Inline, why: "bodies are as small as they get by themselves" },
    Step { pass: PassId::Dce, why: "closures that were inlined everywhere keep no variable in memory" },
    Step { pass: PassId::Lift, why: "variables whose address went to an inlined function" },
    Step { pass: PassId::Simplify, why: "constants and checks of inlined code" },
    Step { pass: PassId::Gvn, why: "equal values make checks redundant" },
    Step { pass: PassId::Simplify, why: "branches that became constant" },
    Step { pass: PassId::Dce, why: "leaves only what has an effect" },
];

/// Which passes run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Passes that are switched off.
    pub disabled: Vec<PassId>,
    /// Stop after so many applications of a pass to a function (`GORC_OPT_LIMIT`).
    pub limit: Option<u64>,
    /// Check each function after each pass that changed it.
    pub verify: Verify,
}

impl Options {
    fn enabled(&self) -> impl Iterator<Item = PassId> + '_ {
        PIPELINE.iter().map(|s| s.pass).filter(|p| !self.disabled.contains(p))
    }

    /// Whether passes are applied one by one, in order of the functions' names.
    fn one_by_one(&self) -> bool {
        self.limit.is_some() || self.verify == Verify::On
    }
}

/// The passes before inlining, which a body can go through as soon as it is lowered.
#[derive(Clone, Debug)]
pub struct Early {
    group: Vec<PassId>,
}

impl Early {
    /// Those of a pipeline with these options, unless they are to be applied one by one.
    pub fn of(options: &Options) -> Option<Early> {
        let group = options.enabled().take_while(|p| *p != PassId::Inline).collect();
        (!options.one_by_one()).then_some(Early { group })
    }

    /// Runs them.
    pub fn run(&self, cx: &PassCx<'_>, f: &mut Function) {
        for p in &self.group {
            p.run(cx, f);
        }
        compact(f);
    }
}

/// Whether functions are verified between passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Verify {
    /// No.
    #[default]
    Off,
    /// Yes; what is wrong is returned by [`run`].
    On,
}

/// What [`run`] has to tell.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The verifier's complaints (none when verification is off).
    pub complaints: Vec<String>,
    /// Applications of a pass to a function; counted only if there is a limit.
    pub applied: u64,
    /// The last of them, if the limit stopped the others.
    pub last: Option<(PassId, FuncId)>,
}

/// Counts applications of passes to functions, if there is a limit, and says when it is reached.
/// Their order must not depend on anything but the program.
#[derive(Debug)]
pub(crate) struct Fuel {
    limit: Option<u64>,
    applied: u64,
    last: Option<(PassId, FuncId)>,
    stopped: bool,
}

impl Fuel {
    /// Whether `pass` may be applied to `f`; uses up one application.
    pub(crate) fn take(&mut self, pass: PassId, f: FuncId) -> bool {
        match self.limit {
            None => true,
            Some(n) if self.applied == n => {
                self.stopped = true;
                false
            }
            Some(_) => {
                self.applied += 1;
                self.last = Some((pass, f));
                true
            }
        }
    }
}

/// Runs the pipeline over all functions with a body; the part before inlining only if that was not done yet
/// ([`Program::passed_early`]).
pub fn run(prog: &mut Program, options: &Options) -> Report {
    prog.types.compute_all_layouts();
    let lens: Vec<usize> = prog.strings.iter().map(|s| s.len()).collect();
    let mut fuel = Fuel { limit: options.limit, applied: 0, last: None, stopped: false };
    let mut complaints = Vec::new();
    let mut group: Vec<PassId> = Vec::new();
    let mut is_early = true;
    for pass in options.enabled().map(Some).chain(std::iter::once(None)) {
        match pass {
            Some(p) if p != PassId::Inline => group.push(p),
            _ => {
                if !(is_early && prog.passed_early) {
                    run_group(prog, &group, &lens, &mut fuel, options, &mut complaints);
                }
                is_early = false;
                group.clear();
                if pass.is_some() {
                    inline::run(prog, &mut fuel);
                    if options.verify == Verify::On {
                        for i in 0..prog.funcs.len() {
                            check(prog, FuncId(i as u32), PassId::Inline, &mut complaints);
                        }
                    }
                }
            }
        }
    }
    Report { complaints, applied: fuel.applied, last: fuel.last.filter(|_| fuel.stopped) }
}

/// Runs passes that look at one function at a time; in parallel unless applications are counted or
/// functions verified.
fn run_group(
    prog: &mut Program,
    group: &[PassId],
    lens: &[usize],
    fuel: &mut Fuel,
    options: &Options,
    complaints: &mut Vec<String>,
) {
    if !options.one_by_one() {
        let mut bodies: Vec<Option<Box<Function>>> = prog
            .funcs
            .iter_mut()
            .map(|f| match std::mem::replace(&mut f.body, FuncBody::None) {
                FuncBody::Ir(b) => Some(b),
                other => {
                    f.body = other;
                    None
                }
            })
            .collect();
        let cx = PassCx { types: &prog.types, string_lens: lens };
        bodies.par_iter_mut().with_min_len(16).flatten().for_each(|f| {
            for p in group {
                p.run(&cx, f);
            }
            compact(f);
        });
        for (f, b) in prog.funcs.iter_mut().zip(bodies) {
            if let Some(b) = b {
                f.body = FuncBody::Ir(b);
            }
        }
        return;
    }
    // By name: numbers may depend on how lowering went about its work.
    let mut order: Vec<FuncId> = prog.funcs.ids().collect();
    order.sort_by(|a, b| prog.funcs[*a].name.cmp(&prog.funcs[*b].name));
    for p in group {
        for id in order.iter().copied() {
            let mut body = std::mem::replace(&mut prog.funcs[id].body, FuncBody::None);
            let mut changed = Changed::No;
            if let FuncBody::Ir(f) = &mut body
                && fuel.take(*p, id)
            {
                changed = p.run(&PassCx { types: &prog.types, string_lens: lens }, f);
            }
            prog.funcs[id].body = body;
            if changed == Changed::Yes && options.verify == Verify::On {
                check(prog, id, *p, complaints);
            }
        }
    }
}

fn check(prog: &Program, id: FuncId, pass: PassId, out: &mut Vec<String>) {
    if let Some(f) = prog.body(id) {
        out.extend(crate::verify::verify(prog, f).into_iter().map(|m| format!("after {}: {m}", pass.name())));
    }
}

/// Replaces values by others everywhere; chains are followed.
pub(crate) fn replace_values(f: &mut Function, repl: &[Option<Value>]) {
    let resolve = |mut v: Value| {
        while let Some(Some(w)) = repl.get(v.0 as usize) {
            if *w == v {
                break;
            }
            v = *w;
        }
        v
    };
    for b in 0..f.blocks.len() {
        let b = crate::ir::Block(b as u32);
        for k in 0..f.blocks[b].insts.len() {
            let i = f.blocks[b].insts[k];
            visit::map_operands(&mut f.insts[i].op, &mut |v| resolve(v));
        }
        visit::map_terminator(&mut f.blocks[b].term, &mut |v| resolve(v));
    }
}

/// Whether an operation has no effect but its result (it may still be expensive, or allocate).
#[must_use]
pub fn is_pure(op: &crate::ir::Op) -> bool {
    use crate::ir::{Intrinsic as I, Op};
    match op {
        Op::Store { .. }
        | Op::Load { .. }
        | Op::NilCheck { .. }
        | Op::BoundsCheck { .. }
        | Op::Call { .. }
        | Op::DeferEnable => false,
        Op::Intrinsic(i, _) => matches!(
            i,
            I::Sqrt
                | I::Floor
                | I::Ceil
                | I::Trunc
                | I::RoundToEven
                | I::Abs
                | I::Copysign
                | I::Fma
                | I::FloatMin
                | I::FloatMax
                | I::Clz
                | I::Ctz
                | I::Popcnt
                | I::Bswap
                | I::BitRev
                | I::Rotl
                | I::MulHiLo
                | I::AddCarry
                | I::SubBorrow
                | I::FuncPc
                | I::GetG
                | I::FramePointer
        ),
        _ => true,
    }
}
