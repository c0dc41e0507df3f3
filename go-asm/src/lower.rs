//! Functions to pieces of code: frames, pseudo registers, pseudo instructions.

use crate::amd64::encode::{Encoded, Refusal, encode};
use crate::amd64::names::{self, Jump, Spec};
use crate::amd64::reg::{BP, Class, Reg, SP, TLS};
use crate::lex::Interner;
use crate::model::{Diagnostic, Flags, Reloc, RelocKind, Symbol};
use crate::parse::DataTable;
use crate::prog::{Addr, Base, Func, Kind, Prog, Suffix};
use iced_x86::Code;
use std::rc::Rc;

/// A piece of code.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Bytes that do not depend on where they are.
    Code(Encoded),
    /// Bytes, and shorter ones that gc's assembler finds only in functions that it has to lay out more
    /// than once: the forms of byte instructions that have AL implied.
    Either(Encoded, Encoded),
    /// A jump within the function.
    Branch(Branch),
    /// Padding to a multiple of `to`, if it takes at most `max` bytes.
    Align { to: u32, max: u32 },
}

/// A jump within the function.
#[derive(Debug)]
pub(crate) struct Branch {
    /// Opcode of the form with 8 bits of distance.
    pub(crate) short: Option<Vec<u8>>,
    /// Opcode of the form with 32 bits of distance.
    pub(crate) near: Option<Vec<u8>>,
    /// Index of the instruction.
    pub(crate) target: usize,
}

/// A function as pieces.
#[derive(Debug, Default)]
pub(crate) struct Lowered {
    /// Each with the index of its instruction.
    pub(crate) pieces: Vec<(usize, Piece)>,
    pub(crate) saves_bp: bool,
    pub(crate) calls: bool,
    pub(crate) stack: u32,
    pub(crate) sets_sp: bool,
}

pub(crate) struct Lowering<'a> {
    pub(crate) names: &'a Interner,
    pub(crate) files: &'a [String],
    pub(crate) data: &'a mut DataTable,
    pub(crate) errors: &'a mut Vec<Diagnostic>,
}

/// Why an instruction cannot be lowered.
type Failure = Refusal;

fn because<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Refusal::Plain(message.into()))
}

