//! IR types: monomorphic, hash-consed, with layout.
//!
//! Equal types have equal [`Ty`]s. Aliases and type parameters do not exist here. Layouts are gc's
//! (spec "Size and alignment guarantees", `internal/abi`).

use go_source::{IndexVec, Symbol, new_id};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;

new_id! {
    /// An IR type.
    Ty;
}

/// Integer types by width; `int`, `uint`, `uintptr` stay distinct for descriptors and printing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is its type")]
pub enum Basic {
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
}

/// A struct field.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Name (of the type, for embedded fields).
    pub name: Symbol,
    /// Package path, for unexported names (and blank ones).
    pub pkg: Option<Symbol>,
    /// Type.
    pub ty: Ty,
    /// Embedded.
    pub embedded: bool,
    /// Tag, unquoted.
    pub tag: Symbol,
}

/// A function type, without receiver.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FuncSig {
    /// Parameters.
    pub params: Vec<Ty>,
    /// Results.
    pub results: Vec<Ty>,
    /// Last parameter is `...T` (its type here is the slice).
    pub variadic: bool,
}

/// A method of an interface type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IfaceMethod {
    /// Name.
    pub name: Symbol,
    /// Package path, for unexported names.
    pub pkg: Option<Symbol>,
    /// A `Func` type.
    pub sig: Ty,
}

/// Identity of a named type: where it was declared and with which type arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NamedKey {
    /// Number of the declaration of the generic or plain type name, as the front end counts them.
    pub obj: u32,
    /// Type arguments.
    pub args: Vec<Ty>,
    /// Type arguments of the enclosing function instance, for local types of generic functions.
    pub outer: Vec<Ty>,
}

/// What a type is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// A basic type.
    Basic(Basic),
    /// `*T`
    Pointer(Ty),
    /// `[]T`
    Slice(Ty),
    /// `[n]T`
    Array(Ty, u64),
    /// A struct.
    Struct(Arc<[Field]>),
    /// A function value.
    Func(Arc<FuncSig>),
    /// An interface: methods sorted by name (exported first by name, as `internal/abi` wants: plain
    /// byte order of name, then package path).
    Interface(Arc<[IfaceMethod]>),
    /// `map[K]V`
    Map(Ty, Ty),
    /// A channel.
    Chan(ChanDir, Ty),
    /// A defined type; see [`TypeTable::named`].
    Named(Arc<NamedKey>),
}

/// Direction of a channel type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

/// Facts about a named type, set once by whoever converts it.
#[derive(Clone, Debug, Default)]
pub struct NamedInfo {
    /// Underlying type.
    pub underlying: Option<Ty>,
    /// Package path; empty for the universe (`error`).
    pub pkg_path: String,
    /// Package name.
    pub pkg_name: String,
    /// Name with type arguments as reflect shows it: `T`, `T[int]`, `T[a/b.X]`.
    pub name: String,
    /// Link name, unique: `a/b.T[int]`, local types with `·n` suffix.
    pub link_name: String,
}

/// A machine-level part of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is its width")]
pub enum Scalar {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    /// A pointer the collector must see.
    Ptr,
}

impl Scalar {
    /// Size in bytes.
    #[must_use]
    pub fn size(self) -> u64 {
        match self {
            Scalar::I8 => 1,
            Scalar::I16 => 2,
            Scalar::I32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::F64 | Scalar::Ptr => 8,
        }
    }

    /// Whether it lives in a float register.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64)
    }
}

/// A scalar and its byte offset in the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Part {
    /// What.
    pub scalar: Scalar,
    /// Where.
    pub offset: u64,
}

/// Largest number of parts of a value that is kept in scalars.
pub const MAX_PARTS: usize = 4;

