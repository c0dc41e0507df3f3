//! Typed ids and the tables indexed by them.

use std::marker::PhantomData;

/// A typed index. Made by [`crate::new_id!`].
pub trait Idx: Copy + Eq + std::hash::Hash {
    /// From a table position.
    fn from_usize(i: usize) -> Self;
    /// To a table position.
    fn index(self) -> usize;
}

/// Declares `u32` newtypes that implement [`Idx`]. Ids start at 0.
#[macro_export]
macro_rules! new_id {
    ($($(#[$m:meta])* $name:ident;)*) => {$(
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $crate::Idx for $name {
            fn from_usize(i: usize) -> Self { $name(i as u32) }
            fn index(self) -> usize { self.0 as usize }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "#{}"), self.0)
            }
        }
    )*};
}

/// A vector indexed by a typed id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IndexVec<I, T> {
    /// The plain elements.
    pub raw: Vec<T>,
    marker: PhantomData<fn(I)>,
}

impl<I: Idx, T> IndexVec<I, T> {
    /// An empty vector.
    #[must_use]
    pub fn new() -> Self {
        IndexVec { raw: Vec::new(), marker: PhantomData }
    }

    /// From plain elements.
    #[must_use]
    pub fn from_raw(raw: Vec<T>) -> Self {
        IndexVec { raw, marker: PhantomData }
    }

    /// Appends and returns the new element's id.
    pub fn push(&mut self, t: T) -> I {
        let id = I::from_usize(self.raw.len());
        self.raw.push(t);
        id
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The element of `i`, if it exists.
    pub fn get(&self, i: I) -> Option<&T> {
        self.raw.get(i.index())
    }

    /// The id that the next `push` will return.
    pub fn next_id(&self) -> I {
        I::from_usize(self.raw.len())
    }

    /// Elements in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.raw.iter()
    }

    /// Elements in order, mutable.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.raw.iter_mut()
    }

    /// Elements with their ids.
    pub fn iter_enumerated(&self) -> impl Iterator<Item = (I, &T)> + use<'_, I, T> {
        self.raw.iter().enumerate().map(|(i, t)| (I::from_usize(i), t))
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.raw.len()).map(I::from_usize)
    }
}

impl<I: Idx, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Idx, T> std::ops::Index<I> for IndexVec<I, T> {
    type Output = T;
    fn index(&self, i: I) -> &T {
        &self.raw[i.index()]
    }
}

impl<I: Idx, T> std::ops::IndexMut<I> for IndexVec<I, T> {
    fn index_mut(&mut self, i: I) -> &mut T {
        &mut self.raw[i.index()]
    }
}

impl<I: Idx, T: std::fmt::Debug> std::fmt::Debug for IndexVec<I, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.raw).finish()
    }
}

/// A dense table of facts about ids: reads beyond its end give the default.
#[derive(Clone, Debug)]
pub struct SideTable<I, T> {
    raw: Vec<T>,
    marker: PhantomData<fn(I)>,
}

impl<I: Idx, T: Clone + Default> SideTable<I, T> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        SideTable { raw: Vec::new(), marker: PhantomData }
    }

    /// A table with room for `n` ids.
    #[must_use]
    pub fn with_len(n: usize) -> Self {
        SideTable { raw: vec![T::default(); n], marker: PhantomData }
    }

    /// The fact recorded for `i`, or the default.
    pub fn get(&self, i: I) -> T {
        self.raw.get(i.index()).cloned().unwrap_or_default()
    }

    /// Records a fact.
    pub fn set(&mut self, i: I, t: T) {
        if i.index() >= self.raw.len() {
            self.raw.resize(i.index() + 1, T::default());
        }
        self.raw[i.index()] = t;
    }
}

impl<I: Idx, T: Clone + Default> Default for SideTable<I, T> {
    fn default() -> Self {
        Self::new()
    }
}
