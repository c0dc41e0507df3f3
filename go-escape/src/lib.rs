#![doc = include_str!("../README.md")]

mod build;
mod graph;
mod known;
mod loops;
mod order;
mod report;
mod solve;
mod summary;

pub use report::{Decision, EscapeReport, ParamFacts, Reason, SiteKind, Storage, Totals};

use build::World;
use go_ir::{FuncId, Program, StorageMap};
use rayon::prelude::*;
use report::ParamFacts as Facts;
use solve::Analyzer;

/// Rounds after which the fixed point of a group of recursive functions is given up.
const MAX_ROUNDS: usize = 8;
/// Groups beyond this many functions get fewer rounds.
const LARGE_GROUP: usize = 64;
/// Functions that a thread analyses at a time.
const CHUNK: usize = 32;

/// Decides for each allocation site of a program whether it may live on the stack.
///
/// All layouts must be computed ([`go_ir::TypeTable::compute_all_layouts`]). Changes nothing.
#[must_use]
pub fn analyze(prog: &Program) -> (StorageMap, EscapeReport) {
    let mut w = World { prog, known: known::known_functions(prog), summaries: vec![None; prog.funcs.len()] };
    let mut report = EscapeReport::default();
    let calls = order::calls(prog, &w.known);
    let order = go_ir::order::order(&calls);
    for wave in order.component_waves(&calls) {
        let components = wave.iter().map(|c| &order.components[*c as usize]);
        let components = components.filter(|c| prog.body(FuncId(c[0])).is_some());
        let (groups, single): (Vec<_>, Vec<_>) =
            components.partition(|c| c.len() > 1 || calls.needs(c[0]).contains(&c[0]));
        let done: Vec<_> = single
            .par_chunks(CHUNK)
            .map(|funcs| {
                let mut a = Analyzer::default();
                let summaries: Vec<_> = funcs.iter().map(|f| (f[0], a.function(&w, FuncId(f[0])))).collect();
                (summaries, a.decisions, a.borrowed)
            })
            .collect();
        for (summaries, mut decisions, mut borrowed) in done {
            report.decisions.append(&mut decisions);
            report.borrowed.append(&mut borrowed);
            for (f, s) in summaries {
                w.summaries[f as usize] = Some(Box::new(s));
            }
        }
        let mut a = Analyzer::default();
        for funcs in groups {
            let funcs: Vec<FuncId> = funcs.iter().copied().map(FuncId).collect();
            fixed_point(&mut w, &mut a, &funcs, &mut report);
        }
    }
    report.decisions.sort_by_key(|d| (d.func, d.inst));
    let mut storage = StorageMap::all_heap();
    for d in &report.decisions {
        if d.storage == Storage::Stack {
            storage.set_stack(d.func, d.site);
        }
    }
    for (f, i) in &report.borrowed {
        storage.set_borrowed(*f, *i);
    }
    for (f, s) in w.summaries.iter().enumerate() {
        if let Some(s) = s {
            report.params.push((FuncId(f as u32), param_facts(s)));
        }
    }
    (storage, report)
}

/// Analyses functions that call each other until their summaries stand still.
fn fixed_point(w: &mut World<'_>, a: &mut Analyzer, funcs: &[FuncId], report: &mut EscapeReport) {
    for f in funcs {
        let body = w.prog.body(*f).expect("components have bodies");
        let captures = build::capture_count(w.prog, body);
        let s = summary::Summary::nothing(body.params.len(), captures, body.results.len());
        w.summaries[f.0 as usize] = Some(Box::new(s));
    }
    let rounds = if funcs.len() > LARGE_GROUP { MAX_ROUNDS / 2 } else { MAX_ROUNDS };
    for round in 0..=rounds {
        if round == rounds {
            for f in funcs {
                let s = w.summaries[f.0 as usize].as_mut().expect("set above");
                **s = summary::Summary::anything(s.params as usize, s.captures as usize, s.results as usize);
            }
        }
        a.decisions.clear();
        a.borrowed.clear();
        let mut changed = false;
        for f in funcs {
            let s = a.function(w, *f);
            let old = w.summaries[f.0 as usize].as_mut().expect("set above");
            if **old != s {
                changed = true;
                if round < rounds {
                    **old = s;
                }
            }
        }
        if !changed || round == rounds {
            break;
        }
    }
    report.decisions.append(&mut a.decisions);
    report.borrowed.append(&mut a.borrowed);
}

fn param_facts(s: &summary::Summary) -> Vec<Facts> {
    let first = s.first_result();
    (0..s.params as usize)
        .map(|k| {
            let e = s.ends[k];
            let content = e.cell != summary::NO_CELL && s.ends[e.cell as usize].leaks();
            let to_results = s
                .flows
                .iter()
                .filter(|(a, b)| *a as usize == k && (first..first + s.results as usize).contains(&(*b as usize)))
                .map(|(_, b)| u32::from(*b) - first as u32)
                .collect();
            Facts { leaks: e.leaks(), content_leaks: content, to_results }
        })
        .collect()
}
