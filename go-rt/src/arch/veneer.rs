//! Veneers: the Go-visible symbols of `sys` and `noret` functions. A veneer makes a frame on the
//! goroutine's stack, notes it in G, and calls the Rust function on the thread's system stack.
//! Callee-saved registers stay where they are: Rust keeps them, and the collector scans the system
//! stack as well.

use crate::api::*;
use crate::bytealg::*;
use go_abi::for_each_rust_fn;

macro_rules! one {
    (sys $symbol:literal $ident:ident) => {
        core::arch::global_asm!(
            ".section .text.gorc_veneer,\"ax\",@progbits",
            concat!(".globl \"", $symbol, "\""),
            concat!(".type \"", $symbol, "\",@function"),
            ".p2align 4",
            concat!("\"", $symbol, "\":"),
            "push rbp",
            "mov rbp, rsp",
            "mov [r15 + {sched_sp}], rsp",
            "mov [r15 + {sched_bp}], rbp",
            "mov rsp, fs:[16]",
            "call {f}",
            "mov rsp, [r15 + {sched_sp}]",
            "pop rbp",
            "ret",
            concat!(".size \"", $symbol, "\", . - \"", $symbol, "\""),
            ".text",
            f = sym $ident,
            sched_sp = const go_abi::layout::g::off::SCHED_SP,
            sched_bp = const go_abi::layout::g::off::SCHED_BP,
        );
    };
    (noret $symbol:literal $ident:ident) => {
        one!(sys $symbol $ident);
    };
    (leaf $symbol:literal $ident:ident) => {
        const _: *const () = $ident as *const ();
    };
    (asm $symbol:literal $ident:ident) => {};
}

macro_rules! all {
    ($($kind:ident $symbol:literal $ident:ident $signature:literal;)*) => {
        $(one!($kind $symbol $ident);)*
    };
}
for_each_rust_fn!(all);
