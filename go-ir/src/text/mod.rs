//! The text form of the IR, for reading (`--emit=ir`) and for tests of passes.

pub mod parse;
pub mod print;
