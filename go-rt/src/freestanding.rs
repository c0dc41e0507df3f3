//! Root of the runtime object: the same modules as `lib.rs`, without std and libc, for linking into
//! Go programs. Compiled by the build script, not by cargo.
#![no_std]

mod api;
mod arch;
mod bytealg;
mod gc;
mod global;
mod mem;
mod os;
mod pctable;
mod sched;
mod start;
mod trace;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    os::die("fatal error: internal error in the runtime\n")
}
