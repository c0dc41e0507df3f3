//! The program between parser and encoder: instructions with operands.

use crate::amd64::reg::{Reg, TLS};
use crate::lex::Name;
use crate::model::{Flags, Symbol};
use std::rc::Rc;

/// What an address is relative to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Base {
    /// A register or nothing.
    #[default]
    None,
    /// `x-8(SP)`: the top of the locals.
    Auto,
    /// `x+8(FP)`: the arguments.
    Param,
    /// `x(SB)`
    Symbol,
}

/// The form of an operand.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) enum Kind {
    #[default]
    None,
    /// A register.
    Reg,
    /// `$1`
    Const,
    /// `$1.5`
    Float(f64),
    /// `$"abc"`
    Str(Vec<u8>),
    /// Memory.
    Mem,
    /// `$x(SB)`: an address as a value.
    Addr,
    /// `*x(SB)`
    Indirect,
    /// `2(PC)`
    Relative,
    /// `label`
    Label(Name),
    /// `[Z0-Z3]`; the first is in `reg`.
    List(Reg),
}

/// An operand.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Addr {
    pub(crate) kind: Kind,
    pub(crate) base: Base,
    pub(crate) symbol: Option<Rc<Symbol>>,
    pub(crate) reg: Option<Reg>,
    pub(crate) index: Option<Reg>,
    pub(crate) scale: u8,
    pub(crate) offset: i64,
}

impl Addr {
    pub(crate) fn reg(reg: Reg) -> Addr {
        Addr { kind: Kind::Reg, reg: Some(reg), ..Addr::default() }
    }

    pub(crate) fn imm(value: i64) -> Addr {
        Addr { kind: Kind::Const, offset: value, ..Addr::default() }
    }

    /// The register, if the operand is one.
    pub(crate) fn as_reg(&self) -> Option<Reg> {
        if self.kind == Kind::Reg { self.reg } else { None }
    }

    /// Offset from the thread's slot for g, if the operand is there.
    pub(crate) fn offset_in_tls(&self) -> Option<i64> {
        (self.is_mem() && self.reg == Some(TLS)).then_some(self.offset)
    }

    pub(crate) fn is_mem(&self) -> bool {
        self.kind == Kind::Mem
    }
}

/// Suffixes of AVX-512 instructions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Suffix {
    pub(crate) zeroing: bool,
    pub(crate) broadcast: bool,
    pub(crate) sae: bool,
    pub(crate) rounding: Option<Rounding>,
}

impl Suffix {
    pub(crate) fn is_none(self) -> bool {
        self == Suffix::default()
    }
}

/// Rounding in a suffix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rounding {
    Nearest,
    Down,
    Up,
    Zero,
}

/// An instruction, or something that counts as one for `n(PC)`.
#[derive(Clone, Debug)]
pub(crate) struct Prog {
    pub(crate) op: Name,
    pub(crate) suffix: Suffix,
    pub(crate) args: Vec<Addr>,
    /// Index of the target in its function, for jumps within it.
    pub(crate) target: Option<usize>,
    /// It is a JMP: what jumps to it goes on to its target.
    pub(crate) jumps: bool,
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) col: u32,
}

/// A function before encoding; the first instruction stands for its TEXT.
#[derive(Clone, Debug)]
pub(crate) struct Func {
    pub(crate) symbol: Rc<Symbol>,
    pub(crate) abi_internal: bool,
    pub(crate) flags: Flags,
    pub(crate) frame: i64,
    pub(crate) args: Option<u32>,
    pub(crate) progs: Vec<Prog>,
}
