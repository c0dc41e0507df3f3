//! amd64: names, forms and encoding of instructions.

pub(crate) mod encode;
mod forms;
pub(crate) mod names;
pub(crate) mod reg;
mod x87;

/// Whether the language has an instruction of this name.
pub(crate) fn is_instruction(word: &str) -> bool {
    is_pseudo(word)
        || is_jump(word) && names::jump(word).is_some()
        || names::fixed(word).is_some()
        || names::resolve(word).is_some()
}

/// Whether operands of the instruction may be labels.
pub(crate) fn is_jump(word: &str) -> bool {
    word.starts_with('J') || word == "CALL" || word.starts_with("LOOP") || word == "XBEGIN"
}

/// Words that the layout or the frame handles.
fn is_pseudo(word: &str) -> bool {
    matches!(
        word,
        "BYTE" | "WORD" | "LONG" | "QUAD" | "RET" | "NOP" | "UNDEF" | "ADJSP" | "PCALIGN" | "PCALIGNMAX" | "CALL"
    )
}