/// Size, alignment and parts of a type.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u32,
    /// Byte length of the prefix that holds pointers (`PtrBytes`).
    pub ptr_bytes: u64,
    /// Parts in order of offset if there are at most [`MAX_PARTS`] and the type has no arrays longer
    /// than 1; `None` means that values live in memory.
    pub parts: Option<SmallVec<[Part; 4]>>,
    /// Byte offsets of struct fields.
    pub field_offsets: Vec<u64>,
}

/// All types of a program. A copy shares what it can.
#[derive(Clone, Debug)]
pub struct TypeTable {
    kinds: IndexVec<Ty, TyKind>,
    map: FxHashMap<TyKind, Ty>,
    named: FxHashMap<Ty, Arc<NamedInfo>>,
    layouts: Vec<Option<Arc<Layout>>>,
    not_in_heap: FxHashMap<Ty, bool>,
}

macro_rules! basic_tys {
    ($($name:ident = $kind:ident),* $(,)?) => {
        impl Ty {$(
            #[doc = concat!("`", stringify!($kind), "`")]
            pub const $name: Ty = Ty(Basic::$kind as u32);
        )*}
        const BASIC: &[Basic] = &[$(Basic::$kind),*];
    };
}
basic_tys!(
    BOOL = Bool,
    INT = Int,
    INT8 = Int8,
    INT16 = Int16,
    INT32 = Int32,
    INT64 = Int64,
    UINT = Uint,
    UINT8 = Uint8,
    UINT16 = Uint16,
    UINT32 = Uint32,
    UINT64 = Uint64,
    UINTPTR = Uintptr,
    FLOAT32 = Float32,
    FLOAT64 = Float64,
    COMPLEX64 = Complex64,
    COMPLEX128 = Complex128,
    STRING = String,
    UNSAFE_POINTER = UnsafePointer,
);

impl Default for TypeTable {
    fn default() -> Self {
        Self::new()
    }
}

impl TypeTable {
    /// A table with the basic types.
    #[must_use]
    pub fn new() -> TypeTable {
        let mut t = TypeTable {
            kinds: IndexVec::new(),
            map: FxHashMap::default(),
            named: FxHashMap::default(),
            layouts: Vec::new(),
            not_in_heap: FxHashMap::default(),
        };
        for k in BASIC {
            t.intern(TyKind::Basic(*k));
        }
        t
    }

    /// The type of a kind.
    pub fn intern(&mut self, k: TyKind) -> Ty {
        if let Some(t) = self.map.get(&k) {
            return *t;
        }
        let id = self.kinds.push(k.clone());
        self.map.insert(k, id);
        self.layouts.push(None);
        id
    }

    /// Looks a kind up without adding it.
    pub fn find(&self, k: &TyKind) -> Option<Ty> {
        self.map.get(k).copied()
    }

    /// Number of types.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether the table is empty (it never is: basic types).
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// `*t`
    pub fn pointer(&mut self, t: Ty) -> Ty {
        self.intern(TyKind::Pointer(t))
    }

    /// `[]t`
    pub fn slice(&mut self, t: Ty) -> Ty {
        self.intern(TyKind::Slice(t))
    }

    /// `[n]t`
    pub fn array(&mut self, t: Ty, n: u64) -> Ty {
        self.intern(TyKind::Array(t, n))
    }

    /// The kind as declared (may be `Named`).
    pub fn kind(&self, t: Ty) -> &TyKind {
        &self.kinds[t]
    }

    /// The underlying type.
    pub fn underlying(&self, t: Ty) -> Ty {
        match &self.kinds[t] {
            TyKind::Named(_) => {
                self.named.get(&t).and_then(|n| n.underlying).expect("bug: named type without underlying type")
            }
            _ => t,
        }
    }

    /// The kind of the underlying type.
    pub fn under(&self, t: Ty) -> &TyKind {
        &self.kinds[self.underlying(t)]
    }

    /// Facts about a named type.
    pub fn named(&self, t: Ty) -> Option<&NamedInfo> {
        self.named.get(&t).map(|n| &**n)
    }

