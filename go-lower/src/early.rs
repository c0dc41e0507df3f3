//! The passes before inlining, on the pool's threads, while this thread goes on lowering.
//!
//! They look at one body at a time, and make most of them much smaller: a large program is never in memory
//! as it was lowered. What they do depends on the body and on types that are complete by then, not on when
//! they run.

use super::program::Lowerer;
use go_ir::ir::{FuncBody, FuncId, Function};
use go_ir::passes::{Early, PassCx};
use go_ir::ty::TypeTable;
use rayon::Scope;
use std::sync::{Arc, Mutex, PoisonError};

/// Instructions that are handed over together: each time the table of types is copied.
const BATCH: usize = 100_000;
/// Functions that a thread takes at a time.
const CHUNK: usize = 64;

/// Bodies that went through the passes, in no particular order.
type Done = Mutex<Vec<Box<Function>>>;

/// What waits to be handed over.
#[derive(Default)]
pub(super) struct Finished {
    funcs: Vec<FuncId>,
    insts: usize,
}

/// What passes look at besides the body.
struct Facts {
    types: TypeTable,
    string_lens: Vec<usize>,
}

impl Lowerer<'_> {
    /// Sets the body of a function, which is in its final form as far as lowering goes.
    pub(super) fn set_body(&mut self, f: Function) {
        self.finished.funcs.push(f.id);
        self.finished.insts += f.insts.len();
        let id = f.id;
        self.prog.funcs[id].body = FuncBody::Ir(Box::new(f));
    }

    /// Does one step of work after the other until there is none, and lets the passes run on the bodies that
    /// are finished meanwhile, if that was asked for. They are back when this returns.
    pub(super) fn work_off(&mut self, mut step: impl FnMut(&mut Self) -> bool) {
        let Some(early) = self.early.clone() else {
            while step(self) {}
            return;
        };
        let done = Done::default();
        rayon::in_place_scope(|scope| {
            loop {
                let more = step(self);
                // Types that are wrong have no layout.
                if self.is_unsound() {
                    break;
                }
                if !more || self.finished.insts >= BATCH {
                    self.hand_over(scope, &early, &done);
                }
                if !more {
                    break;
                }
            }
        });
        for body in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let id = body.id;
            self.prog.funcs[id].body = FuncBody::Ir(body);
        }
    }

    fn hand_over<'s>(&mut self, scope: &Scope<'s>, early: &'s Early, done: &'s Done) {
        let finished = std::mem::take(&mut self.finished);
        self.prog.types.compute_all_layouts();
        let string_lens = self.prog.strings.iter().map(|s| s.len()).collect();
        let facts = Arc::new(Facts { types: self.prog.types.clone(), string_lens });
        for chunk in finished.funcs.chunks(CHUNK) {
            let take = |id: &FuncId| match std::mem::replace(&mut self.prog.funcs[*id].body, FuncBody::None) {
                FuncBody::Ir(body) => Some(body),
                FuncBody::None | FuncBody::Extern => None,
            };
            let mut bodies: Vec<Box<Function>> = chunk.iter().filter_map(take).collect();
            let facts = Arc::clone(&facts);
            scope.spawn(move |_| {
                let cx = PassCx { types: &facts.types, string_lens: &facts.string_lens };
                bodies.iter_mut().for_each(|f| early.run(&cx, f));
                done.lock().unwrap_or_else(PoisonError::into_inner).append(&mut bodies);
            });
        }
    }
}
