//! Root of the runtime object: the same modules as `lib.rs`, without std and libc, for linking into
//! Go programs. Compiled by the build script, not by cargo.
#![no_std]

mod api;
mod arch;
mod bytealg;
mod gc;
mod global;
mod kernels;
mod mem;
mod os;
mod pctable;
mod sched;
mod start;
mod trace;

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    os::print(b"fatal error: internal error in the runtime");
    if let Some(at) = info.location() {
        os::print(b" at ");
        os::print(at.file().as_bytes());
        os::print(b":");
        os::print_dec(at.line() as usize);
    }
    os::die("\n")
}
