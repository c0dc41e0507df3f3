//! The checker: one per program, over all its packages.
//!
//! Follows the structure of go/types: package-level objects are resolved on first use
//! (`obj_decl`), function bodies are checked when asked for. The syntax is never changed;
//! findings go to [`crate::info::Info`] and to the list of diagnostics.
//!
//! Layout (a file per spec chapter): `resolver` collects objects and imports; `decl` types them;
//! `typexpr`, `signature`, `structs`, `interfaces` evaluate type expressions; `stmt`, `range`,
//! `assign`, `labels`, `returns` check statements; `expr`, `call`, `builtins`, `conversion`, `index`,
//! `literals`, `selector` check expressions; `init_order` orders package variables; `errors` reports.

mod api;
mod assign;
mod assignability;
mod builtins;
mod call;
mod composite;
mod const_ops;
mod conversion;
mod cycles;
mod decl;
pub(crate) mod errors;
mod expr;
mod expr_string;
mod format;
mod func_inst;
mod index;
mod init_order;
mod interfaces;
mod labels;
mod late;
mod literals;
pub mod mono;
pub mod operand;
mod ops;
mod range;
mod record;
mod resolver;
mod returns;
mod selector;
mod shift;
mod signature;
mod slice;
mod stmt;
mod structs;
mod switch;
mod typexpr;
pub(crate) mod under;
mod union;
mod unsafe_builtins;
mod untyped;
mod unused;
mod valid_type;
pub mod version;

pub use errors::ErrPos;

use crate::constant::ConstValue;
use crate::info::{Info, Mode};
use crate::object::{DeclRef, ObjId, PkgId, ScopeId};
use crate::store::Store;
use crate::ty::TypeId;
use crate::universe::Builtin;
use go_ast::{ExprId, File};
use go_source::{Diagnostic, FileId, Interner, Pos, SourceMap, Span, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What to check beyond the language (gc's flags).
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// Stop after this many errors; `None` reports all (`-e`).
    pub error_limit: Option<usize>,
    /// Unused variables, imports and labels are warnings (`-relaxed`).
    pub relaxed: bool,
    /// Word size 8 (amd64, arm64) or 4.
    pub word_size: u32,
    /// Accept the test builtins `assert` and `trace`, as internal/types/testdata needs.
    pub test_builtins: bool,
    /// Who reports misplaced labels and branches.
    pub branches: BranchChecks,
    /// Functions of own packages must have bodies (gc's `-complete`).
    pub require_bodies: bool,
    /// Accept `import "C"` as an opaque package.
    pub fake_import_c: bool,
}

/// Who reports misplaced labels, `break`, `continue`, `goto` and `fallthrough`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BranchChecks {
    /// The parser did already, as gc's does; the checker then also does what gc checks after
    /// go/types' rules.
    ByParser,
    /// The checker, with go/types' wording and nothing beyond go/types.
    ByChecker,
}

impl Default for CheckOptions {
    fn default() -> Self {
        CheckOptions {
            error_limit: None,
            relaxed: false,
            word_size: 8,
            test_builtins: false,
            branches: BranchChecks::ByParser,
            require_bodies: false,
            fake_import_c: false,
        }
    }
}

/// A package given to the checker. Packages must be added after those they import.
#[derive(Debug)]
pub struct PackageInput {
    /// Import path.
    pub path: String,
    /// Parsed files in order of name.
    pub files: Vec<Arc<File>>,
    /// Import path as written in the sources → package.
    pub imports: FxHashMap<String, PkgId>,
    /// Language version (1, minor).
    pub go_version: (u32, u32),
    /// Checked in full (the program's own packages).
    pub own: bool,
}

/// An operand: the result of evaluating an expression (spec "Operands").
#[derive(Clone, Debug)]
pub struct Operand {
    /// Mode.
    pub mode: Mode,
    /// The expression (always set once evaluated).
    pub expr: Option<ExprId>,
    /// Its file.
    pub file: FileId,
    /// Type.
    pub ty: TypeId,
    /// Value if `mode` is `Constant`.
    pub val: ConstValue,
    /// Which builtin, if `mode` is `Builtin`.
    pub builtin: Option<Builtin>,
    /// Text that stands for the expression in messages, if the operand has none of its own (one
    /// result of a call, the `ok` of a comma-ok form).
    pub label: Option<Arc<str>>,
}

/// What the checker knows about a package-level (or local const/type) object's declaration.
#[derive(Clone, Debug)]
pub struct DeclInfo {
    /// File scope in which it is resolved.
    pub file_scope: ScopeId,
    /// The declaration.
    pub decl: DeclRef,
    /// Language version of the file.
    pub version: (u32, u32),
    /// All variables of an `var a, b = f()` declaration; else empty. The first one holds the
    /// dependencies of all.
    pub lhs: Vec<ObjId>,
    /// Type expression of a constant or variable, if any.
    pub vtyp: Option<ExprId>,
    /// Initialisation expression of a constant or variable, if any.
    pub init: Option<ExprId>,
    /// The initialisation expression stands at an earlier constant of the group.
    pub inherited: bool,
    /// A variable whose type is known and whose initialisation was not checked yet.
    pub init_pending: bool,
    /// Package-level objects that its initialisation expression or body refers to.
    pub deps: indexmap::IndexSet<ObjId, rustc_hash::FxBuildHasher>,
    /// The body was checked.
    pub body_checked: bool,
}

