//! The syntax tree of one file: nodes in arenas, named by `u32` ids that index that file.
//!
//! Positions are global ([`Pos`]). Lists of children are boxed slices. The tree is never changed
//! after parsing; facts about nodes live in side tables of the stages that find them.
//! Source: the Go specification's grammar.

use go_source::{FileId, IndexVec, Pos, Span, Symbol, new_id};

new_id! {
    /// An expression or type expression of a file.
    ExprId;
    /// A statement of a file.
    StmtId;
    /// A declaration (one spec of a group, or a function) of a file.
    DeclId;
}

/// An identifier where one is declared or selected. Its position is unique in the build, so
/// `ident.pos` is the key of definitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ident {
    /// The name.
    pub name: Symbol,
    /// Where it stands.
    pub pos: Pos,
}

/// One parsed file.
#[derive(Debug)]
pub struct File {
    /// Which file.
    pub id: FileId,
    /// Position of the `package` keyword.
    pub package_pos: Pos,
    /// The package name.
    pub package_name: Ident,
    /// Import declarations in order.
    pub imports: Vec<Import>,
    /// Top-level declarations in source order, imports left out.
    pub decls: Vec<DeclId>,
    /// Everything declared (top-level and local), indexed by [`DeclId`].
    pub all_decls: IndexVec<DeclId, Decl>,
    /// All expressions.
    pub exprs: IndexVec<ExprId, Expr>,
    /// All statements.
    pub stmts: IndexVec<StmtId, Stmt>,
    /// `//go:` and `//line` directives in order of position.
    pub directives: Vec<Directive>,
    /// Comments in order of position; empty unless the parse mode keeps them.
    pub comments: Vec<Comment>,
    /// Language version from a `//go:build go1.N` line, as (1, N).
    pub go_version: Option<(u32, u32)>,
    /// End of the file.
    pub eof: Pos,
}

/// One import spec.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// Position of the spec (its name, or its path).
    pub pos: Pos,
    /// Local name: absent, an identifier, `_` or `.`.
    pub name: Option<Ident>,
    /// The path literal.
    pub path: ExprId,
    /// Path, unquoted; empty if the literal was bad.
    pub path_value: Symbol,
    /// Number of its `import ( … )` group in the file.
    pub group: u32,
}

/// A directive comment such as `//go:linkname localname importpath.name`.
#[derive(Clone, Debug)]
pub struct Directive {
    /// Position of the `//`.
    pub pos: Pos,
    /// Text without the slashes: `go:linkname a b`, `line x.go:7`, `export f`.
    pub text: Box<str>,
}

/// A comment.
#[derive(Clone, Copy, Debug)]
pub struct Comment {
    /// Its text, delimiters included.
    pub span: Span,
}

/// An expression or type expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its kind.
    pub kind: ExprKind,
    /// From its first to past its last byte.
    pub span: Span,
    /// The position gc's syntax package gives the node: the operator of a binary expression, the
    /// `.` of selectors and assertions, the `[` of index and slice expressions, the `(` of calls and
    /// of function types, the `{` of composite literals, the `:` of a keyed element; the start
    /// otherwise. Errors about an operand are placed at [`crate::start_pos`] instead.
    pub pos: Pos,
}

/// Kinds of literals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LitKind {
    /// `42`
    Int,
    /// `4.2`
    Float,
    /// `4i`
    Imag,
    /// `'x'`
    Char,
    /// `"x"` or a raw string
    String,
}

/// Unary operators (`&x`, `*x` and `<-x` included: `*x` is [`ExprKind::Star`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Neg,
    /// `!`
    Not,
    /// `^`
    Xor,
    /// `&`
    Addr,
    /// `<-`
    Recv,
    /// `~` (constraints)
    Tilde,
}

/// Binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is its operator")]
pub enum BinaryOp {
    OrOr,
    AndAnd,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Or,
    Xor,
    Mul,
    Div,
    Rem,
    And,
    AndNot,
    Shl,
    Shr,
}

impl BinaryOp {
    /// Its source text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::OrOr => "||",
            BinaryOp::AndAnd => "&&",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Or => "|",
            BinaryOp::Xor => "^",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::And => "&",
            BinaryOp::AndNot => "&^",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
        }
    }

    /// Whether it compares.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        matches!(self, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
    }

    /// Whether it shifts.
    #[must_use]
    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr)
    }

    /// Binding strength, 1 (`||`) to 5 (`*`), as in the specification.
    #[must_use]
    pub fn precedence(self) -> u8 {
        match self {
            BinaryOp::OrOr => 1,
            BinaryOp::AndAnd => 2,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => 3,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or | BinaryOp::Xor => 4,
            BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Rem
            | BinaryOp::And
            | BinaryOp::AndNot
            | BinaryOp::Shl
            | BinaryOp::Shr => 5,
        }
    }
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

