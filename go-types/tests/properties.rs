//! Laws of the checker on generated programs.

mod laws;
#[path = "../../go-ast/tests/laws/program.rs"]
mod program;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_are_checked_without_panic(text in program::program()) {
        laws::check(text.as_bytes());
    }
}