/// The environment in which an object, a body or an expression is checked (go/types' `environment`).
#[derive(Clone, Debug)]
pub struct Env {
    /// Package being checked.
    pub pkg: PkgId,
    /// File being checked.
    pub file: FileId,
    /// Its tree.
    pub tree: Arc<File>,
    /// Package-level object whose declaration is checked: collects dependencies.
    pub decl: Option<ObjId>,
    /// Innermost scope.
    pub scope: ScopeId,
    /// Language version in force.
    pub version: (u32, u32),
    /// Value of iota in a constant declaration.
    pub iota: Option<ConstValue>,
    /// If set, position to report for errors in an inherited constant expression.
    pub err_pos: Option<Pos>,
    /// In a type parameter list.
    pub in_tparam_list: bool,
    /// Signature of the function whose body is checked.
    pub sig: Option<TypeId>,
    /// `panic` calls in the body (for missing returns), by call expression.
    pub is_panic: FxHashSet<ExprId>,
    /// The body has a label, goto or labelled branch.
    pub has_label: bool,
    /// The expression contains a call or receive.
    pub has_call_or_recv: bool,
    /// Variables declared in the body so far (for "declared and not used").
    pub local_vars: Vec<ObjId>,
}

impl Env {
    /// The environment of declarations in `scope` of a file.
    pub(crate) fn new(pkg: PkgId, tree: Arc<File>, scope: ScopeId, version: (u32, u32)) -> Env {
        Env {
            pkg,
            file: tree.id,
            tree,
            decl: None,
            scope,
            version,
            iota: None,
            err_pos: None,
            in_tparam_list: false,
            sig: None,
            is_panic: FxHashSet::default(),
            has_label: false,
            has_call_or_recv: false,
            local_vars: Vec::new(),
        }
    }
}

/// An action delayed until the current declaration is complete (bodies of function literals, checks
/// that need complete types).
pub type Action = Box<dyn FnOnce(&mut Checker)>;

/// A delayed action with the file and version in force when it was delayed.
pub struct Delayed {
    pkg: PkgId,
    tree: Arc<File>,
    version: (u32, u32),
    action: Option<Action>,
}

/// How much of a package has been looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Its objects are collected.
    Collected,
    /// It is being checked in full.
    Checking,
    /// It was checked in full.
    Checked,
}

/// What the checker keeps per package.
#[derive(Debug)]
pub struct PackageState {
    /// Package-level objects, methods and init functions in source order.
    pub objects: Vec<ObjId>,
    /// Imported package names, in source order.
    pub imports: Vec<ObjId>,
    /// Progress.
    pub progress: Progress,
    /// Something was reported.
    pub failed: bool,
}

/// The checker of a program.
pub struct Checker {
    /// Types, objects, scopes, packages.
    pub store: Store,
    /// Findings about the syntax.
    pub info: Info,
    /// Errors and warnings so far.
    pub diagnostics: Vec<Diagnostic>,
    /// Options.
    pub options: CheckOptions,
    /// Trees by file.
    pub trees: FxHashMap<FileId, Arc<File>>,
    /// Declarations of package-level objects, methods, and local types and constants.
    pub decls: FxHashMap<ObjId, DeclInfo>,
    /// Methods collected per base type name, in source order.
    pub methods: FxHashMap<ObjId, Vec<ObjId>>,
    /// Current environment (`None` between packages).
    pub env: Option<Env>,
    /// Objects being declared (for cycles).
    pub obj_path: Vec<ObjId>,
    /// Their positions in `obj_path`.
    pub obj_path_idx: FxHashMap<ObjId, usize>,
    /// Delayed actions.
    pub delayed: Vec<Delayed>,
    /// State per package, indexed by package.
    pub states: FxHashMap<PkgId, PackageState>,
    /// Objects imported into a file scope by a dot-import, with the package name that did it.
    pub dot_imports: FxHashMap<(ScopeId, Symbol), ObjId>,
    /// Scopes of functions' parameters, by signature type.
    pub sig_scopes: FxHashMap<TypeId, ScopeId>,
    /// Instantiations, for the detection of endless ones.
    pub mono: mono::MonoGraph,
    /// The files' texts and names, for messages that mention other places.
    pub sources: Option<Arc<SourceMap>>,
    /// Untyped expressions whose final type is not known yet.
    pub untyped: FxHashMap<(FileId, ExprId), UntypedExpr>,
    /// Instances made so far and other caches of the type machinery.
    pub(crate) core: under::CoreState,
    /// The body whose positions are forgotten next, and the first scope made since.
    pub(crate) body_once: Option<(Span, ScopeId)>,
}

/// An untyped expression that waits for its type.
#[derive(Clone, Debug)]
pub struct UntypedExpr {
    /// Operand of a non-constant shift.
    pub is_lhs: bool,
    /// Mode.
    pub mode: Mode,
    /// Untyped type so far.
    pub ty: TypeId,
    /// Value.
    pub val: ConstValue,
}

impl Checker {
    /// The environment; only valid while something is being checked.
    pub(crate) fn env(&self) -> &Env {
        self.env.as_ref().expect("bug: no environment outside a check")
    }

    /// The environment, mutable.
    pub(crate) fn env_mut(&mut self) -> &mut Env {
        self.env.as_mut().expect("bug: no environment outside a check")
    }

    /// The tree of the file being checked.
    pub(crate) fn tree(&self) -> Arc<File> {
        Arc::clone(&self.env().tree)
    }

    /// Names.
    pub fn interner(&self) -> &Interner {
        &self.store.interner
    }
}
