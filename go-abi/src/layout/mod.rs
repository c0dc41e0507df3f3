//! Memory layouts shared by compiler, linker and runtime. Plain `repr(C)` structs and offset
//! constants; nothing here reads or writes memory.

pub mod g;
pub mod m;
pub mod pctab;
