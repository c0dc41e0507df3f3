//! Instructions as messages show them.

use crate::prog::{Addr, Base, Kind, Prog, Rounding};
use std::fmt::Write;

/// `MOVQ AX, 8(BX)`
pub(crate) fn instruction(word: &str, prog: &Prog) -> String {
    let mut out = word.to_owned();
    let suffix = prog.suffix;
    if suffix.broadcast {
        out.push_str(".BCST");
    }
    if suffix.sae {
        out.push_str(".SAE");
    }
    out.push_str(match suffix.rounding {
        Some(Rounding::Nearest) => ".RN_SAE",
        Some(Rounding::Down) => ".RD_SAE",
        Some(Rounding::Up) => ".RU_SAE",
        Some(Rounding::Zero) => ".RZ_SAE",
        None => "",
    });
    if suffix.zeroing {
        out.push_str(".Z");
    }
    for (i, a) in prog.args.iter().enumerate() {
        out.push_str(if i == 0 { "\t" } else { ", " });
        operand(&mut out, a);
    }
    out
}

fn operand(out: &mut String, a: &Addr) {
    // Writing to a string cannot fail.
    let _ = match &a.kind {
        Kind::None => Ok(()),
        Kind::Reg => a.reg.map_or(Ok(()), |r| write!(out, "{r}")),
        Kind::Const => write!(out, "${}", a.offset),
        Kind::Float(v) => write!(out, "$({v})"),
        Kind::Str(s) => write!(out, "${:?}", String::from_utf8_lossy(s)),
        Kind::Relative => write!(out, "{}(PC)", a.offset),
        Kind::Label(_) => write!(out, "label"),
        Kind::List(high) => a.reg.map_or(Ok(()), |low| write!(out, "[{low}-{high}]")),
        Kind::Addr => {
            out.push('$');
            memory(out, a)
        }
        Kind::Indirect => {
            out.push('*');
            memory(out, a)
        }
        Kind::Mem => memory(out, a),
    };
}

fn memory(out: &mut String, a: &Addr) -> std::fmt::Result {
    match (a.base, &a.symbol) {
        (Base::Symbol, Some(symbol)) => {
            write!(out, "{symbol}")?;
            if a.offset != 0 {
                write!(out, "{:+}", a.offset)?;
            }
            out.push_str("(SB)");
        }
        (Base::Auto, _) => write!(out, "{}(SP)", a.offset)?,
        (Base::Param, _) => write!(out, "{}(FP)", a.offset)?,
        _ if a.offset != 0 || a.reg.is_none() && a.index.is_none() => write!(out, "{}", a.offset)?,
        _ => {}
    }
    if let Some(reg) = a.reg {
        write!(out, "({reg})")?;
    }
    if let Some(index) = a.index {
        write!(out, "({index}*{})", a.scale)?;
    }
    Ok(())
}
