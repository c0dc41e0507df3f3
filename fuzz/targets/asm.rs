//! Assembly of any text. The laws are those of the damaged programs.
#![no_main]

#[path = "../../go-asm/tests/laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    laws::check(data);
});