/// A field, parameter, result or type parameter: one entry per name (or one without a name).
/// Entries that share one written type share its [`ExprId`].
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name; `None` for unnamed parameters and embedded fields.
    pub name: Option<Ident>,
    /// Its type; for type parameters the constraint; for a variadic parameter an `Ellipsis`.
    pub ty: ExprId,
    /// Struct tag literal.
    pub tag: Option<ExprId>,
    /// Embedded struct field.
    pub embedded: bool,
    /// Position of the entry.
    pub pos: Pos,
}

/// A function signature as written.
#[derive(Clone, Debug)]
pub struct FuncType {
    /// Position of `func` (or of the method name in an interface).
    pub pos: Pos,
    /// Type parameters.
    pub type_params: Box<[Field]>,
    /// Parameters.
    pub params: Box<[Field]>,
    /// Results.
    pub results: Box<[Field]>,
}

/// An element of an interface type.
#[derive(Clone, Debug)]
pub enum InterfaceElem {
    /// `Name(params) results`
    Method {
        /// Its name.
        name: Ident,
        /// A `FuncType` expression.
        ty: ExprId,
    },
    /// An embedded type or a union of terms (a `Binary` with `Or`, `Unary` with `Tilde`).
    Embedded(ExprId),
}

/// A block of statements.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its statements.
    pub stmts: Box<[StmtId]>,
    /// Position of `{` (or where the list starts).
    pub lbrace: Pos,
    /// Position of `}` (or where the list ends).
    pub rbrace: Pos,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// What stood there was not an expression; already reported.
    Bad,
    /// An identifier.
    Name(Symbol),
    /// A literal, with its source text.
    BasicLit {
        /// Kind of literal.
        kind: LitKind,
        /// Text as written.
        value: Symbol,
        /// The scanner already reported it.
        bad: bool,
    },
    /// `T{…}` or, inside another literal, `{…}`.
    CompositeLit {
        /// The type, absent when elided.
        ty: Option<ExprId>,
        /// Elements; `KeyValue` where keyed.
        elems: Box<[ExprId]>,
        /// Position of `}`.
        rbrace: Pos,
    },
    /// `key: value` in a composite literal.
    KeyValue {
        /// Key.
        key: ExprId,
        /// Value.
        value: ExprId,
    },
    /// A function literal.
    FuncLit {
        /// A `FuncType` expression.
        ty: ExprId,
        /// Its body.
        body: Block,
    },
    /// `(x)`
    Paren(ExprId),
    /// `x.sel`
    Selector {
        /// Operand.
        x: ExprId,
        /// Selected name.
        sel: Ident,
    },
    /// `x[i]`, or an instantiation `x[T1, T2]`.
    Index {
        /// Operand.
        x: ExprId,
        /// Index or type arguments (at least one, unless erroneous).
        indices: Box<[ExprId]>,
    },
    /// `x[lo:hi:max]`
    Slice {
        /// Operand.
        x: ExprId,
        /// Bounds as written.
        bounds: [Option<ExprId>; 3],
        /// Whether there were two colons.
        full: bool,
    },
    /// `x.(T)`; `None` is `x.(type)`.
    TypeAssert {
        /// Operand.
        x: ExprId,
        /// Asserted type.
        ty: Option<ExprId>,
    },
    /// `f(args)`
    Call {
        /// Function, type (conversion) or builtin.
        fun: ExprId,
        /// Arguments.
        args: Box<[ExprId]>,
        /// Position of `...` after the last argument.
        ellipsis: Option<Pos>,
    },
    /// `*x`: indirection or pointer type.
    Star(ExprId),
    /// Unary operation.
    Unary {
        /// Operator.
        op: UnaryOp,
        /// Operand.
        x: ExprId,
    },
    /// Binary operation; its operator stands at `Expr::pos`.
    Binary {
        /// Operator.
        op: BinaryOp,
        /// Left.
        x: ExprId,
        /// Right.
        y: ExprId,
    },
    /// `[len]elem`; `len` is `None` for `[...]elem`.
    ArrayType {
        /// Length.
        len: Option<ExprId>,
        /// Element type.
        elem: ExprId,
    },
    /// `[]elem`
    SliceType {
        /// Element type.
        elem: ExprId,
    },
    /// `struct{…}`
    StructType {
        /// Fields.
        fields: Box<[Field]>,
    },
    /// `func(…) …`
    FuncType(Box<FuncType>),
    /// `interface{…}`
    InterfaceType {
        /// Elements.
        elems: Box<[InterfaceElem]>,
    },
    /// `map[K]V`
    MapType {
        /// Key type.
        key: ExprId,
        /// Element type.
        value: ExprId,
    },
    /// A channel type.
    ChanType {
        /// Direction.
        dir: ChanDir,
        /// Element type.
        elem: ExprId,
    },
    /// `...T` of a variadic parameter.
    Ellipsis {
        /// Element type.
        elem: ExprId,
    },
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Its kind.
    pub kind: StmtKind,
    /// From its first to past its last byte.
    pub span: Span,
    /// The position gc's syntax package gives the node: the operator of assignments, `++`, `--` and
    /// sends, the `:` of a labelled statement, `Expr::pos` of an expression statement, the keyword
    /// or `{` otherwise.
    pub pos: Pos,
}

