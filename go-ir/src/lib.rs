#![doc = include_str!("../README.md")]

pub mod build;
pub mod compact;
pub mod image;
pub mod ir;
pub mod order;
pub mod passes;
pub mod program;
pub mod storage;
pub mod text;
pub mod ty;
pub mod verify;
pub mod visit;

pub use ir::*;
pub use program::Program;
pub use storage::StorageMap;
pub use ty::{
    Basic, ChanDir, Field, FuncSig, IfaceMethod, Layout, NamedInfo, NamedKey, Part, Scalar, Ty, TyKind, TypeTable,
};
