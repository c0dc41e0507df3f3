//! The `gorc` command.
fn main() {}