/// `break`, `continue`, `goto`, `fallthrough`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each variant is its keyword")]
pub enum BranchKind {
    Break,
    Continue,
    Goto,
    Fallthrough,
}

/// A clause of an expression switch or a type switch.
#[derive(Clone, Debug)]
pub struct CaseClause {
    /// Position of `case` or `default`.
    pub pos: Pos,
    /// Expressions or types; `None` is `default`.
    pub exprs: Option<Box<[ExprId]>>,
    /// Statements.
    pub body: Box<[StmtId]>,
    /// Position of the `:`.
    pub colon: Pos,
    /// End of the clause: the next clause, or the switch's closing brace.
    pub end: Pos,
}

/// A clause of a select.
#[derive(Clone, Debug)]
pub struct CommClause {
    /// Position of `case` or `default`.
    pub pos: Pos,
    /// Send, receive, or assignment/definition from a receive; `None` is `default`.
    pub comm: Option<StmtId>,
    /// Statements.
    pub body: Box<[StmtId]>,
    /// Position of the `:`.
    pub colon: Pos,
    /// End of the clause.
    pub end: Pos,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Already reported.
    Bad,
    /// Nothing.
    Empty,
    /// Local `var`, `const` or `type`: the specs of one declaration.
    Decl(Box<[DeclId]>),
    /// `label: stmt`
    Labeled {
        /// The label.
        label: Ident,
        /// The statement (may be `Empty`).
        stmt: StmtId,
    },
    /// An expression.
    Expr(ExprId),
    /// `ch <- value`
    Send {
        /// Channel.
        chan: ExprId,
        /// Value.
        value: ExprId,
    },
    /// `x++` (`Add`) or `x--` (`Sub`).
    IncDec {
        /// Operand.
        x: ExprId,
        /// `Add` or `Sub`.
        op: BinaryOp,
    },
    /// `lhs = rhs`, `lhs := rhs`, or `lhs op= rhs`. The operator stands at `Stmt::pos`.
    Assign {
        /// Left sides.
        lhs: Box<[ExprId]>,
        /// Right sides.
        rhs: Box<[ExprId]>,
        /// `:=`
        define: bool,
        /// The operator of `op=`.
        op: Option<BinaryOp>,
        /// Position of the operator token.
        op_pos: Pos,
    },
    /// `go call`
    Go(ExprId),
    /// `defer call`
    Defer(ExprId),
    /// `return results`
    Return(Box<[ExprId]>),
    /// `break`, `continue`, `goto`, `fallthrough`.
    Branch {
        /// Which.
        kind: BranchKind,
        /// Label.
        label: Option<Ident>,
    },
    /// `{ … }`
    Block(Block),
    /// `if`
    If {
        /// Simple statement before the condition.
        init: Option<StmtId>,
        /// Condition (`Bad` if it was missing).
        cond: ExprId,
        /// Then.
        then: Block,
        /// A `Block` or another `If`.
        els: Option<StmtId>,
    },
    /// Expression switch.
    Switch {
        /// Simple statement before the tag.
        init: Option<StmtId>,
        /// Tag.
        tag: Option<ExprId>,
        /// Clauses.
        clauses: Box<[CaseClause]>,
        /// Position of `{`.
        lbrace: Pos,
        /// Position of `}`.
        rbrace: Pos,
    },
    /// Type switch.
    TypeSwitch {
        /// Simple statement before the guard.
        init: Option<StmtId>,
        /// `v` of `v := x.(type)`.
        binding: Option<Ident>,
        /// `x`.
        x: ExprId,
        /// The whole `x.(type)` expression.
        guard: ExprId,
        /// Clauses.
        clauses: Box<[CaseClause]>,
        /// Position of `{`.
        lbrace: Pos,
        /// Position of `}`.
        rbrace: Pos,
    },
    /// `select`
    Select {
        /// Clauses.
        clauses: Box<[CommClause]>,
        /// Position of `{`.
        lbrace: Pos,
        /// Position of `}`.
        rbrace: Pos,
    },
    /// `for init; cond; post`
    For {
        /// Initial statement.
        init: Option<StmtId>,
        /// Condition.
        cond: Option<ExprId>,
        /// Post statement.
        post: Option<StmtId>,
        /// Body.
        body: Block,
    },
    /// `for key, value = range x`
    Range {
        /// First iteration variable.
        key: Option<ExprId>,
        /// Second iteration variable.
        value: Option<ExprId>,
        /// Further, erroneous ones.
        extra: Option<ExprId>,
        /// `:=`
        define: bool,
        /// Range operand.
        x: ExprId,
        /// Position of `range`.
        range_pos: Pos,
        /// Body.
        body: Block,
    },
}

