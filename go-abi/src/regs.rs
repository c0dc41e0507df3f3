//! Assignment of Go values to registers: the counts of gorc's variant of ABIInternal.
//!
//! One pair of counts serves arguments and results, since reflect's `RegArgs` knows only one.

/// Integer registers for arguments, and for results.
pub const INT_REGS: usize = 5;
/// Floating-point registers for arguments, and for results.
pub const FLOAT_REGS: usize = 8;
