//! Tables that map program counters to functions, lines and landing pads. go-link writes them,
//! go-rt reads them. Everything is reached through one symbol, [`PCTAB_SYMBOL`], whose value is a
//! [`PcTab`]. All addresses of code are absolute 32-bit (the image lies below 2 GiB).
//!
//! # Line program
//! A function's line program starts at `lines + FuncTabEntry::line_off` and is: `uvarint nrows`,
//! then `nrows` rows of `uvarint pc_delta, svarint file_delta, svarint line_delta, svarint
//! inl_delta` (svarint = zigzag). The state before the first row is pc = entry, file =
//! `FuncTabEntry::file`, line = `start_line`, inl = 0. A row first advances pc, then changes the
//! other three; the result holds from that pc up to the next row's pc (the last row: up to `end`).
//! `file`/`line` are the position in the *innermost* (possibly inlined) function. `inl` is 0 when
//! the instruction belongs to the function itself, else 1 + index (relative to
//! `FuncTabEntry::inl_off`, which counts [`InlNode`]s) of the inlined call it belongs to.
//!
//! A lookup for a return address uses `pc - 1`.

/// Symbol of the [`PcTab`].
pub const PCTAB_SYMBOL: &str = "runtime.pctab";

/// Root of all tables; every field is 8 bytes (addresses and counts).
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct PcTab {
    /// `[FuncTabEntry; nfuncs]`, sorted by `entry`.
    pub functab: u64,
    /// Number of functions.
    pub nfuncs: u64,
    /// `[CallSite; ncallsites]`, sorted by `retaddr`.
    pub callsites: u64,
    /// Number of call sites.
    pub ncallsites: u64,
    /// `[StrRef; nfiles]` into `strings`.
    pub files: u64,
    /// Number of files.
    pub nfiles: u64,
    /// Text of all names (functions, files), not terminated.
    pub strings: u64,
    /// Its length in bytes.
    pub strings_len: u64,
    /// Line programs.
    pub lines: u64,
    /// Their length in bytes.
    pub lines_len: u64,
    /// `[InlNode; ninl]`.
    pub inl: u64,
    /// Number of inline nodes.
    pub ninl: u64,
    /// Start of Go text (`runtime.text`).
    pub text: u64,
    /// End of Go text (`runtime.etext`).
    pub etext: u64,
    /// Start of data with pointers: scanned conservatively (`runtime.data`).
    pub data: u64,
    /// End (`runtime.edata`).
    pub edata: u64,
    /// Start of bss with pointers: scanned conservatively (`runtime.bss`).
    pub bss: u64,
    /// End (`runtime.ebss`).
    pub ebss: u64,
    /// Start of read-only data.
    pub rodata: u64,
    /// End.
    pub erodata: u64,
    /// Start of data without pointers.
    pub noptrdata: u64,
    /// End.
    pub enoptrdata: u64,
    /// Start of bss without pointers.
    pub noptrbss: u64,
    /// End.
    pub enoptrbss: u64,
    /// Start of the type descriptor area, in which NameOff/TypeOff point.
    pub types: u64,
    /// End of it.
    pub etypes: u64,
    /// Array of addresses of all type descriptors, sorted by type string (reflect's lookups).
    pub typelinks: u64,
    /// Number of them.
    pub ntypelinks: u64,
    /// Array of addresses of the itabs made by the compiler.
    pub itabs: u64,
    /// Number of them.
    pub nitabs: u64,
    /// Build information text (`debug.ReadBuildInfo`), address.
    pub modinfo: u64,
    /// Its length.
    pub modinfo_len: u64,
}

/// A string inside [`PcTab::strings`].
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StrRef {
    /// Offset.
    pub off: u32,
    /// Length.
    pub len: u32,
}

/// One function of Go text.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct FuncTabEntry {
    /// First address.
    pub entry: u32,
    /// One past the last address.
    pub end: u32,
    /// Name as Go prints it, in `strings`.
    pub name_off: u32,
    /// Its length.
    pub name_len: u32,
    /// Index of the file of its declaration.
    pub file: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Bits of [`func_flags`].
    pub flags: u32,
    /// Offset of its line program in `lines`.
    pub line_off: u32,
    /// Index of its first [`InlNode`].
    pub inl_off: u32,
    /// One of [`func_id`]; 0 = ordinary.
    pub func_id: u32,
}

