//! Memory of the program: page heap, size classes, spans, object allocation. Knows nothing of
//! goroutines or roots; the collector in `gc` works on its structures.

pub(crate) mod alloc;
pub(crate) mod pages;
pub(crate) mod sizeclass;
pub(crate) mod span;
pub(crate) mod special;
pub(crate) mod specials;
pub(crate) mod typ;
