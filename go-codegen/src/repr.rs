//! How an IR value is held while a function is translated.

use cranelift_codegen::ir::Value;
use smallvec::SmallVec;

/// A value's representation.
#[derive(Clone, Debug)]
pub(crate) enum Repr {
    /// Its scalar parts, in layout order.
    Parts(SmallVec<[Value; 4]>),
    /// The address of memory that holds it and does not change while the value is in use.
    Mem(Value),
}

impl Repr {
    /// One scalar.
    pub(crate) fn one(v: Value) -> Repr {
        Repr::Parts(SmallVec::from_slice(&[v]))
    }
}
