//! Inner loops of standard packages that are the runtime's: big integers. Each is an extern called by an
//! overlay file of that package; all are pure functions of memory.

pub(crate) mod bigint;
