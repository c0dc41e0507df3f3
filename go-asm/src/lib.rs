#![doc = include_str!("../README.md")]
//! # What this crate never does
//!
//! It reads no files: the caller has the texts of sources and includes. It emits no stack checks and
//! knows neither types nor the linker's symbols.

mod amd64;
mod layout;
mod lex;
mod literal;
mod lower;
mod model;
mod operand;
mod parse;
mod preprocess;
mod print;
mod prog;

pub use model::{
    Arch, Data, Diagnostic, Flags, Include, LineRow, Object, Options, Reloc, RelocKind, Source, Symbol, Text,
};

use lower::Lowering;
use parse::Program;

/// Assembles the files of a package.
///
/// # Errors
/// What is wrong with the sources, in their order.
pub fn assemble(sources: &[Source<'_>], options: &Options<'_>) -> Result<Object, Vec<Diagnostic>> {
    let mut program = Program::default();
    for (index, source) in sources.iter().enumerate() {
        parse::parse(&mut program, *source, index as u32, options);
    }
    let Program { names, files, funcs, mut data, mut errors, .. } = program;
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut texts = Vec::with_capacity(funcs.len());
    for func in &funcs {
        let mut lowering = Lowering { names: &names, files: &files, data: &mut data, errors: &mut errors };
        let lowered = lowering.lower(func);
        let head = &func.progs[0];
        match layout::layout(func, &lowered) {
            Ok(layout) => texts.push(Text {
                symbol: (*func.symbol).clone(),
                abi_internal: func.abi_internal,
                flags: func.flags,
                frame: u32::try_from(func.frame.max(0)).unwrap_or(u32::MAX),
                saves_bp: lowered.saves_bp,
                args: func.args,
                stack: lowered.stack,
                sets_sp: lowered.sets_sp,
                calls: lowered.calls,
                code: layout.code,
                align: layout.align,
                relocs: layout.relocs,
                lines: layout.lines,
                file: head.file,
                line: head.line,
            }),
            Err(prog) => {
                let prog = &func.progs[prog];
                errors.push(Diagnostic {
                    file: files[prog.file as usize].clone(),
                    line: prog.line,
                    col: prog.col,
                    message: format!("loop too far: {}", print::instruction(names.str(prog.op), prog)),
                });
            }
        }
    }
    if errors.is_empty() { Ok(Object { files, texts, data: data.finish() }) } else { Err(errors) }
}
