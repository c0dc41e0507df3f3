//! Assembles a function and prints its code.

use go_asm::{Arch, Options, Source, assemble};

fn main() {
    let text = "TEXT ·Add(SB), NOSPLIT, $0-24
    MOVQ a+0(FP), AX
    ADDQ b+8(FP), AX
    MOVQ AX, ret+16(FP)
    RET
";
    let options = Options { package: "sum", arch: Arch::Amd64, defines: &[("NOSPLIT", "4")], include: &|_, _| None };
    match assemble(&[Source { name: "add_amd64.s", text }], &options) {
        Ok(object) => {
            for text in &object.texts {
                let code: Vec<String> = text.code.iter().map(|b| format!("{b:02x}")).collect();
                println!("{}: {}", text.symbol, code.join(" "));
            }
        }
        Err(errors) => errors.iter().for_each(|e| println!("{e}")),
    }
}