impl Lowering<'_> {
    pub(crate) fn lower(&mut self, func: &Func) -> Lowered {
        let word = |p: &Prog| self.names.text(p.op);
        let calls = func.progs.iter().any(|p| &*word(p) == "CALL");
        let frame = func.frame.clamp(0, i64::from(i32::MAX) + 1);
        let saves_bp = !func.flags.has(Flags::NOFRAME) && (frame != 0 || calls);
        let full = frame + if saves_bp { 8 } else { 0 };
        let mut out = Lowered { saves_bp, calls, ..Lowered::default() };
        let mut state = State { frame, full, saves_bp, depth: full, max: full, taken: 0 };
        if full % 8 != 0 || full > i64::from(i32::MAX) {
            self.error(&func.progs[0], format!("unaligned stack size {full}"));
            return out;
        }
        if saves_bp {
            push(&mut out, 0, quick("PUSHQ", &[Addr::reg(BP)]));
            push(&mut out, 0, quick("MOVQ", &[Addr::reg(SP), Addr::reg(BP)]));
        }
        if frame != 0 {
            push(&mut out, 0, adjust(frame));
        }
        for (i, prog) in func.progs.iter().enumerate().skip(1) {
            let word = word(prog);
            if let Err(failure) = self.prog(func, i, prog, &word, &mut state, &mut out) {
                let message = match failure {
                    Refusal::Invalid => format!("invalid instruction: {}", crate::print::instruction(&word, prog)),
                    Refusal::Plain(message) => message,
                    Refusal::Because(message) => format!("{message}: {}", crate::print::instruction(&word, prog)),
                };
                self.error(prog, message);
            }
        }
        out.stack = u32::try_from(state.max.saturating_add(state.taken)).unwrap_or(u32::MAX);
        out
    }

    fn error(&mut self, prog: &Prog, message: String) {
        self.errors.push(Diagnostic {
            file: self.files.get(prog.file as usize).cloned().unwrap_or_default(),
            line: prog.line,
            col: prog.col,
            message,
        });
    }

    fn prog(
        &mut self,
        func: &Func,
        i: usize,
        prog: &Prog,
        word: &str,
        state: &mut State,
        out: &mut Lowered,
    ) -> Result<(), Failure> {
        let mut args = prog.args.clone();
        for a in &mut args {
            state.place(a)?;
        }
        if loads_tls(&args, word) {
            return Ok(());
        }
        args.iter_mut().for_each(tls_slot);
        match word {
            "FUNCDATA" | "PCDATA" | "NOP" => return Ok(()),
            "BYTE" => push(out, i, raw(&args, 1)?),
            "WORD" => push(out, i, raw(&args, 2)?),
            "LONG" => push(out, i, raw(&args, 4)?),
            "QUAD" => push(out, i, raw(&args, 8)?),
            "PCALIGN" | "PCALIGNMAX" => {
                let piece = align(word, &args)?;
                out.pieces.push((i, piece));
            }
            "ADJSP" => {
                // Whatever a second operand is, the stack pointer is meant.
                let ([a] | [a, _]) = &args[..] else { return Err(Refusal::Invalid) };
                if a.kind != Kind::Const || i32::try_from(a.offset).is_err() {
                    return Err(Refusal::Invalid);
                }
                push(out, i, adjust(a.offset));
            }
            "RET" => self.ret(i, &args, state, out)?,
            _ if names::jump(word).is_some() => jump(func, i, prog, &args, word, out)?,
            _ => {
                let implied = implied_al(&args, word);
                let code = self.plain(prog.suffix, &mut args, word)?;
                match implied.map(|mut args| self.plain(prog.suffix, &mut args, word)) {
                    Some(Ok(short)) if short.bytes.len() < code.bytes.len() => {
                        out.pieces.push((i, Piece::Either(code, short)));
                    }
                    _ => push(out, i, code),
                }
            }
        }
        let sp = |a: &Addr| a.as_reg() == Some(SP);
        let compares = word.starts_with("CMP") || word.starts_with("TEST") || word.starts_with("PUSH");
        if args.last().is_some_and(sp) && !compares {
            out.sets_sp = true;
            state.taken = state.taken.saturating_add(match word {
                "SUBQ" if args[0].kind == Kind::Const => args[0].offset.max(0),
                "ADDQ" if args[0].kind == Kind::Const => args[0].offset.saturating_neg().max(0),
                "LEAQ" if args[0].reg == Some(SP) => args[0].offset.saturating_neg().max(0),
                _ => 0,
            });
        }
        let pushed = match word {
            "PUSHQ" | "PUSHFQ" => 8,
            "POPQ" | "POPFQ" => -8,
            "PUSHL" | "PUSHFL" => 4,
            "POPL" | "POPFL" => -4,
            "PUSHW" | "PUSHFW" => 2,
            "POPW" | "POPFW" => -2,
            "ADJSP" => args[0].offset,
            _ => 0,
        };
        state.depth = state.depth.saturating_add(pushed);
        state.max = state.max.max(state.depth);
        Ok(())
    }

    fn ret(&mut self, i: usize, args: &[Addr], state: &State, out: &mut Lowered) -> Result<(), Failure> {
        if state.depth != state.full {
            return because("unbalanced PUSH/POP");
        }
        if state.frame != 0 {
            push(out, i, adjust(-state.frame));
        }
        if state.saves_bp {
            push(out, i, quick("POPQ", &[Addr::reg(BP)]));
        }
        match args {
            [] => push(out, i, Encoded { bytes: vec![0xc3], relocs: Vec::new() }),
            [a] if a.kind == Kind::Const => {
                let mut bytes = vec![0xc2];
                bytes.extend_from_slice(&a.offset.to_le_bytes()[..2]);
                push(out, i, Encoded { bytes, relocs: Vec::new() });
            }
            [a] => push(out, i, far(a, &[0xe9], Code::Jmp_rm64, 0)?),
            _ => return Err(Refusal::Invalid),
        }
        Ok(())
    }

    /// An ordinary instruction.
    fn plain(&mut self, suffix: Suffix, args: &mut Vec<Addr>, word: &str) -> Result<Encoded, Failure> {
        if let Some(bytes) = names::fixed(word) {
            if args.is_empty() {
                return Ok(Encoded { bytes: bytes.to_vec(), relocs: Vec::new() });
            }
            return Err(Refusal::Invalid);
        }
        if let Some(forms) = port(word) {
            return Ok(Encoded { bytes: forms.bytes(args)?, relocs: Vec::new() });
        }
        let mut word = if word == "MOVD" { "MOVQ" } else { word };
        if let Some(first) = args.first_mut().filter(|a| a.kind == Kind::Addr) {
            word = match word {
                "MOVL" => "LEAL",
                "MOVQ" => "LEAQ",
                "MOVW" => "LEAW",
                _ => return Err(Refusal::Invalid),
            };
            first.kind = Kind::Mem;
        }
        if let Some(Kind::Float(value)) = args.first().map(|a| a.kind.clone()) {
            word = self.float(value, args, word)?;
        }
        match (word, args.len()) {
            ("IMULW" | "IMULL" | "IMULQ", 3) => return Err(Refusal::Invalid),
            ("NOPW" | "NOPL", 0) | ("IMUL3W" | "IMUL3L" | "IMUL3Q", 0..=2) => return Err(Refusal::Invalid),
            // The short form has AX as its second operand.
            ("XCHGW" | "XCHGL" | "XCHGQ", 2) if is_ax(&args[1]) && args[0].as_reg().is_some() => args.reverse(),
            ("IMULW" | "IMULL" | "IMULQ", 2) if args[0].kind == Kind::Const => args.push(args[1].clone()),
            ("MOVQ", 2) => {
                if let Some(code) = wide_immediate(args) {
                    return Ok(code);
                }
            }
            _ => {}
        }
        let spec = if args.len() == 3 { names::double_shift(word) } else { None };
        let Some(spec) = spec.or_else(|| names::resolve(word)) else { return Err(Refusal::Invalid) };
        let result = encode(spec, suffix, args, word);
        let symmetric = args.iter().all(|a| a.kind != Kind::Const);
        if matches!(result, Err(Refusal::Invalid))
            && symmetric
            && (word.starts_with("TEST") || word.starts_with("XCHG") || word == "FXCHD")
        {
            args.reverse();
            return encode(spec, suffix, args, word);
        }
        result
    }

    /// A floating-point constant becomes one in memory, zero becomes `XORPS`.
    fn float<'w>(&mut self, value: f64, args: &mut [Addr], word: &'w str) -> Result<&'w str, Failure> {
        let single = match word {
            "MOVSS" | "VMOVSS" | "ADDSS" | "SUBSS" | "MULSS" | "DIVSS" | "COMISS" | "UCOMISS" => true,
            _ if word.starts_with('F') => word.ends_with('F') || word.ends_with("FP"),
            "MOVSD" | "VMOVSD" | "ADDSD" | "SUBSD" | "MULSD" | "DIVSD" | "COMISD" | "UCOMISD" => false,
            _ => return Err(Refusal::Invalid),
        };
        let moves = matches!(word, "MOVSS" | "VMOVSS" | "MOVSD" | "VMOVSD");
        let to = args.last().and_then(Addr::as_reg).filter(|r| r.class == Class::X && r.num < 16);
        if let Some(to) = to.filter(|_| moves && value.to_bits() == 0) {
            args[0] = Addr::reg(to);
            return Ok("XORPS");
        }
        let symbol = if single {
            let bits = (value as f32).to_bits();
            self.data.constant(&format!("$f32.{bits:08x}"), &bits.to_le_bytes())
        } else {
            let bits = value.to_bits();
            self.data.constant(&format!("$f64.{bits:016x}"), &bits.to_le_bytes())
        };
        args[0] = Addr { kind: Kind::Mem, base: Base::Symbol, symbol: Some(symbol), ..Addr::default() };
        Ok(word)
    }
}

