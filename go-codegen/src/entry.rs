//! The entry check of a function: machine code in front of what Cranelift made, and its cold end
//! behind it. It must come before *any* store of the function: Cranelift spills parameters as soon as
//! they are defined, far down in a frame that may not fit, so a check inside its code comes too late.
//! Never looks at what the function does.

use go_abi::layout::g::off;
use go_abi::object::{Reloc, RelocKind, SymbolId};

/// Frames of up to this many bytes compare the stack pointer itself with `g.stack_lo`; they reach this
/// far into the slack below it.
const SMALL: u32 = 128;
/// Functions that call nothing and have frames of up to this many bytes are not checked.
const LEAF: u32 = 256;
/// Pushed by a call and by the function itself: return address and frame pointer.
const PUSHED: u32 = 16;

/// What goes around a function's code.
pub(crate) struct EntryCheck {
    /// In front; its size is a multiple of the alignment asked for.
    pub(crate) head: Vec<u8>,
    /// Behind.
    tail: Vec<u8>,
    /// Offset in `tail` of the operand that leads to `runtime.morestack`.
    jump: usize,
}

/// The check of a function whose frame takes `frame` bytes below the saved frame pointer and whose code has
/// `len` bytes and wants to start at a multiple of `align`; nothing if it needs none.
pub(crate) fn check(frame: u32, calls: bool, len: usize, align: u32) -> Option<EntryCheck> {
    if !calls && frame + PUSHED <= LEAF {
        return None;
    }
    // rax, r10 and r11 are free at an entry.
    let small = frame + PUSHED <= SMALL;
    let lea = |out: &mut Vec<u8>| {
        // lea r11, [rsp - frame - pushed]
        out.extend([0x4c, 0x8d, 0x9c, 0x24]);
        out.extend((frame + PUSHED).wrapping_neg().to_le_bytes());
    };
    let mut head = Vec::new();
    if small {
        head.extend([0x49, 0x3b, 0x67, disp8(off::STACK_LO)]); // cmp rsp, [r15 + stack_lo]
    } else {
        lea(&mut head);
        head.extend([0x4d, 0x3b, 0x5f, disp8(off::STACK_LO)]); // cmp r11, [r15 + stack_lo]
    }
    head.extend([0x0f, 0x82, 0, 0, 0, 0]); // jb tail
    let branch = head.len();
    let size = branch.next_multiple_of(align.max(1) as usize);
    nops(&mut head, size - branch);
    let to_tail = (size + len - branch) as u32;
    head[branch - 4..branch].copy_from_slice(&to_tail.to_le_bytes());

    let mut tail = vec![0x4c, 0x8d, 0x1d]; // lea r11, [rip + the function]
    let back = (size + len + 7) as u32;
    tail.extend(back.wrapping_neg().to_le_bytes());
    tail.extend([0x4d, 0x89, 0x5f, disp8(off::MORESTACK_FN)]); // mov [r15 + morestack_fn], r11
    if small {
        tail.extend([0x49, 0x89, 0x67, disp8(off::MORESTACK_SP)]); // mov [r15 + morestack_sp], rsp
    } else {
        lea(&mut tail);
        tail.extend([0x4d, 0x89, 0x5f, disp8(off::MORESTACK_SP)]);
    }
    tail.push(0xe9); // jmp runtime.morestack
    let jump = tail.len();
    tail.extend([0; 4]);
    Some(EntryCheck { head, tail, jump })
}

impl EntryCheck {
    /// Puts the check around `code`, whose tables have been moved by `head`'s size already.
    pub(crate) fn wrap(self, code: &[u8], relocs: &mut Vec<Reloc>, morestack: SymbolId) -> Vec<u8> {
        let mut out = self.head;
        out.reserve_exact(code.len() + self.tail.len());
        out.extend_from_slice(code);
        let offset = (out.len() + self.jump) as u32;
        relocs.push(Reloc { offset, kind: RelocKind::Pc32, target: morestack, addend: -4 });
        out.extend_from_slice(&self.tail);
        out
    }
}

fn disp8(offset: i32) -> u8 {
    i8::try_from(offset).expect("bug: a field of g is out of an instruction's reach") as u8
}

/// `n` bytes that do nothing, in as few instructions as possible.
fn nops(out: &mut Vec<u8>, mut n: usize) {
    const NOPS: [&[u8]; 9] = [
        &[0x90],
        &[0x66, 0x90],
        &[0x0f, 0x1f, 0x00],
        &[0x0f, 0x1f, 0x40, 0x00],
        &[0x0f, 0x1f, 0x44, 0x00, 0x00],
        &[0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
        &[0x0f, 0x1f, 0x80, 0, 0, 0, 0],
        &[0x0f, 0x1f, 0x84, 0x00, 0, 0, 0, 0],
        &[0x66, 0x0f, 0x1f, 0x84, 0x00, 0, 0, 0, 0],
    ];
    while n > 0 {
        let k = n.min(NOPS.len());
        out.extend_from_slice(NOPS[k - 1]);
        n -= k;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};

    fn text(code: &[u8]) -> Vec<String> {
        let mut f = IntelFormatter::new();
        let d = Decoder::with_ip(64, code, 0x1000, DecoderOptions::NONE);
        d.into_iter()
            .map(|i| {
                let mut s = String::new();
                f.format(&i, &mut s);
                s
            })
            .collect()
    }

    fn around(frame: u32, code: &[u8]) -> (Vec<String>, Vec<Reloc>) {
        let mut relocs = Vec::new();
        let c = check(frame, true, code.len(), 16).expect("a check");
        assert_eq!(c.head.len() % 16, 0);
        (text(&c.wrap(code, &mut relocs, SymbolId(7))), relocs)
    }

    #[test]
    fn small_frames_compare_the_stack_pointer() {
        let (lines, relocs) = around(32, &[0xc3]);
        assert_eq!(
            lines,
            [
                "cmp rsp,[r15+10h]",
                "jb 0000000000001011h",
                "nop [rax+rax]",
                "ret",
                "lea r11,[1000h]",
                "mov [r15+18h],r11",
                "mov [r15+58h],rsp",
                "jmp 0000000000001025h",
            ]
        );
        assert_eq!((relocs[0].offset, relocs[0].addend, relocs[0].target), (0x21, -4, SymbolId(7)));
    }

    #[test]
    fn large_frames_compare_where_they_will_end() {
        let (lines, _) = around(4080, &[0xc3]);
        assert_eq!(lines[0], "lea r11,[rsp-1000h]");
        assert_eq!(lines[1], "cmp r11,[r15+10h]");
        assert_eq!(lines[2], "jb 0000000000001021h");
        assert_eq!(lines.last().unwrap(), "jmp 000000000000103Dh");
    }

    #[test]
    fn only_small_leaves_go_without() {
        assert!(check(240, false, 1, 16).is_none());
        assert!(check(241, false, 1, 16).is_some());
        assert!(check(0, true, 1, 16).is_some());
    }

    #[test]
    fn padding_decodes() {
        for n in 0..40 {
            let mut out = Vec::new();
            nops(&mut out, n);
            assert_eq!(out.len(), n);
            assert!(text(&out).iter().all(|l| l.contains("nop") || l == "xchg ax,ax"), "{n}");
        }
    }
}
