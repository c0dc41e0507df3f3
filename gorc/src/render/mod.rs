//! Diagnostics as text: the only place where they become text.

pub(crate) mod go;
pub(crate) mod json;
