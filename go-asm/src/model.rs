//! What goes in and what comes out: sources, options, objects, diagnostics.

use std::fmt;

/// A file to assemble.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Name, as diagnostics show it.
    pub name: &'a str,
    /// Text.
    pub text: &'a str,
}

/// Target architectures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Arch {
    /// `GOARCH=amd64`.
    #[default]
    Amd64,
}

/// Finds the text of an included file: the including file's name and the name in the directive.
pub type Include<'a> = dyn Fn(&str, &str) -> Option<String> + 'a;

/// How to assemble.
pub struct Options<'a> {
    /// Import path of the package: `·name` becomes `package.name`.
    pub package: &'a str,
    /// Target.
    pub arch: Arch,
    /// Predefined macros with their values, like `("GOARCH_amd64", "1")`.
    pub defines: &'a [(&'a str, &'a str)],
    /// Resolver of `#include`.
    pub include: &'a Include<'a>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("package", &self.package)
            .field("arch", &self.arch)
            .field("defines", &self.defines)
            .finish_non_exhaustive()
    }
}

/// Something wrong with a source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Diagnostic {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1; 0 if it is not known.
    pub col: u32,
    /// What is wrong, in the words of `go tool asm`.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The name of a symbol.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol {
    /// Qualified name: `internal/cpu.cpuid`.
    pub name: String,
    /// Written with `<>`: the index of the source whose own symbol it is. Symbols of one name in
    /// different files are different.
    pub local: Option<u32>,
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.local.is_some() { f.write_str("<>") } else { Ok(()) }
    }
}

/// How an address is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RelocKind {
    /// 32 bits relative to the place (S + A − P), operand of a call or jump.
    Call,
    /// 32 bits relative to the place (S + A − P), address of data or code.
    Pc32,
    /// 64-bit absolute address (S + A).
    Abs64,
    /// 32 bits: distance of the thread's slot for g from the thread's base (FS), plus A. The target has no
    /// other meaning than to be named `TLS`.
    Tls32,
}

/// A place in code or data that holds an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reloc {
    /// Byte offset of the field.
    pub offset: u32,
    /// How.
    pub kind: RelocKind,
    /// Whose address.
    pub target: Symbol,
    /// Addend.
    pub addend: i64,
}

/// Attributes of functions and data: bits of `textflag.h`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Flags(pub u32);

impl Flags {
    /// Not profiled.
    pub const NOPROF: u32 = 1;
    /// Duplicates are fine.
    pub const DUPOK: u32 = 2;
    /// No stack check.
    pub const NOSPLIT: u32 = 4;
    /// Read-only data.
    pub const RODATA: u32 = 8;
    /// No pointers inside.
    pub const NOPTR: u32 = 16;
    /// A wrapper: traces leave it out, recover looks through it.
    pub const WRAPPER: u32 = 32;
    /// Uses its closure context.
    pub const NEEDCTXT: u32 = 64;
    /// Thread-local.
    pub const TLSBSS: u32 = 256;
    /// Gets no frame, whatever it calls.
    pub const NOFRAME: u32 = 512;
    /// Outermost function of a stack.
    pub const TOPFRAME: u32 = 2048;

    /// Whether all bits of `mask` are set.
    #[must_use]
    pub fn has(self, mask: u32) -> bool {
        self.0 & mask == mask
    }
}

/// From `offset` on, code belongs to `line` of `file`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRow {
    /// Code offset.
    pub offset: u32,
    /// Index into [`Object::files`].
    pub file: u32,
    /// Line, from 1. Macros count where they are used.
    pub line: u32,
}

/// A function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// Its name.
    pub symbol: Symbol,
    /// Written with `<ABIInternal>`.
    pub abi_internal: bool,
    /// Flags as written.
    pub flags: Flags,
    /// Frame size as written, 0 if it was negative.
    pub frame: u32,
    /// The frame pointer is saved and set by the prologue: the frame has 8 bytes more.
    pub saves_bp: bool,
    /// Size of arguments and results, if written.
    pub args: Option<u32>,
    /// Bytes of stack below the return address that the function itself can use at most: frame, saved
    /// frame pointer, pushes, and numbers that are subtracted from the stack pointer. What it calls needs
    /// more, and so does one that computes its stack pointer, see `sets_sp`.
    pub stack: u32,
    /// An instruction other than pushes and pops changes the stack pointer.
    pub sets_sp: bool,
    /// It calls something.
    pub calls: bool,
    /// Code. No stack check is in it.
    pub code: Vec<u8>,
    /// Alignment of the code that `PCALIGN` asks for, at least 1.
    pub align: u32,
    /// Relocations, ascending by offset.
    pub relocs: Vec<Reloc>,
    /// Lines, ascending by offset.
    pub lines: Vec<LineRow>,
    /// Index of its file in [`Object::files`].
    pub file: u32,
    /// Line of its TEXT.
    pub line: u32,
}

/// A variable or constant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data {
    /// Its name.
    pub symbol: Symbol,
    /// Flags as written.
    pub flags: Flags,
    /// Size; `bytes` may be shorter, the rest is zero.
    pub size: u64,
    /// Initial bytes.
    pub bytes: Vec<u8>,
    /// Relocations, ascending by offset.
    pub relocs: Vec<Reloc>,
    /// Alignment that suits the size, up to 32 bytes.
    pub align: u32,
}

/// What a package's assembly files define.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Object {
    /// Names of the files that line tables mention.
    pub files: Vec<String>,
    /// Functions, in the order of the sources.
    pub texts: Vec<Text>,
    /// Data, in the order of their GLOBL lines; constants that instructions ask for follow.
    pub data: Vec<Data>,
}