struct State {
    /// Size of the locals.
    frame: i64,
    /// The same with the saved frame pointer.
    full: i64,
    saves_bp: bool,
    /// Bytes from the stack pointer to the return address.
    depth: i64,
    max: i64,
    /// What other instructions take from the stack.
    taken: i64,
}

impl State {
    /// Makes a pseudo register an offset from the stack pointer.
    fn place(&self, a: &mut Addr) -> Result<(), Failure> {
        let saved = if self.saves_bp { 8 } else { 0 };
        let add = match a.base {
            Base::Auto => self.depth - saved,
            Base::Param => self.depth + 8,
            Base::None | Base::Symbol => return Ok(()),
        };
        if a.reg.is_some_and(|r| r != SP) {
            return Err(Refusal::Invalid);
        }
        a.base = Base::None;
        a.reg = Some(SP);
        a.offset = a.offset.wrapping_add(add);
        Ok(())
    }
}

fn push(out: &mut Lowered, i: usize, code: Encoded) {
    if !code.bytes.is_empty() {
        out.pieces.push((i, Piece::Code(code)));
    }
}

/// `MOVQ TLS, AX`: the base of thread-local storage is in no register, what is relative to it is
/// addressed through FS.
fn loads_tls(args: &[Addr], word: &str) -> bool {
    let general = |a: &Addr| a.as_reg().is_some_and(|r| r.class == Class::Gpr);
    matches!(word, "MOVQ" | "MOVL") && matches!(args, [from, to] if from.as_reg() == Some(TLS) && general(to))
}

