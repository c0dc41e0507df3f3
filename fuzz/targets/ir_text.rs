//! Text form of the IR. The laws are those of the property tests.
#![no_main]

#[path = "../../go-ir/tests/laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    laws::check(text);
});
