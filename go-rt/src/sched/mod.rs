//! What the runtime knows of threads and goroutines: their memory, stacks and switches. Which
//! goroutine runs when is decided in Go (overlay).

pub(crate) mod g;
pub(crate) mod helper;
pub(crate) mod m;
pub(crate) mod size;
pub(crate) mod stack;
