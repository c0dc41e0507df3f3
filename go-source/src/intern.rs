//! Interned strings.
//!
//! Ids depend on the order of arrival, which is not deterministic under parallel parsing: never
//! order anything by `Symbol`; order by the text.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::RwLock;

/// An interned string.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

impl Symbol {
    /// The empty string.
    pub const EMPTY: Symbol = Symbol(0);
    /// The blank identifier `_`.
    pub const BLANK: Symbol = Symbol(1);

    /// Whether this is `_`.
    #[must_use]
    pub fn is_blank(self) -> bool {
        self == Symbol::BLANK
    }
}

impl Default for Symbol {
    fn default() -> Self {
        Symbol::EMPTY
    }
}

impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Symbol#{}", self.0)
    }
}

const SHARD_BITS: u32 = 4;
const SHARDS: usize = 1 << SHARD_BITS;

type Build = BuildHasherDefault<rustc_hash::FxHasher>;

#[derive(Default)]
struct Shard {
    map: HashMap<&'static str, u32, Build>,
    strings: Vec<&'static str>,
}

/// A concurrent interner. Strings live as long as the process (names of a build are bounded by its
/// sources), so [`Interner::resolve`] hands out `&'static str`.
pub struct Interner {
    shards: [RwLock<Shard>; SHARDS],
    build: Build,
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

impl Interner {
    /// An interner that knows `""` and `"_"`.
    #[must_use]
    pub fn new() -> Interner {
        let it = Interner { shards: Default::default(), build: Build::default() };
        // Index 0 of every shard stays unused: symbols 0 and 1 are "" and "_".
        for shard in &it.shards {
            shard.write().expect("interner lock").strings.push("");
        }
        it
    }

    /// The symbol of `s`.
    pub fn intern(&self, s: &str) -> Symbol {
        match s {
            "" => return Symbol::EMPTY,
            "_" => return Symbol::BLANK,
            _ => {}
        }
        let h = self.build.hash_one(s);
        let shard_no = (h >> 57) as usize & (SHARDS - 1);
        let lock = &self.shards[shard_no];
        if let Some(i) = lock.read().expect("interner lock").map.get(s) {
            return Symbol((i << SHARD_BITS) | shard_no as u32);
        }
        let mut shard = lock.write().expect("interner lock");
        if let Some(i) = shard.map.get(s) {
            return Symbol((i << SHARD_BITS) | shard_no as u32);
        }
        let text: &'static str = Box::leak(s.to_owned().into_boxed_str());
        let i = shard.strings.len() as u32;
        shard.strings.push(text);
        shard.map.insert(text, i);
        Symbol((i << SHARD_BITS) | shard_no as u32)
    }

    /// The text of a symbol.
    pub fn resolve(&self, sym: Symbol) -> &'static str {
        match sym {
            Symbol::EMPTY => return "",
            Symbol::BLANK => return "_",
            _ => {}
        }
        let shard = self.shards[sym.0 as usize & (SHARDS - 1)].read().expect("interner lock");
        shard.strings[(sym.0 >> SHARD_BITS) as usize]
    }
}

impl std::fmt::Debug for Interner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interner")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_share_a_symbol() {
        let it = Interner::new();
        let a = it.intern("main");
        assert_eq!(a, it.intern("main"));
        assert_ne!(a, it.intern("fmt"));
        assert_eq!(it.resolve(a), "main");
        assert_eq!(it.intern("_"), Symbol::BLANK);
        for i in 0..1000 {
            let s = format!("name{i}");
            assert_eq!(it.resolve(it.intern(&s)), s);
        }
    }
}
