//! Walking over operands and successors.

use crate::ir::{Block, Callee, Op, Target, Terminator, Value};

/// Calls `f` for each value operand of `op`, in order.
pub fn operands(op: &Op, f: &mut impl FnMut(Value)) {
    match op {
        Op::ConstInt(_)
        | Op::ConstFloat(_)
        | Op::ConstStr(_)
        | Op::Zero
        | Op::FuncValue(_)
        | Op::GlobalAddr(_)
        | Op::DataAddr(_)
        | Op::TypeDesc(_)
        | Op::Itab(..)
        | Op::SymbolAddr(_)
        | Op::Alloc { .. }
        | Op::Buffer { .. }
        | Op::Capture(_)
        | Op::DeferEnable => {}
        Op::Load { addr: x }
        | Op::FieldAddr { base: x, .. }
        | Op::NilCheck { ptr: x }
        | Op::Extract { agg: x, .. }
        | Op::Unary(_, x)
        | Op::Convert(x)
        | Op::Bitcast(x)
        | Op::MakeInterface { value: x, .. } => f(*x),
        Op::Store { addr: x, value: y }
        | Op::IndexAddr { base: x, index: y, .. }
        | Op::PtrAdd { base: x, offset: y }
        | Op::BoundsCheck { index: x, len: y, .. }
        | Op::Binary(_, x, y)
        | Op::Compare(_, x, y) => {
            f(*x);
            f(*y);
        }
        Op::Select { cond, then, els } => {
            f(*cond);
            f(*then);
            f(*els);
        }
        Op::Compose(xs) | Op::Intrinsic(_, xs) => xs.iter().for_each(|x| f(*x)),
        Op::Call { callee, args } => {
            match callee {
                Callee::Func(_) => {}
                Callee::Closure(v) | Callee::Interface { recv: v, .. } => f(*v),
            }
            args.iter().for_each(|x| f(*x));
        }
        Op::MakeClosure { captures, .. } => captures.iter().for_each(|x| f(*x)),
    }
}

/// Rewrites each value operand of `op`.
pub fn map_operands(op: &mut Op, f: &mut impl FnMut(Value) -> Value) {
    match op {
        Op::ConstInt(_)
        | Op::ConstFloat(_)
        | Op::ConstStr(_)
        | Op::Zero
        | Op::FuncValue(_)
        | Op::GlobalAddr(_)
        | Op::DataAddr(_)
        | Op::TypeDesc(_)
        | Op::Itab(..)
        | Op::SymbolAddr(_)
        | Op::Alloc { .. }
        | Op::Buffer { .. }
        | Op::Capture(_)
        | Op::DeferEnable => {}
        Op::Load { addr: x }
        | Op::FieldAddr { base: x, .. }
        | Op::NilCheck { ptr: x }
        | Op::Extract { agg: x, .. }
        | Op::Unary(_, x)
        | Op::Convert(x)
        | Op::Bitcast(x)
        | Op::MakeInterface { value: x, .. } => *x = f(*x),
        Op::Store { addr: x, value: y }
        | Op::IndexAddr { base: x, index: y, .. }
        | Op::PtrAdd { base: x, offset: y }
        | Op::BoundsCheck { index: x, len: y, .. }
        | Op::Binary(_, x, y)
        | Op::Compare(_, x, y) => {
            *x = f(*x);
            *y = f(*y);
        }
        Op::Select { cond, then, els } => {
            *cond = f(*cond);
            *then = f(*then);
            *els = f(*els);
        }
        Op::Compose(xs) | Op::Intrinsic(_, xs) => xs.iter_mut().for_each(|x| *x = f(*x)),
        Op::Call { callee, args } => {
            match callee {
                Callee::Func(_) => {}
                Callee::Closure(v) | Callee::Interface { recv: v, .. } => *v = f(*v),
            }
            args.iter_mut().for_each(|x| *x = f(*x));
        }
        Op::MakeClosure { captures, .. } => captures.iter_mut().for_each(|x| *x = f(*x)),
    }
}

/// The targets of a terminator, in order.
pub fn targets(t: &Terminator) -> Vec<&Target> {
    match t {
        Terminator::None | Terminator::Return(_) | Terminator::Unreachable => Vec::new(),
        Terminator::Jump(t) => vec![t],
        Terminator::Branch { then, els, .. } => vec![then, els],
        Terminator::Switch { cases, default, .. } => {
            cases.iter().map(|(_, t)| t).chain(std::iter::once(default)).collect()
        }
    }
}

/// Successor blocks, in order, possibly repeated.
pub fn successors(t: &Terminator) -> Vec<Block> {
    targets(t).into_iter().map(|t| t.block).collect()
}

/// Calls `f` for each value operand of a terminator.
pub fn terminator_operands(t: &Terminator, f: &mut impl FnMut(Value)) {
    match t {
        Terminator::None | Terminator::Unreachable | Terminator::Jump(_) => {}
        Terminator::Branch { cond, .. } => f(*cond),
        Terminator::Switch { value, .. } => f(*value),
        Terminator::Return(vs) => vs.iter().for_each(|v| f(*v)),
    }
    for t in targets(t) {
        t.args.iter().for_each(|v| f(*v));
    }
}

/// Rewrites each value operand of a terminator.
pub fn map_terminator(t: &mut Terminator, f: &mut impl FnMut(Value) -> Value) {
    let target = |t: &mut Target, f: &mut dyn FnMut(Value) -> Value| t.args.iter_mut().for_each(|v| *v = f(*v));
    match t {
        Terminator::None | Terminator::Unreachable => {}
        Terminator::Jump(t) => target(t, f),
        Terminator::Branch { cond, then, els } => {
            *cond = f(*cond);
            target(then, f);
            target(els, f);
        }
        Terminator::Switch { value, cases, default } => {
            *value = f(*value);
            cases.iter_mut().for_each(|(_, t)| target(t, f));
            target(default, f);
        }
        Terminator::Return(vs) => vs.iter_mut().for_each(|v| *v = f(*v)),
    }
}
