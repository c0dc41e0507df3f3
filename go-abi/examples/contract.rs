//! Prints the contract between compiled Go code and the runtime object: `contract [NAME]` for those
//! functions whose symbol holds NAME.

use go_abi::layout::g::{G_SIZE, GO_FIELDS, STACK_MIN, off};
use go_abi::regs::{FLOAT_REGS, INT_REGS};
use go_abi::runtime_fns::{GO_ROOTS, RUST_FNS, RustFnKind};

fn main() {
    let part = std::env::args().nth(1).unwrap_or_default();
    println!("arguments in {INT_REGS} integer and {FLOAT_REGS} floating-point registers");
    println!("G: {G_SIZE} bytes, stack limit at {}, Go's own fields from {GO_FIELDS}", off::STACK_LO);
    println!("first stack segment: {STACK_MIN} bytes");
    println!("every program contains: {}", GO_ROOTS.join(" "));
    for f in RUST_FNS.iter().filter(|f| f.symbol.contains(&part)) {
        let entry = match f.kind {
            RustFnKind::Sys => "system stack",
            RustFnKind::NoReturn => "no return",
            RustFnKind::Leaf => "goroutine stack",
            RustFnKind::Asm => "assembly",
        };
        println!("{entry:16} {} {}", f.symbol, f.signature);
    }
}
