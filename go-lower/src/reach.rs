//! Reachability: rapid type analysis by work lists. Source: the rules of cmd/link's deadcode pass.
//!
//! A function is lowered when something refers to it; a method of a type whose values are in
//! interfaces, when an interface method of its name and signature is called (or reflect may ask for
//! it); a package variable's initialiser, when the variable is reached or running it has effects.

use super::assembly::lower_entry;
use super::body::lower_function;
use super::compare::lower_eq_func;
use super::intrinsics::lower_intrinsic_func;
use super::methods::lower_wrapper;
use super::program::{Job, Lowerer};
use super::types::is_exported;
use go_ir::ir::FuncId;
use go_ir::program::{BACKEND_FUNCS, Program};

/// Why a program cannot be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LowerError {
    /// There is no `main.main`.
    NoMain,
    /// No package declares this function.
    NoFunction(String),
    /// What was checked only when it was reached is wrong; the checker has the diagnostics.
    Unsound,
}

impl std::fmt::Display for LowerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LowerError::NoMain => f.write_str("function main is undeclared in the main package"),
            LowerError::NoFunction(name) => write!(f, "no function {name}"),
            LowerError::Unsound => f.write_str("a body that is reached does not check"),
        }
    }
}

impl std::error::Error for LowerError {}

/// A lowered program and what descriptors need to know.
pub struct Lowered {
    /// Functions, variables, data.
    pub prog: Program,
    /// Descriptors, itabs and closure objects, in final form but for the functions that passes remove.
    pub descriptors: go_ir::program::Descriptors,
}

impl Lowerer<'_> {
    /// Lowers everything that `main.main`, the packages' initialisation and the runtime reach.
    ///
    /// # Errors
    /// If package main has no function main, or if something that is reached does not check.
    pub fn lower_program(mut self) -> Result<Lowered, LowerError> {
        let main = self.func_by_symbol("main.main").ok_or(LowerError::NoMain)?;
        let _ = main;
        for name in go_abi::runtime_fns::GO_ROOTS.iter().chain(BACKEND_FUNCS) {
            self.func_by_symbol(name);
        }
        self.start_init();
        self.finish()
    }

    /// Lowers the functions with these link names (`main.f`, `p.(*T).M`) and what they reach: a part of a
    /// program, or a program without a runtime. Initialisation runs only what the reached variables need.
    ///
    /// # Errors
    /// If there is no such function, or if something that is reached does not check.
    ///
    /// # Panics
    /// If a body that is reached calls package runtime (it appends, converts, indexes a map, may panic, …)
    /// and the packages do not include it.
    pub fn lower_functions(mut self, names: &[&str]) -> Result<Lowered, LowerError> {
        for name in names {
            self.func_by_symbol(name).ok_or_else(|| LowerError::NoFunction((*name).to_owned()))?;
        }
        self.finish()
    }

    /// Works off all lists and describes the types that are used.
    fn finish(mut self) -> Result<Lowered, LowerError> {
        self.work_off(Self::step);
        if self.is_unsound() {
            return Err(LowerError::Unsound);
        }
        self.finish_init();
        self.work_off(|lo| {
            let job = lo.jobs.pop();
            job.map(|job| lo.run_job(job)).is_some()
        });
        if self.is_unsound() {
            return Err(LowerError::Unsound);
        }
        self.prog.passed_early = self.early.is_some();
        self.prog.types.compute_all_layouts();
        let descriptors = self.describe();
        self.prog.types.compute_all_layouts();
        Ok(Lowered { prog: self.prog, descriptors })
    }

    /// Takes one thing off the lists; whether there was any.
    fn step(&mut self) -> bool {
        if self.is_unsound() {
            return false;
        }
        if let Some(job) = self.jobs.pop() {
            self.run_job(job);
        } else if let Some(obj) = self.new_globals.pop() {
            self.init_global(obj);
        } else if let Some(t) = self.new_types.pop() {
            self.complete_type(t);
        } else if let Some(t) = self.new_live.pop() {
            self.complete_live(t);
        } else if let Some(key) = self.new_called.pop() {
            let users: Vec<_> = self.live_by_method.get(&key.0).cloned().unwrap_or_default();
            for (t, i) in users {
                let set = self.method_set(t);
                if set[i].sig == key.1 {
                    self.keep_method(t, i);
                }
            }
        } else {
            return self.keep_reflect_methods();
        }
        true
    }

    /// Whether the checker found errors in what was reached: none of it is lowered, since types are missing.
    pub(super) fn is_unsound(&self) -> bool {
        self.checker.diagnostics.iter().any(|d| d.severity == go_source::Severity::Error)
    }

    fn run_job(&mut self, job: Job) {
        match job {
            Job::Declared(f, obj, inst) => {
                // Others may be lowered again with other type arguments.
                if inst.args.is_empty() {
                    self.checker.check_body_once(obj);
                } else {
                    self.checker.check_body(obj);
                }
                if self.is_unsound() {
                    return;
                }
                lower_function(self, f, obj, &inst);
                self.checker.forget_body();
            }
            Job::Intrinsic(f) => lower_intrinsic_func(self, f),
            Job::Eq(f, t) => lower_eq_func(self, f, t),
            Job::Hash(f, t) => self.lower_hash_func(f, t),
            Job::Wrapper(f, w) => lower_wrapper(self, f, &w),
            Job::Assembly(f, obj) => self.lower_assembly(f, obj),
            Job::Entry(f, target) => lower_entry(self, f, target),
        }
    }

    /// The methods of a type whose values are in interfaces.
    fn complete_live(&mut self, t: go_ir::ty::Ty) {
        self.live_children(t);
        self.keep_iface_methods(t);
        let set = self.method_set(t);
        for (i, m) in set.iter().enumerate() {
            self.live_by_method.entry(m.name).or_default().push((t, i));
            if self.called.contains(&(m.name, m.sig)) {
                self.keep_method(t, i);
            }
        }
    }

    /// Keeps method number `i` of a live type: its interface entry and its plain function.
    fn keep_method(&mut self, t: go_ir::ty::Ty, i: usize) {
        if self.kept_methods.contains_key(&(t, i)) {
            return;
        }
        let set = self.method_set(t);
        let entry = self.iface_entry(t, &set[i]);
        let plain: FuncId = if self.reflect_methods { self.value_entry(t, &set[i]) } else { entry };
        self.kept_methods.insert((t, i), (entry, plain));
        self.describe_type(set[i].sig);
    }

    /// If reflect may ask for any method: keeps all exported ones; whether there was a new one.
    fn keep_reflect_methods(&mut self) -> bool {
        if !self.reflect_methods {
            return false;
        }
        let mut live: Vec<_> = self.live.iter().copied().collect();
        live.sort();
        let mut any = false;
        for t in live {
            let set = self.method_set(t);
            for (i, m) in set.iter().enumerate() {
                if is_exported(self.checker.store.text(m.name)) && !self.kept_methods.contains_key(&(t, i)) {
                    self.keep_method(t, i);
                    any = true;
                }
            }
        }
        any
    }
}
