#![doc = include_str!("../README.md")]

mod entry;
mod key;
mod store;

pub use key::{Key, KeyBuilder};
pub use store::{CacheError, Store, Trimmed};