/// One declaration.
#[derive(Clone, Debug)]
pub struct Decl {
    /// Its kind.
    pub kind: DeclKind,
    /// From its first to past its last byte (for the first spec of a group the keyword is not
    /// included).
    pub span: Span,
    /// Number of its `( … )` group in the file, unique per group; specs outside groups have their
    /// own number.
    pub group: u32,
    /// Position of the `var`, `const`, `type` or `func` keyword that starts the declaration or group.
    pub keyword_pos: Pos,
    /// The `//go:` directives that stand before it, as a range of [`File::directives`].
    pub directives: std::ops::Range<u32>,
}

/// What a declaration declares.
#[derive(Clone, Debug)]
pub enum DeclKind {
    /// Already reported.
    Bad,
    /// One constant spec. Specs without type and values repeat the previous ones of their group:
    /// `inherited` names the spec whose type and values hold.
    Const {
        /// Names.
        names: Box<[Ident]>,
        /// Type as written.
        ty: Option<ExprId>,
        /// Values as written.
        values: Box<[ExprId]>,
        /// The earlier spec of the group that this one repeats.
        inherited: Option<DeclId>,
        /// Value of `iota`.
        iota: u32,
    },
    /// One variable spec.
    Var {
        /// Names.
        names: Box<[Ident]>,
        /// Type as written.
        ty: Option<ExprId>,
        /// Values as written.
        values: Box<[ExprId]>,
    },
    /// One type spec.
    Type {
        /// Name.
        name: Ident,
        /// Type parameters.
        type_params: Box<[Field]>,
        /// `=`
        alias: bool,
        /// Right side.
        ty: ExprId,
    },
    /// A function or method.
    Func {
        /// Name.
        name: Ident,
        /// Receiver.
        recv: Option<Field>,
        /// Signature: a `FuncType` expression.
        ty: ExprId,
        /// Body; `None` for functions implemented elsewhere.
        body: Option<Block>,
        /// Whether the receiver list had other than one entry (reported by the checker).
        recv_count: u32,
    },
}

impl File {
    /// The expression of `id`.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id]
    }

    /// The statement of `id`.
    #[must_use]
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id]
    }

    /// The declaration of `id`.
    #[must_use]
    pub fn decl(&self, id: DeclId) -> &Decl {
        &self.all_decls[id]
    }

    /// The directives that stand before a declaration and belong to it.
    #[must_use]
    pub fn directives_of(&self, id: DeclId) -> &[Directive] {
        let range = &self.all_decls[id].directives;
        self.directives.get(range.start as usize..range.end as usize).unwrap_or(&[])
    }

    /// `id` without enclosing parentheses.
    #[must_use]
    pub fn unparen(&self, mut id: ExprId) -> ExprId {
        while let ExprKind::Paren(x) = self.exprs[id].kind {
            id = x;
        }
        id
    }
}