    /// Sets the facts of a named type.
    pub fn set_named(&mut self, t: Ty, info: NamedInfo) {
        self.named.insert(t, Arc::new(info));
    }

    /// Computes (once) and returns the layout. The named types inside must have their underlying types.
    pub fn layout(&mut self, t: Ty) -> Arc<Layout> {
        if let Some(l) = &self.layouts[t.0 as usize] {
            return Arc::clone(l);
        }
        let l = Arc::new(self.compute_layout(t));
        self.layouts[t.0 as usize] = Some(Arc::clone(&l));
        l
    }

    /// The layout if it was computed; code generation relies on all layouts being there.
    pub fn layout_of(&self, t: Ty) -> &Arc<Layout> {
        self.layouts[t.0 as usize].as_ref().expect("bug: layout not computed")
    }

    /// Computes the layouts of all types (before parallel code generation).
    pub fn compute_all_layouts(&mut self) {
        for i in 0..self.kinds.len() {
            self.layout(Ty(i as u32));
        }
    }

    fn compute_layout(&mut self, t: Ty) -> Layout {
        use Basic as B;
        let one = |s: Scalar| Layout {
            size: s.size(),
            align: s.size() as u32,
            ptr_bytes: if s == Scalar::Ptr { 8 } else { 0 },
            parts: Some(SmallVec::from_slice(&[Part { scalar: s, offset: 0 }])),
            field_offsets: Vec::new(),
        };
        let many = |ps: &[Scalar], ptr_bytes: u64| {
            let mut parts = SmallVec::new();
            let mut off = 0;
            for s in ps {
                parts.push(Part { scalar: *s, offset: off });
                off += s.size();
            }
            Layout { size: off, align: ps[0].size() as u32, ptr_bytes, parts: Some(parts), field_offsets: Vec::new() }
        };
        let u = self.underlying(t);
        if u != t {
            return (*self.layout(u)).clone();
        }
        match self.kinds[t].clone() {
            TyKind::Basic(b) => match b {
                B::Bool | B::Int8 | B::Uint8 => one(Scalar::I8),
                B::Int16 | B::Uint16 => one(Scalar::I16),
                B::Int32 | B::Uint32 => one(Scalar::I32),
                B::Int | B::Uint | B::Int64 | B::Uint64 | B::Uintptr => one(Scalar::I64),
                B::Float32 => one(Scalar::F32),
                B::Float64 => one(Scalar::F64),
                B::Complex64 => many(&[Scalar::F32, Scalar::F32], 0),
                B::Complex128 => many(&[Scalar::F64, Scalar::F64], 0),
                B::String => many(&[Scalar::Ptr, Scalar::I64], 8),
                B::UnsafePointer => one(Scalar::Ptr),
            },
            // Memory outside the heap: its addresses are plain words, as gc has it.
            TyKind::Pointer(e) if self.is_not_in_heap(e) => one(Scalar::I64),
            TyKind::Pointer(_) | TyKind::Func(_) | TyKind::Map(..) | TyKind::Chan(..) => one(Scalar::Ptr),
            TyKind::Slice(_) => many(&[Scalar::Ptr, Scalar::I64, Scalar::I64], 8),
            // As gc: both words of an interface count as pointers.
            TyKind::Interface(_) => many(&[Scalar::Ptr, Scalar::Ptr], 16),
            TyKind::Array(e, n) => {
                let el = self.layout(e);
                let ptr_bytes = if n > 0 && el.ptr_bytes > 0 { (n - 1) * el.size + el.ptr_bytes } else { 0 };
                let parts = match n {
                    0 => Some(SmallVec::new()),
                    1 => el.parts.clone(),
                    _ if el.size == 0 => Some(SmallVec::new()),
                    _ => None,
                };
                Layout { size: el.size.saturating_mul(n), align: el.align, ptr_bytes, parts, field_offsets: Vec::new() }
            }
            TyKind::Struct(fields) => {
                let (mut off, mut align, mut ptr_bytes) = (0u64, 1u32, 0);
                let mut parts: Option<SmallVec<[Part; 4]>> = Some(SmallVec::new());
                let mut field_offsets = Vec::with_capacity(fields.len());
                let mut last_zero = false;
                for f in fields.iter() {
                    let l = self.layout(f.ty);
                    off = off.next_multiple_of(u64::from(l.align));
                    align = align.max(l.align);
                    field_offsets.push(off);
                    if l.ptr_bytes > 0 {
                        ptr_bytes = off + l.ptr_bytes;
                    }
                    match (&mut parts, &l.parts) {
                        (Some(ps), Some(fs)) if ps.len() + fs.len() <= MAX_PARTS => {
                            ps.extend(fs.iter().map(|p| Part { scalar: p.scalar, offset: off + p.offset }));
                        }
                        _ => parts = None,
                    }
                    last_zero = l.size == 0;
                    off = off.saturating_add(l.size);
                }
                // A trailing zero-size field gets a byte, so that its address stays inside.
                if last_zero && off > 0 {
                    off += 1;
                }
                let size = off.next_multiple_of(u64::from(align));
                Layout { size, align, ptr_bytes, parts, field_offsets }
            }
            TyKind::Named(_) => unreachable!("underlying types are not named"),
        }
    }

