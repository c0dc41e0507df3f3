//! Positions: one global 32-bit offset space over all files of a build.
//!
//! A [`Pos`] is meaningful only together with the [`crate::SourceMap`] that handed out its file's
//! base. Never stores line numbers; those are found on demand.

/// A position: the base of its file plus a byte offset. `Pos::NONE` (0) is no position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pos(pub u32);

impl Pos {
    /// No position (generated code, the universe).
    pub const NONE: Pos = Pos(0);

    /// Whether this is a real position.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.0 != 0
    }

    /// The position `n` bytes further on.
    #[must_use]
    pub fn offset(self, n: u32) -> Pos {
        Pos(self.0 + n)
    }
}

impl std::fmt::Debug for Pos {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}", self.0)
    }
}

/// A half-open range of source text, `lo..hi`, inside one file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Span {
    /// First byte.
    pub lo: Pos,
    /// One past the last byte.
    pub hi: Pos,
}

impl Span {
    /// A span from `lo` to `hi`.
    #[must_use]
    pub fn new(lo: Pos, hi: Pos) -> Span {
        Span { lo, hi }
    }

    /// An empty span at `pos`.
    #[must_use]
    pub fn at(pos: Pos) -> Span {
        Span { lo: pos, hi: pos }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
}
