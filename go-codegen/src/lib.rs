#![doc = include_str!("../README.md")]

mod abi;
mod emit;
mod entry;
mod lower;
mod repr;

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use go_abi::object::MachineFunction;
use go_ir::{FuncId, Program, StorageMap};

pub use abi::{ArgPlace, BlockLayout, assign, block_layout};

/// How hard to optimise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OptLevel {
    /// As fast as possible to compile.
    None,
    /// Good code.
    #[default]
    Speed,
}

/// Options of a [`Backend`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Optimisation level.
    pub opt: OptLevel,
    /// Whether Cranelift verifies what it is given (tests).
    pub verify: Verify,
}

/// Whether the intermediate code is verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Verify {
    /// No.
    #[default]
    Off,
    /// Yes.
    On,
}

/// Why a function could not be compiled. Always a bug of gorc.
#[derive(Debug, thiserror::Error)]
pub enum CodegenError {
    /// The back end refused the code.
    #[error("internal compiler error: {name}: {message}")]
    Backend {
        /// Function.
        name: String,
        /// What was said.
        message: String,
    },
    /// The function has no body.
    #[error("internal compiler error: {0}: no body")]
    NoBody(String),
}

/// A code generator for one target, shared by all threads.
pub struct Backend {
    isa: OwnedTargetIsa,
}

/// A code generator's scratch memory; one per thread.
pub struct Worker<'b> {
    backend: &'b Backend,
    context: Context,
    builder: FunctionBuilderContext,
    control: ControlPlane,
}

impl Backend {
    /// A code generator for linux/amd64 (x86-64-v2 instructions).
    pub fn new(options: &Options) -> Result<Backend, CodegenError> {
        let fail = |message: String| CodegenError::Backend { name: "target".into(), message };
        let mut flags = settings::builder();
        let mut set = |k: &str, v: &str| flags.set(k, v).map_err(|e| fail(e.to_string()));
        set("opt_level", if options.opt == OptLevel::None { "none" } else { "speed" })?;
        set("enable_verifier", if options.verify == Verify::On { "true" } else { "false" })?;
        set("enable_pinned_reg", "true")?;
        set("preserve_frame_pointers", "true")?;
        set("is_pic", "false")?;
        set("unwind_info", "false")?;
        set("enable_probestack", "false")?;
        set("enable_heap_access_spectre_mitigation", "false")?;
        set("enable_table_access_spectre_mitigation", "false")?;
        set("machine_code_cfg_info", "false")?;
        let mut isa =
            cranelift_codegen::isa::lookup_by_name("x86_64-unknown-linux-gnu").map_err(|e| fail(e.to_string()))?;
        for f in ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt", "has_cmpxchg16b"] {
            isa.enable(f).map_err(|e| fail(e.to_string()))?;
        }
        let isa = isa.finish(settings::Flags::new(flags)).map_err(|e| fail(e.to_string()))?;
        Ok(Backend { isa })
    }

    /// Scratch memory for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            backend: self,
            context: Context::new(),
            builder: FunctionBuilderContext::new(),
            control: ControlPlane::default(),
        }
    }
}

impl Worker<'_> {
    /// Compiles a function.
    pub fn compile(
        &mut self,
        program: &Program,
        func: FuncId,
        storage: &StorageMap,
    ) -> Result<MachineFunction, CodegenError> {
        let locs = self.translate(program, func, storage)?;
        emit::finish(self, program, func, emit::What::Function, &locs)
    }

    /// Compiles `name·thunk`: `func` under the closure convention.
    pub fn thunk(&mut self, program: &Program, func: FuncId) -> Result<MachineFunction, CodegenError> {
        self.context.clear();
        lower::thunk(&mut self.context.func, &mut self.builder, program, func, &self.backend.isa);
        emit::finish(self, program, func, emit::What::Thunk, &[])
    }

    /// The text of Cranelift's code for a function, before its optimisations.
    pub fn clif(&mut self, program: &Program, func: FuncId, storage: &StorageMap) -> Result<String, CodegenError> {
        self.translate(program, func, storage)?;
        Ok(self.context.func.display().to_string())
    }

    fn translate(
        &mut self,
        program: &Program,
        func: FuncId,
        storage: &StorageMap,
    ) -> Result<Vec<lower::Loc>, CodegenError> {
        self.context.clear();
        let body = program.body(func).ok_or_else(|| CodegenError::NoBody(program.funcs[func].name.to_string()))?;
        Ok(lower::function(&mut self.context.func, &mut self.builder, program, body, storage, &self.backend.isa))
    }
}