    /// Whether two values are equal exactly if their memory is: no padding, floats, strings,
    /// interfaces, blank fields in it.
    pub fn is_regular_memory(&mut self, t: Ty) -> bool {
        match self.under(t).clone() {
            TyKind::Basic(b) => {
                !matches!(b, Basic::Float32 | Basic::Float64 | Basic::Complex64 | Basic::Complex128 | Basic::String)
            }
            TyKind::Pointer(_) | TyKind::Chan(..) => true,
            TyKind::Slice(_) | TyKind::Func(_) | TyKind::Interface(_) | TyKind::Map(..) | TyKind::Named(_) => false,
            TyKind::Array(e, _) => self.is_regular_memory(e),
            TyKind::Struct(fields) => {
                let l = self.layout(t);
                let mut end = 0;
                for (f, off) in fields.iter().zip(&l.field_offsets) {
                    if *off != end || f.name.is_blank() || !self.is_regular_memory(f.ty) {
                        return false;
                    }
                    end = off + self.layout(f.ty).size;
                }
                end == l.size
            }
        }
    }

    /// Whether an interface's data word is the value itself: it is one pointer. Layouts must be there.
    pub fn is_direct_iface(&self, t: Ty) -> bool {
        let l = self.layout_of(t);
        l.size == 8 && l.ptr_bytes == 8
    }

    /// Whether values of the type are never in the collected heap (`internal/runtime/sys.NotInHeap`).
    fn is_not_in_heap(&mut self, t: Ty) -> bool {
        if let Some(known) = self.not_in_heap.get(&t) {
            return *known;
        }
        let r = match &self.kinds[t] {
            TyKind::Named(_) => match self.named(t) {
                Some(n) if n.link_name == "internal/runtime/sys.NotInHeap" => true,
                Some(NamedInfo { underlying: Some(u), .. }) => {
                    let u = *u;
                    self.is_not_in_heap(u)
                }
                _ => return false,
            },
            TyKind::Struct(fields) => {
                let fields = Arc::clone(fields);
                fields.iter().any(|f| self.is_not_in_heap(f.ty))
            }
            TyKind::Array(e, _) => {
                let e = *e;
                self.is_not_in_heap(e)
            }
            TyKind::Basic(_)
            | TyKind::Pointer(_)
            | TyKind::Slice(_)
            | TyKind::Func(_)
            | TyKind::Interface(_)
            | TyKind::Map(..)
            | TyKind::Chan(..) => false,
        };
        self.not_in_heap.insert(t, r);
        r
    }

    /// Whether values contain pointers.
    pub fn has_pointers(&mut self, t: Ty) -> bool {
        self.layout(t).ptr_bytes > 0
    }
}
