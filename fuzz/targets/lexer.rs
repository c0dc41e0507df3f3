//! Tokens of any bytes. The laws are those of the property tests.
#![no_main]

#[path = "../../go-lexer/tests/laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    laws::check(data);
});
