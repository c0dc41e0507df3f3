//! Trees and canonical layout of any bytes. The laws are those of the property tests.
#![no_main]

#[path = "../../go-ast/tests/laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    laws::check_tree(data);
    laws::check_format(data);
});