/// Bits of [`FuncTabEntry::flags`] and [`InlNode::flags`].
pub mod func_flags {
    /// Compiler-made wrapper (method value, promoted method, thunk): left out of tracebacks.
    pub const WRAPPER: u32 = 1;
    /// Part of package runtime or of a package that must not be stopped asynchronously.
    pub const RUNTIME: u32 = 2;
    /// A stack-switching stub.
    pub const MORESTACK: u32 = 4;
    /// Takes the closure context as leading parameter (closure bodies, `·thunk`s). Functions without
    /// this bit are plain: reflect calls need to know, since it passes method code pointers and
    /// closure code pointers alike.
    pub const CTX: u32 = 8;
    /// The function has no entry check (nosplit).
    pub const NOSPLIT: u32 = 16;
    /// The function has no parameters (and no receiver): traces print it with `()`.
    pub const NO_ARGS: u32 = 32;
}

/// Functions that tracebacks treat specially.
pub mod func_id {
    /// Ordinary.
    pub const NORMAL: u32 = 0;
    /// `runtime.main`.
    pub const MAIN: u32 = 1;
    /// `runtime.sigpanic`.
    pub const SIGPANIC: u32 = 2;
    /// `runtime.gopanic`.
    pub const GOPANIC: u32 = 3;
    /// A package initialiser.
    pub const INIT: u32 = 4;
}

/// One call that was inlined into a function.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct InlNode {
    /// Name of the inlined function, in `strings`.
    pub name_off: u32,
    /// Its length.
    pub name_len: u32,
    /// 0 = inlined directly into the function, else 1 + index (from `inl_off`) of the enclosing node.
    pub parent: u32,
    /// File of the call (in the enclosing function).
    pub call_file: u32,
    /// Line of the call.
    pub call_line: u32,
    /// Line of the inlined function's `func` keyword.
    pub start_line: u32,
    /// Bits of [`func_flags`].
    pub flags: u32,
    /// One of [`func_id`].
    pub func_id: u32,
}

/// A call inside a function with `defer`: where to go on after a recovery.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallSite {
    /// Return address of the call.
    pub retaddr: u32,
    /// Address of its landing pad.
    pub landing: u32,
    /// Frame pointer minus stack pointer at the landing pad.
    pub dist: u32,
}

const _: () = {
    assert!(core::mem::size_of::<PcTab>() == 32 * 8 && core::mem::offset_of!(PcTab, types) == 24 * 8);
    assert!(core::mem::size_of::<FuncTabEntry>() == 40);
    assert!(core::mem::size_of::<InlNode>() == 32);
    assert!(core::mem::size_of::<CallSite>() == 12);
};

/// Appends `v` as an unsigned LEB128 varint through `push`.
pub fn write_uvarint(mut v: u64, mut push: impl FnMut(u8)) {
    while v >= 0x80 {
        push(v as u8 | 0x80);
        v >>= 7;
    }
    push(v as u8);
}

/// Appends `v` zigzag-encoded.
pub fn write_svarint(v: i64, push: impl FnMut(u8)) {
    write_uvarint(((v << 1) ^ (v >> 63)) as u64, push);
}

/// Reads an unsigned varint at `*pos`; past the end of `buf` it yields 0.
pub fn read_uvarint(buf: &[u8], pos: &mut usize) -> u64 {
    let (mut v, mut shift) = (0u64, 0u32);
    while let Some(&b) = buf.get(*pos) {
        *pos += 1;
        v |= u64::from(b & 0x7f) << (shift & 63);
        if b < 0x80 {
            return v;
        }
        shift += 7;
    }
    v
}

/// Reads a zigzag varint at `*pos`.
pub fn read_svarint(buf: &[u8], pos: &mut usize) -> i64 {
    let u = read_uvarint(buf, pos);
    (u >> 1) as i64 ^ -((u & 1) as i64)
}
