//! The rules of the IR; code that breaks one is a bug of lowering or of a pass.
//!
//! - Every reachable block ends in a terminator; targets exist; arguments fit the parameters.
//! - Each use of a value is dominated by its definition. The recover block counts as reached from the
//!   end of the entry block.
//! - Operand types: loads and stores through pointers to their type (or `unsafe.Pointer`); `Compose`
//!   and `Extract` fit the type's parts; both sides of arithmetic and comparisons agree (but shift
//!   counts); calls and returns fit their signatures; conditions are bools.

use crate::build::for_each_target;
use crate::ir::{BinOp, Block, Callee, Function, Inst, Op, Terminator, Value, ValueDef};
use crate::passes::dom::Cfg;
use crate::program::Program;
use crate::ty::{Basic, Ty, TyKind};
use crate::visit;

/// Number of parts of an aggregate type for `Compose`; `None` if it has none.
#[must_use]
pub fn part_types(prog: &Program, t: Ty) -> Option<Vec<Ty>> {
    let types = &prog.types;
    Some(match types.under(t) {
        TyKind::Struct(fs) => fs.iter().map(|f| f.ty).collect(),
        TyKind::Array(e, n) if *n <= 64 => vec![*e; *n as usize],
        TyKind::Slice(_) => vec![Ty::UNSAFE_POINTER, Ty::INT, Ty::INT],
        TyKind::Interface(_) => vec![Ty::UNSAFE_POINTER, Ty::UNSAFE_POINTER],
        TyKind::Basic(Basic::String) => vec![Ty::UNSAFE_POINTER, Ty::INT],
        TyKind::Basic(Basic::Complex64) => vec![Ty::FLOAT32, Ty::FLOAT32],
        TyKind::Basic(Basic::Complex128) => vec![Ty::FLOAT64, Ty::FLOAT64],
        _ => return None,
    })
}

struct Verifier<'a> {
    prog: &'a Program,
    f: &'a Function,
    cfg: Cfg,
    place: Vec<Option<(Block, usize)>>,
    errors: Vec<String>,
}

/// Checks a function; the messages of what is wrong.
#[must_use]
pub fn verify(prog: &Program, f: &Function) -> Vec<String> {
    let mut place = vec![None; f.insts.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        for (k, i) in data.insts.iter().enumerate() {
            place[i.0 as usize] = Some((b, k));
        }
    }
    let mut v = Verifier { prog, f, cfg: Cfg::new(f), place, errors: Vec::new() };
    v.run();
    v.errors
}