/// `8(AX)(TLS*1)` is `8(TLS)`.
fn tls_slot(a: &mut Addr) {
    if a.is_mem() && a.index == Some(TLS) && a.reg.is_some_and(|r| r.class == Class::Gpr) {
        (a.reg, a.index, a.scale) = (Some(TLS), None, 0);
    }
}

/// An instruction that is known to have an encoding.
fn quick(word: &str, args: &[Addr]) -> Encoded {
    let spec = names::resolve(word).expect("a known name");
    encode(spec, Suffix::default(), args, word).unwrap_or_default()
}

/// Makes room for `size` bytes, or frees them if it is negative.
fn adjust(size: i64) -> Encoded {
    // -128 fits into a byte, 128 does not.
    match size {
        0 => Encoded::default(),
        128 => quick("ADDQ", &[Addr::imm(-128), Addr::reg(SP)]),
        -128 => quick("SUBQ", &[Addr::imm(-128), Addr::reg(SP)]),
        _ if size < 0 => quick("ADDQ", &[Addr::imm(-size), Addr::reg(SP)]),
        _ => quick("SUBQ", &[Addr::imm(size), Addr::reg(SP)]),
    }
}

fn raw(args: &[Addr], size: usize) -> Result<Encoded, Failure> {
    match args {
        [a] if a.kind == Kind::Const => {
            Ok(Encoded { bytes: a.offset.to_le_bytes()[..size].to_vec(), relocs: Vec::new() })
        }
        _ => Err(Refusal::Invalid),
    }
}

fn align(word: &str, args: &[Addr]) -> Result<Piece, Failure> {
    let to = args.first().map_or(0, |a| a.offset);
    if !(8..=2048).contains(&to) || to & (to - 1) != 0 {
        return because(format!(
            "alignment value of an instruction must be a power of two and in the range [8, 2048], got {to}"
        ));
    }
    let max = match args {
        [_] if word == "PCALIGN" => to - 1,
        [_, max] if word == "PCALIGNMAX" && (0..to).contains(&max.offset) => max.offset,
        [_, max] => {
            let max = max.offset;
            return because(format!(
                "PCALIGNMAX 'amount' {max} must be non-negative and smaller than the alignment {to}"
            ));
        }
        _ => return Err(Refusal::Invalid),
    };
    Ok(Piece::Align { to: to as u32, max: max as u32 })
}

fn is_ax(a: &Addr) -> bool {
    a.as_reg() == Some(Reg { class: Class::Gpr, num: 0 })
}

/// The operands of a byte instruction with AL for AX.
fn implied_al(args: &[Addr], word: &str) -> Option<Vec<Addr>> {
    let number = args.iter().any(|a| a.kind == Kind::Const);
    if args.len() != 2 || !number || !word.ends_with('B') || !args.iter().any(is_ax) {
        return None;
    }
    let al = Addr::reg(Reg { class: Class::Byte, num: 0 });
    Some(args.iter().map(|a| if is_ax(a) { al.clone() } else { a.clone() }).collect())
}

/// Input and output: the port is a number or DX.
struct Port(&'static [u8], &'static [u8]);

