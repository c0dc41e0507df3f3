//! Pieces to code: lengths of jumps, padding, lines.

use crate::amd64::encode::Encoded;
use crate::lower::{Branch, Lowered, Piece};
use crate::model::{LineRow, Reloc};
use crate::prog::Func;

/// What layout makes of a function.
pub(crate) struct Layout {
    pub(crate) code: Vec<u8>,
    pub(crate) relocs: Vec<Reloc>,
    pub(crate) lines: Vec<LineRow>,
    pub(crate) align: u32,
}

/// Padding instructions by length.
const NOPS: [&[u8]; 9] = [
    &[0x90],
    &[0x66, 0x90],
    &[0x0f, 0x1f, 0x00],
    &[0x0f, 0x1f, 0x40, 0x00],
    &[0x0f, 0x1f, 0x44, 0x00, 0x00],
    &[0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
    &[0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
    &[0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
    &[0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/// Functions begin at multiples of this, as gc's linker places them.
const FUNC_ALIGN: u32 = 32;

/// The code of a function; the error is the index of an instruction whose target is too far away.
pub(crate) fn layout(func: &Func, lowered: &Lowered) -> Result<Layout, usize> {
    let pieces = &lowered.pieces;
    // The first piece of each instruction; one without pieces is where the next one is.
    let mut first = vec![pieces.len(); func.progs.len()];
    for (at, &(prog, _)) in pieces.iter().enumerate().rev() {
        first[prog] = at;
    }
    for prog in (0..first.len().saturating_sub(1)).rev() {
        first[prog] = first[prog].min(first[prog + 1]);
    }
    first[0] = 0;
    let Choice { short, repeated } = choose(pieces, &first);
    let mut out = Layout { code: Vec::new(), relocs: Vec::new(), lines: Vec::new(), align: FUNC_ALIGN };
    let starts = starts(pieces, &short, repeated);
    for (at, (prog, piece)) in pieces.iter().enumerate() {
        let from = &func.progs[*prog];
        let offset = out.code.len() as u32;
        match piece {
            Piece::Code(_) | Piece::Either(..) => {
                let Some(code) = code(piece, repeated) else { continue };
                out.code.extend_from_slice(&code.bytes);
                out.relocs.extend(code.relocs.iter().map(|r| Reloc { offset: r.offset + offset, ..r.clone() }));
            }
            Piece::Align { to, max } => {
                out.align = out.align.max(*to);
                let mut pad = padding(offset, *to, *max) as usize;
                while pad > 0 {
                    let n = pad.min(NOPS.len());
                    out.code.extend_from_slice(NOPS[n - 1]);
                    pad -= n;
                }
            }
            Piece::Branch(branch) => {
                let distance = i64::from(starts[first[branch.target]]) - i64::from(starts[at + 1]);
                match (&branch.short, &branch.near) {
                    (Some(opcode), near) if short[at] || near.is_none() => {
                        out.code.extend_from_slice(opcode);
                        let Ok(distance) = i8::try_from(distance) else { return Err(*prog) };
                        out.code.push(distance as u8);
                    }
                    (_, Some(opcode)) => {
                        out.code.extend_from_slice(opcode);
                        out.code.extend_from_slice(&(distance as i32).to_le_bytes());
                    }
                    _ => return Err(*prog),
                }
            }
        }
        // Padding may be empty.
        let filled = out.code.len() as u32 > offset;
        if filled && out.lines.last().is_none_or(|l| (l.file, l.line) != (from.file, from.line)) {
            out.lines.push(LineRow { offset, file: from.file, line: from.line });
        }
    }
    Ok(out)
}

fn padding(offset: u32, to: u32, max: u32) -> u32 {
    let pad = offset.next_multiple_of(to) - offset;
    if pad <= max { pad } else { 0 }
}

fn size(piece: &Piece, offset: u32, short: bool, repeated: bool) -> u32 {
    match piece {
        Piece::Code(_) | Piece::Either(..) => code(piece, repeated).map_or(0, |c| c.bytes.len() as u32),
        Piece::Align { to, max } => padding(offset, *to, *max),
        Piece::Branch(Branch { short: Some(opcode), near, .. }) if short || near.is_none() => opcode.len() as u32 + 1,
        Piece::Branch(Branch { near, .. }) => near.as_ref().map_or(0, |opcode| opcode.len() as u32 + 4),
    }
}

/// The bytes of a piece that has them.
fn code(piece: &Piece, repeated: bool) -> Option<&Encoded> {
    match piece {
        Piece::Code(code) => Some(code),
        Piece::Either(first, later) => Some(if repeated { later } else { first }),
        _ => None,
    }
}

/// Offsets of the pieces, and of the end.
fn starts(pieces: &[(usize, Piece)], short: &[bool], repeated: bool) -> Vec<u32> {
    let mut starts = Vec::with_capacity(pieces.len() + 1);
    let mut offset = 0;
    for ((_, piece), &short) in pieces.iter().zip(short) {
        starts.push(offset);
        offset += size(piece, offset, short, repeated);
    }
    starts.push(offset);
    starts
}

struct Choice {
    short: Vec<bool>,
    /// It took more than one pass.
    repeated: bool,
}

/// Which jumps are short: all are at first, those forward that turn out too long stay long.
fn choose(pieces: &[(usize, Piece)], first: &[usize]) -> Choice {
    let mut short = vec![true; pieces.len()];
    let mut repeated = false;
    loop {
        let mut changed = false;
        let mut starts = Vec::with_capacity(pieces.len() + 1);
        let mut offset = 0;
        for (at, (_, piece)) in pieces.iter().enumerate() {
            starts.push(offset);
            if let Piece::Branch(branch) = piece {
                let target = first[branch.target];
                if target <= at {
                    let end = i64::from(offset) + i64::from(size(piece, offset, true, repeated));
                    short[at] = i64::from(starts[target]) - end >= -128;
                }
            }
            offset += size(piece, offset, short[at], repeated);
        }
        starts.push(offset);
        for (at, (_, piece)) in pieces.iter().enumerate() {
            let Piece::Branch(branch) = piece else { continue };
            let target = first[branch.target];
            if target > at && short[at] && starts[target] - starts[at + 1] > 127 {
                short[at] = false;
                changed |= branch.near.is_some();
            }
        }
        if !changed {
            return Choice { short, repeated };
        }
        repeated = true;
    }
}