impl Verifier<'_> {
    fn error(&mut self, at: impl std::fmt::Display, what: impl std::fmt::Display) {
        if self.errors.len() < 20 {
            let name = &self.prog.funcs[self.f.id].name;
            self.errors.push(format!("{name}: {at}: {what}"));
        }
    }

    fn ty(&self, v: Value) -> Ty {
        self.f.values[v].ty
    }

    fn run(&mut self) {
        let f = self.f;
        let entry: Vec<Ty> = f.blocks[Block(0)].params.iter().map(|p| self.ty(*p)).collect();
        if entry != f.params {
            self.error("entry", "parameters differ from the signature");
        }
        for b in self.cfg.rpo.clone() {
            let data = &f.blocks[b];
            for (k, i) in data.insts.iter().enumerate() {
                let mut uses = Vec::new();
                visit::operands(&f.insts[*i].op, &mut |v| uses.push(v));
                for v in uses {
                    self.check_use(v, b, k, &format!("{i:?}"));
                }
                self.inst(*i);
            }
            let mut uses = Vec::new();
            visit::terminator_operands(&data.term, &mut |v| uses.push(v));
            for v in uses {
                self.check_use(v, b, usize::MAX, &format!("{b:?} end"));
            }
            self.terminator(b);
        }
    }

    fn check_use(&mut self, v: Value, b: Block, k: usize, at: &str) {
        let ok = match self.f.values[v].def {
            ValueDef::Param(d, n) => {
                self.f.blocks[d].params.get(n as usize) == Some(&v)
                    && self.cfg.is_reachable(d)
                    && self.cfg.dominates(d, b)
            }
            ValueDef::Result(i, _) => match self.place[i.0 as usize] {
                Some((d, j)) => {
                    if d == b {
                        j < k
                    } else {
                        self.cfg.is_reachable(d) && self.cfg.dominates(d, b)
                    }
                }
                None => false,
            },
        };
        if !ok {
            let def = match self.f.values[v].def {
                ValueDef::Result(i, _) => format!("{:?}", self.f.insts[i].op),
                ValueDef::Param(d, n) => format!("parameter {n} of {d:?}"),
            };
            self.error(at, format_args!("{v:?} ({def}) does not dominate its use in {b:?}"));
        }
    }

    fn is_word(&self, t: Ty) -> bool {
        matches!(
            self.prog.types.under(t),
            TyKind::Pointer(_) | TyKind::Func(_) | TyKind::Map(..) | TyKind::Chan(..) | TyKind::Basic(_)
        )
    }

    fn points_to(&self, p: Ty, t: Ty) -> bool {
        match self.prog.types.under(p) {
            TyKind::Pointer(e) => *e == t,
            TyKind::Basic(b) => matches!(b, Basic::UnsafePointer | Basic::Uintptr),
            _ => false,
        }
    }

    fn inst(&mut self, i: Inst) {
        let data = &self.f.insts[i];
        let result = data.results.first().map(|r| self.ty(*r));
        let at = format!("{i:?} {:?}", data.op);
        let want_one = !matches!(
            data.op,
            Op::Store { .. }
                | Op::NilCheck { .. }
                | Op::BoundsCheck { .. }
                | Op::Call { .. }
                | Op::Intrinsic(..)
                | Op::DeferEnable
        );
        if want_one && data.results.len() != 1 {
            self.error(&at, "must have one result");
            return;
        }
        let ok = match &data.op {
            Op::Load { addr } => result.is_some_and(|t| self.points_to(self.ty(*addr), t)),
            Op::Store { addr, value } => self.points_to(self.ty(*addr), self.ty(*value)),
            Op::FieldAddr { ty, field, .. } => match self.prog.types.under(*ty) {
                TyKind::Struct(fs) => fs.get(*field as usize).is_some_and(|f| {
                    result.is_some_and(|r| matches!(self.prog.types.under(r), TyKind::Pointer(e) if *e == f.ty))
                }),
                _ => false,
            },
            Op::Compose(parts) => {
                let ps: Vec<Ty> = parts.iter().map(|p| self.ty(*p)).collect();
                result.and_then(|t| part_types(self.prog, t)).is_some_and(|want| {
                    want.len() == ps.len()
                        && want.iter().zip(&ps).all(|(w, p)| w == p || *w == Ty::UNSAFE_POINTER && self.is_word(*p))
                })
            }
            Op::Extract { agg, index } => match part_types(self.prog, self.ty(*agg)) {
                Some(ps) => ps
                    .get(*index as usize)
                    .is_some_and(|w| result.is_some_and(|r| r == *w || *w == Ty::UNSAFE_POINTER && self.is_word(r))),
                None => matches!(self.prog.types.under(self.ty(*agg)), TyKind::Array(..)),
            },
            Op::Binary(op, a, b) => {
                result == Some(self.ty(*a)) && (matches!(op, BinOp::Shl | BinOp::Shr) || self.ty(*a) == self.ty(*b))
            }
            Op::Compare(_, a, b) => self.ty(*a) == self.ty(*b) && self.is_word(self.ty(*a)),
            Op::Unary(_, a) => result == Some(self.ty(*a)),
            Op::Select { cond, then, els } => {
                self.is_bool(*cond) && self.ty(*then) == self.ty(*els) && result == Some(self.ty(*then))
            }
            Op::Call { callee, args } => self.call(callee, args, &data.results),
            Op::MakeInterface { value, ty, .. } => {
                self.ty(*value) == *ty
                    && result.is_some_and(|r| matches!(self.prog.types.under(r), TyKind::Interface(_)))
            }
            Op::BoundsCheck { index, len, .. } => self.ty(*index) == Ty::INT && self.ty(*len) == Ty::INT,
            _ => true,
        };
        if !ok {
            let mut tys = Vec::new();
            visit::operands(&data.op, &mut |v| tys.push(self.kind(self.ty(v))));
            let res: Vec<String> = data.results.iter().map(|r| self.kind(self.ty(*r))).collect();
            self.error(&at, format_args!("types do not fit: operands {tys:?}, results {res:?}"));
        }
    }

    fn kind(&self, t: Ty) -> String {
        crate::text::print::type_text(&self.prog.types, t)
    }

    fn is_bool(&self, v: Value) -> bool {
        matches!(self.prog.types.under(self.ty(v)), TyKind::Basic(Basic::Bool))
    }

    fn call(&self, callee: &Callee, args: &[Value], results: &[Value]) -> bool {
        let args: Vec<Ty> = args.iter().map(|a| self.ty(*a)).collect();
        let results: Vec<Ty> = results.iter().map(|a| self.ty(*a)).collect();
        match callee {
            Callee::Func(f) => {
                let d = &self.prog.funcs[*f];
                d.params == args && d.results == results
            }
            Callee::Closure(v) => match self.prog.types.under(self.ty(*v)) {
                TyKind::Func(s) => s.params == args && s.results == results,
                _ => false,
            },
            Callee::Interface { recv, method } => match self.prog.types.under(self.ty(*recv)) {
                TyKind::Interface(ms) => ms.get(*method as usize).is_some_and(|m| {
                    matches!(self.prog.types.under(m.sig), TyKind::Func(s) if s.params == args && s.results == results)
                }),
                _ => false,
            },
        }
    }

    fn terminator(&mut self, b: Block) {
        let f = self.f;
        let term = &f.blocks[b].term;
        let at = format!("{b:?} end");
        match term {
            Terminator::None => self.error(&at, "no terminator"),
            Terminator::Branch { cond, .. } => {
                if !self.is_bool(*cond) {
                    self.error(&at, "condition is not a bool");
                }
            }
            Terminator::Return(vs) => {
                let tys: Vec<Ty> = vs.iter().map(|v| self.ty(*v)).collect();
                if tys != f.results {
                    let have: Vec<String> = tys.iter().map(|t| self.kind(*t)).collect();
                    let want: Vec<String> = f.results.iter().map(|t| self.kind(*t)).collect();
                    self.error(&at, format_args!("returns {have:?}, signature says {want:?}"));
                }
            }
            Terminator::Switch { value, .. } => {
                if !matches!(self.prog.types.under(self.ty(*value)), TyKind::Basic(_)) {
                    self.error(&at, "switch on a value that is no integer");
                }
            }
            Terminator::Jump(_) | Terminator::Unreachable => {}
        }
        let mut bad = Vec::new();
        for_each_target(term, |t| {
            let params: Vec<Ty> = f.blocks[t.block].params.iter().map(|p| f.values[*p].ty).collect();
            let args: Vec<Ty> = t.args.iter().map(|a| f.values[*a].ty).collect();
            if params != args {
                bad.push((t.block, args, params));
            }
        });
        for (t, args, params) in bad {
            let have: Vec<String> = args.iter().map(|t| self.kind(*t)).collect();
            let want: Vec<String> = params.iter().map(|t| self.kind(*t)).collect();
            self.error(&at, format_args!("arguments to {t:?}: {have:?}, parameters {want:?}"));
        }
    }
}
