//! Column alignment: cells ended by tabs are padded so that the cells of consecutive lines align
//! ("elastic tabstops"), then trailing blanks and protection marks go.
//!
//! In the input, `\t` and `\v` end a cell, `\n` a line, and `\f` a line and all columns. Text between
//! two [`ESCAPE`] bytes is taken as it is. Columns of empty `\v` cells vanish.

/// Brackets text that alignment must not look into; never part of UTF-8.
pub(super) const ESCAPE: u8 = 0xff;

const TAB_WIDTH: usize = 8;
const PADDING: usize = 1;

#[derive(Clone, Copy, Default)]
struct Cell {
    /// Bytes.
    size: usize,
    /// Characters.
    width: usize,
    /// Ended by `\t`.
    hard: bool,
}

struct Aligner {
    buf: Vec<u8>,
    /// Up to where the width of the current cell has been counted.
    counted: usize,
    cell: Cell,
    lines: Vec<Vec<Cell>>,
    widths: Vec<usize>,
    out: Vec<u8>,
}

/// Aligns `text`.
pub(super) fn align(text: &[u8]) -> Vec<u8> {
    let mut a = Aligner {
        buf: Vec::new(),
        counted: 0,
        cell: Cell::default(),
        lines: vec![Vec::new()],
        widths: Vec::new(),
        out: Vec::with_capacity(text.len() + text.len() / 8),
    };
    let mut escaped = false;
    for &b in text {
        if escaped {
            a.push(b);
            if b == ESCAPE {
                a.count();
                a.cell.width -= 2; // the brackets
                escaped = false;
            }
            continue;
        }
        match b {
            b'\t' | b'\x0b' | b'\n' | b'\x0c' => {
                a.count();
                let cells = a.end_cell(b == b'\t');
                if b == b'\n' || b == b'\x0c' {
                    a.lines.push(Vec::new());
                    // A line of one cell does not touch the columns after it.
                    if b == b'\x0c' || cells == 1 {
                        a.flush();
                    }
                }
            }
            ESCAPE => {
                a.count();
                a.push(b);
                escaped = true;
            }
            _ => a.push(b),
        }
    }
    a.count();
    a.flush();
    a.out
}

impl Aligner {
    fn push(&mut self, b: u8) {
        self.buf.push(b);
        self.cell.size += 1;
    }

    fn count(&mut self) {
        let new = &self.buf[self.counted..];
        self.cell.width += new.iter().filter(|b| **b & 0xc0 != 0x80).count();
        self.counted = self.buf.len();
    }

    /// Ends the current cell; returns the number of cells of its line.
    fn end_cell(&mut self, hard: bool) -> usize {
        self.cell.hard = hard;
        let cell = std::mem::take(&mut self.cell);
        match self.lines.last_mut() {
            Some(line) => {
                line.push(cell);
                line.len()
            }
            None => 0,
        }
    }

    fn flush(&mut self) {
        if self.cell.size > 0 {
            self.end_cell(false);
        }
        self.format(0, 0, self.lines.len());
        self.buf.clear();
        self.counted = 0;
        self.cell = Cell::default();
        self.lines.clear();
        self.lines.push(Vec::new());
    }

    /// Writes the lines `from..to`, whose text starts at `pos`, and returns where it ends. The widths
    /// of the columns to the left are known.
    fn format(&mut self, mut pos: usize, mut from: usize, to: usize) -> usize {
        let column = self.widths.len();
        let mut this = from;
        while this < to {
            // The last cell of a line ends at the line's end and belongs to no column.
            if column + 1 >= self.lines[this].len() {
                this += 1;
                continue;
            }
            pos = self.write(pos, from, this);
            from = this;
            let mut width = 0;
            let mut empty = true;
            while this < to && column + 1 < self.lines[this].len() {
                let c = self.lines[this][column];
                width = width.max(c.width + PADDING);
                if c.width > 0 || c.hard {
                    empty = false;
                }
                this += 1;
            }
            self.widths.push(if empty { 0 } else { width });
            pos = self.format(pos, from, this);
            self.widths.pop();
            from = this;
        }
        self.write(pos, from, to)
    }

    /// Writes the lines `from..to` with the known widths.
    fn write(&mut self, mut pos: usize, from: usize, to: usize) -> usize {
        for i in from..to {
            let mut leading = true;
            for (j, c) in self.lines[i].iter().enumerate() {
                let width = self.widths.get(j).copied();
                if c.size == 0 {
                    if let Some(width) = width {
                        pad(&mut self.out, c.width, width, leading);
                    }
                } else {
                    leading = false;
                    self.out.extend_from_slice(&self.buf[pos..pos + c.size]);
                    pos += c.size;
                    if let Some(width) = width {
                        pad(&mut self.out, c.width, width, false);
                    }
                }
            }
            if i + 1 < self.lines.len() {
                self.out.push(b'\n');
            }
        }
        pos
    }
}

/// Pads a cell to its column's width; leading empty cells by tabs.
fn pad(out: &mut Vec<u8>, text: usize, width: usize, by_tabs: bool) {
    if by_tabs {
        let width = width.div_ceil(TAB_WIDTH) * TAB_WIDTH;
        let n = width.saturating_sub(text).div_ceil(TAB_WIDTH);
        out.extend(std::iter::repeat_n(b'\t', n));
    } else {
        out.extend(std::iter::repeat_n(b' ', width.saturating_sub(text)));
    }
}

/// Drops trailing blanks and protection marks, and makes plain line ends and tabs of the special
/// ones, outside of protected text.
pub(super) fn trim(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut space = Vec::new();
    let mut escaped = false;
    for &b in text {
        if escaped {
            if b == ESCAPE {
                escaped = false;
            } else {
                out.push(b);
            }
            continue;
        }
        match b {
            b' ' | b'\t' => space.push(b),
            b'\x0b' => space.push(b'\t'),
            b'\n' | b'\x0c' => {
                space.clear();
                out.push(b'\n');
            }
            _ => {
                out.append(&mut space);
                if b == ESCAPE {
                    escaped = true;
                } else {
                    out.push(b);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_empty_soft_columns_vanish() {
        let text = |s: &str| String::from_utf8(trim(&align(s.as_bytes()))).unwrap();
        assert_eq!(text("a\x0bb\nccc\x0bd\n"), "a   b\nccc d\n");
        assert_eq!(text("a\x0b\x0bb\nccc\x0b\x0bd\n"), "a   b\nccc d\n");
        assert_eq!(text("a\x0bb\x0cccc\x0bd\n"), "a b\nccc d\n");
        assert_eq!(text("\t\tx  \n"), "\t\tx\n");
    }
}
