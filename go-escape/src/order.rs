//! Order of analysis: strongly connected components of the call graph, callees first (Tarjan).

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

/// A group of functions that call each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    /// Its functions.
    pub(crate) funcs: Vec<FuncId>,
    /// Whether there is recursion.
    pub(crate) recursive: bool,
}

/// Components of all functions with IR, callees before callers.
pub(crate) fn components(prog: &Program) -> Vec<Component> {
    let n = prog.funcs.len();
    let mut start = Vec::with_capacity(n + 1);
    let mut list: Vec<u32> = Vec::new();
    for f in prog.funcs.iter() {
        let at = list.len();
        start.push(at as u32);
        if let FuncBody::Ir(body) = &f.body {
            callees(body, |c| {
                if matches!(prog.funcs[c].body, FuncBody::Ir(_)) {
                    list.push(c.0);
                }
            });
            list[at..].sort_unstable();
            let mut last = u32::MAX;
            let mut keep = at;
            for k in at..list.len() {
                if list[k] != last {
                    last = list[k];
                    list[keep] = last;
                    keep += 1;
                }
            }
            list.truncate(keep);
        }
    }
    start.push(list.len() as u32);
    tarjan(prog, &start, &list)
}

fn tarjan(prog: &Program, start: &[u32], list: &[u32]) -> Vec<Component> {
    let n = prog.funcs.len();
    let mut index = vec![u32::MAX; n];
    let mut low = vec![0u32; n];
    let mut on_stack = vec![false; n];
    let mut stack: Vec<u32> = Vec::new();
    let mut next = 0;
    let mut out = Vec::new();
    let mut calls: Vec<(u32, u32)> = Vec::new();
    for root in 0..n as u32 {
        if index[root as usize] != u32::MAX || !matches!(prog.funcs[FuncId(root)].body, FuncBody::Ir(_)) {
            continue;
        }
        calls.push((root, start[root as usize]));
        while let Some((v, k)) = calls.last_mut() {
            let v = *v;
            if index[v as usize] == u32::MAX {
                index[v as usize] = next;
                low[v as usize] = next;
                next += 1;
                stack.push(v);
                on_stack[v as usize] = true;
            }
            if *k < start[v as usize + 1] {
                let w = list[*k as usize];
                *k += 1;
                if index[w as usize] == u32::MAX {
                    calls.push((w, start[w as usize]));
                } else if on_stack[w as usize] {
                    low[v as usize] = low[v as usize].min(index[w as usize]);
                }
                continue;
            }
            calls.pop();
            if let Some((p, _)) = calls.last() {
                low[*p as usize] = low[*p as usize].min(low[v as usize]);
            }
            if low[v as usize] == index[v as usize] {
                let mut funcs = Vec::new();
                while let Some(w) = stack.pop() {
                    on_stack[w as usize] = false;
                    funcs.push(FuncId(w));
                    if w == v {
                        break;
                    }
                }
                funcs.sort_unstable();
                let own = &list[start[v as usize] as usize..start[v as usize + 1] as usize];
                let recursive = funcs.len() > 1 || own.contains(&v);
                out.push(Component { funcs, recursive });
            }
        }
    }
    out
}