impl Port {
    fn bytes(&self, args: &[Addr]) -> Result<Vec<u8>, Failure> {
        match args {
            [] => Ok(self.1.to_vec()),
            [a] if a.kind == Kind::Const => Ok([self.0, &[a.offset as u8]].concat()),
            _ => Err(Refusal::Invalid),
        }
    }
}

fn port(word: &str) -> Option<Port> {
    Some(match word {
        "INB" => Port(&[0xe4], &[0xec]),
        "INW" => Port(&[0x66, 0xe5], &[0x66, 0xed]),
        "INL" => Port(&[0xe5], &[0xed]),
        "OUTB" => Port(&[0xe6], &[0xee]),
        "OUTW" => Port(&[0x66, 0xe7], &[0x66, 0xef]),
        "OUTL" => Port(&[0xe7], &[0xef]),
        _ => return None,
    })
}

/// `MOVQ` of a number into a register takes the shortest of three forms.
fn wide_immediate(args: &[Addr]) -> Option<Encoded> {
    let to = args[1].as_reg().filter(|r| r.class == Class::Gpr)?;
    if args[0].kind != Kind::Const {
        return None;
    }
    let value = args[0].offset;
    let form = if u32::try_from(value).is_ok() { "MOVL" } else { return None };
    Some(quick(form, &[Addr::imm(value), Addr::reg(to)]))
}

/// A call or jump to somewhere outside the function.
fn far(a: &Addr, opcode: &[u8], indirect: Code, addend: i64) -> Result<Encoded, Failure> {
    let direct = matches!(a.kind, Kind::Mem) && a.base == Base::Symbol && a.reg.is_none() && a.index.is_none();
    if direct {
        let Some(target) = &a.symbol else { return Err(Refusal::Invalid) };
        let mut bytes = opcode.to_vec();
        let offset = bytes.len() as u32;
        bytes.extend_from_slice(&[0; 4]);
        let target: Symbol = Rc::unwrap_or_clone(Rc::clone(target));
        let reloc = Reloc { offset, kind: RelocKind::Call, target, addend: addend.wrapping_sub(4) };
        return Ok(Encoded { bytes, relocs: vec![reloc] });
    }
    let mut a = a.clone();
    if a.kind == Kind::Indirect {
        a.kind = Kind::Mem;
    }
    // A bare number is no address here.
    if a.is_mem() && a.base == Base::None && a.reg.is_none() && a.index.is_none() {
        return Err(Refusal::Invalid);
    }
    let spec: Spec = names::single(indirect);
    encode(spec, Suffix::default(), &[a], "JMP")
}

fn jump(func: &Func, i: usize, prog: &Prog, args: &[Addr], word: &str, out: &mut Lowered) -> Result<(), Failure> {
    let Some(kind) = names::jump(word) else { return Err(Refusal::Invalid) };
    let Some(to) = args.last() else { return Err(Refusal::Invalid) };
    let Some(target) = prog.target else {
        let code = match kind {
            Jump::Call => far(to, &[0xe8], Code::Call_rm64, to.offset)?,
            Jump::Jmp => far(to, &[0xe9], Code::Jmp_rm64, 0)?,
            _ => return Err(Refusal::Invalid),
        };
        push(out, i, code);
        return Ok(());
    };
    let target = final_target(func, target);
    let (short, near): (Option<Vec<u8>>, Option<Vec<u8>>) = match kind {
        Jump::Call => (None, Some(vec![0xe8])),
        Jump::Jmp => (Some(vec![0xeb]), Some(vec![0xe9])),
        Jump::If(c) => (Some(vec![0x70 + c]), Some(vec![0x0f, 0x80 + c])),
        Jump::Short(bytes) => (Some(bytes.to_vec()), None),
        Jump::Xbegin => (None, Some(vec![0xc7, 0xf8])),
    };
    out.pieces.push((i, Piece::Branch(Branch { short, near, target })));
    Ok(())
}

/// Where a chain of unconditional jumps leads.
fn final_target(func: &Func, target: usize) -> usize {
    let mut at = target;
    for _ in 0..func.progs.len() {
        let prog = &func.progs[at];
        match prog.target {
            Some(next) if prog.jumps => at = next,
            _ => return at,
        }
    }
    // They jump in a circle.
    target
}
