//! The graph that gives the order of analysis.

use crate::known::Known;
use go_ir::order::Graph;
use go_ir::{Callee, FuncBody, FuncId, Function, Op, Program, Value, ValueDef};

/// The function that a func value is, if its creation is in sight.
pub(crate) fn made_function(f: &Function, mut v: Value) -> Option<(FuncId, &[Value])> {
    loop {
        let ValueDef::Result(i, _) = f.values[v].def else { return None };
        match &f.insts[i].op {
            Op::MakeClosure { func, captures, .. } => return Some((*func, captures)),
            Op::FuncValue(func) => return Some((*func, &[])),
            Op::Bitcast(x) => v = *x,
            _ => return None,
        }
    }
}

/// Calls `out` with each function whose summary the analysis of `f` needs.
fn callees(f: &Function, mut out: impl FnMut(FuncId)) {
    for b in f.blocks.iter() {
        for i in &b.insts {
            match &f.insts[*i].op {
                Op::Call { callee: Callee::Func(c), .. } | Op::MakeClosure { func: c, .. } => out(*c),
                Op::Call { callee: Callee::Closure(v), .. } => {
                    if let Some((c, _)) = made_function(f, *v) {
                        out(c);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Which functions' summaries each function needs; nobody needs those of functions without IR
/// or with known effects.
pub(crate) fn calls(prog: &Program, known: &[Known]) -> Graph {
    let mut g = Graph::new();
    let mut list: Vec<u32> = Vec::new();
    for f in prog.funcs.iter() {
        list.clear();
        if let FuncBody::Ir(body) = &f.body {
            callees(body, |c| {
                if matches!(prog.funcs[c].body, FuncBody::Ir(_)) && known[c.0 as usize] == Known::No {
                    list.push(c.0);
                }
            });
            list.sort_unstable();
            list.dedup();
        }
        g.push(list.iter().copied());
    }
    g
}
