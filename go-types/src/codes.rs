//! Error codes: the names that `internal/types/errors` gives to the rules of the language.
//!
//! Names only; which message goes with a code is decided where it is reported.

use go_source::Code;

/// The tree handed to the checker breaks a rule of the grammar.
pub const INVALID_SYNTAX_TREE: Code = Code("InvalidSyntaxTree");
/// Reserved for errors that tests provoke.
pub const TEST: Code = Code("Test");
/// A package clause names the package `_`.
pub const BLANK_PKG_NAME: Code = Code("BlankPkgName");
/// Files of one package disagree about its name.
pub const MISMATCHED_PKG_NAME: Code = Code("MismatchedPkgName");
/// A package name stands where a value or type is needed.
pub const INVALID_PKG_USE: Code = Code("InvalidPkgUse");
/// An import path is empty or holds characters that are not allowed.
pub const BAD_IMPORT_PATH: Code = Code("BadImportPath");
/// An imported package could not be loaded.
pub const BROKEN_IMPORT: Code = Code("BrokenImport");
/// The pseudo-package "C" is imported under another name.
pub const IMPORT_C_RENAMED: Code = Code("ImportCRenamed");
/// An import is never referred to.
pub const UNUSED_IMPORT: Code = Code("UnusedImport");
/// Package-level variables or functions depend on each other in a circle of initialisation.
pub const INVALID_INIT_CYCLE: Code = Code("InvalidInitCycle");
/// A name is declared twice in one block.
pub const DUPLICATE_DECL: Code = Code("DuplicateDecl");
/// A declaration refers to itself in a way that cannot be resolved.
pub const INVALID_DECL_CYCLE: Code = Code("InvalidDeclCycle");
/// A type contains itself without indirection.
pub const INVALID_TYPE_CYCLE: Code = Code("InvalidTypeCycle");
/// A constant is initialised with something that is not constant.
pub const INVALID_CONST_INIT: Code = Code("InvalidConstInit");
/// A constant value cannot be converted to the type wanted.
pub const INVALID_CONST_VAL: Code = Code("InvalidConstVal");
/// The type given for a constant is not a basic one.
pub const INVALID_CONST_TYPE: Code = Code("InvalidConstType");
/// `nil` is used where no type can be found for it.
pub const UNTYPED_NIL_USE: Code = Code("UntypedNilUse");
/// Numbers of left and right sides differ.
pub const WRONG_ASSIGN_COUNT: Code = Code("WrongAssignCount");
/// The left side of an assignment is not addressable, a map element or `_`.
pub const UNASSIGNABLE_OPERAND: Code = Code("UnassignableOperand");
/// A `:=` declares no new variable.
pub const NO_NEW_VAR: Code = Code("NoNewVar");
/// An `op=` assignment has several operands on a side.
pub const MULTI_VAL_ASSIGN_OP: Code = Code("MultiValAssignOp");
/// A value lacks methods of the interface that it is assigned to.
pub const INVALID_IFACE_ASSIGN: Code = Code("InvalidIfaceAssign");
/// A channel is assigned to a channel type although both are named.
pub const INVALID_CHAN_ASSIGN: Code = Code("InvalidChanAssign");
/// A value is not assignable to the type wanted.
pub const INCOMPATIBLE_ASSIGN: Code = Code("IncompatibleAssign");
/// A field of a struct in a map is assigned to.
pub const UNADDRESSABLE_FIELD_ASSIGN: Code = Code("UnaddressableFieldAssign");
/// A type is needed where something else stands.
pub const NOT_A_TYPE: Code = Code("NotAType");
/// An array length is not a non-negative integer constant.
pub const INVALID_ARRAY_LEN: Code = Code("InvalidArrayLen");
/// An interface method is called `_`.
pub const BLANK_IFACE_METHOD: Code = Code("BlankIfaceMethod");
/// A map key type is not comparable.
pub const INCOMPARABLE_MAP_KEY: Code = Code("IncomparableMapKey");
/// An embedded field is a pointer to a pointer or interface, or an unsafe.Pointer.
pub const INVALID_PTR_EMBED: Code = Code("InvalidPtrEmbed");
/// A method has other than one receiver.
pub const BAD_RECV: Code = Code("BadRecv");
/// A receiver type is not a defined type of the package or a pointer to one.
pub const INVALID_RECV: Code = Code("InvalidRecv");
/// A struct type has a field and a method of one name.
pub const DUPLICATE_FIELD_AND_METHOD: Code = Code("DuplicateFieldAndMethod");
/// A type has two methods of one name.
pub const DUPLICATE_METHOD: Code = Code("DuplicateMethod");
/// `_` is used as a value or type.
pub const INVALID_BLANK: Code = Code("InvalidBlank");
/// `iota` is used outside a constant declaration.
pub const INVALID_IOTA: Code = Code("InvalidIota");
/// A function `init` has no body.
pub const MISSING_INIT_BODY: Code = Code("MissingInitBody");
/// `init` has parameters or results.
pub const INVALID_INIT_SIG: Code = Code("InvalidInitSig");
/// `init` is declared as something other than a function.
pub const INVALID_INIT_DECL: Code = Code("InvalidInitDecl");
/// `main` in package main is not a function without parameters and results.
pub const INVALID_MAIN_DECL: Code = Code("InvalidMainDecl");
/// A function yields more values than its context takes.
pub const TOO_MANY_VALUES: Code = Code("TooManyValues");
/// A type stands where a value is needed.
pub const NOT_AN_EXPR: Code = Code("NotAnExpr");
/// A constant loses its fraction when converted to an integer type.
pub const TRUNCATED_FLOAT: Code = Code("TruncatedFloat");
/// A constant is too large for its type.
pub const NUMERIC_OVERFLOW: Code = Code("NumericOverflow");
/// An operator is not defined for its operands.
pub const UNDEFINED_OP: Code = Code("UndefinedOp");
/// The operand types of a binary operation differ.
pub const MISMATCHED_TYPES: Code = Code("MismatchedTypes");
/// A constant divisor is zero.
pub const DIV_BY_ZERO: Code = Code("DivByZero");
/// `++` or `--` is applied to something that is not a number.
pub const NON_NUMERIC_INC_DEC: Code = Code("NonNumericIncDec");
/// `&` is applied to something without an address.
pub const UNADDRESSABLE_OPERAND: Code = Code("UnaddressableOperand");
/// `*` is applied to something that is not a pointer.
pub const INVALID_INDIRECTION: Code = Code("InvalidIndirection");
/// An operand that cannot be indexed is indexed.
pub const NON_INDEXABLE_OPERAND: Code = Code("NonIndexableOperand");
/// An index is not a suitable integer, or out of range.
pub const INVALID_INDEX: Code = Code("InvalidIndex");
/// Constant slice bounds are not in order.
pub const SWAPPED_SLICE_INDICES: Code = Code("SwappedSliceIndices");
/// An operand that cannot be sliced is sliced.
pub const NON_SLICEABLE_OPERAND: Code = Code("NonSliceableOperand");
/// A three-index slice of a string, or a slice of an unaddressable array.
pub const INVALID_SLICE_EXPR: Code = Code("InvalidSliceExpr");
/// A shift count is negative, too large or no integer.
pub const INVALID_SHIFT_COUNT: Code = Code("InvalidShiftCount");
/// A shifted operand is no integer.
pub const INVALID_SHIFT_OPERAND: Code = Code("InvalidShiftOperand");
/// A receive from something that is no channel, or only for sending.
pub const INVALID_RECEIVE: Code = Code("InvalidReceive");
/// A send to something that is no channel, or only for receiving.
pub const INVALID_SEND: Code = Code("InvalidSend");
/// A key occurs twice in a composite literal.
pub const DUPLICATE_LIT_KEY: Code = Code("DuplicateLitKey");
/// A map literal has an element without key.
pub const MISSING_LIT_KEY: Code = Code("MissingLitKey");
/// A key of an array or slice literal is no index constant.
pub const INVALID_LIT_INDEX: Code = Code("InvalidLitIndex");
/// An array literal has more elements than its length.
pub const OVERSIZE_ARRAY_LIT: Code = Code("OversizeArrayLit");
/// A struct literal mixes keyed and unkeyed elements.
pub const MIXED_STRUCT_LIT: Code = Code("MixedStructLit");
/// A positional struct literal does not fit the fields.
pub const INVALID_STRUCT_LIT: Code = Code("InvalidStructLit");
/// A struct literal names a field that does not exist.
pub const MISSING_LIT_FIELD: Code = Code("MissingLitField");
/// A struct literal names a field twice.
pub const DUPLICATE_LIT_FIELD: Code = Code("DuplicateLitField");
/// A positional literal sets an unexported field of another package.
pub const UNEXPORTED_LIT_FIELD: Code = Code("UnexportedLitField");
/// A field name of a struct literal is no identifier.
pub const INVALID_LIT_FIELD: Code = Code("InvalidLitField");
/// A composite literal has no type and none can be implied.
pub const UNTYPED_LIT: Code = Code("UntypedLit");
/// A composite literal has a type that cannot have one.
pub const INVALID_LIT: Code = Code("InvalidLit");
/// A selector finds several fields or methods at the same depth.
pub const AMBIGUOUS_SELECTOR: Code = Code("AmbiguousSelector");
/// A package does not declare the name selected from it.
pub const UNDECLARED_IMPORTED_NAME: Code = Code("UndeclaredImportedName");
/// A name selected from a package is not exported.
pub const UNEXPORTED_NAME: Code = Code("UnexportedName");
/// A name is not declared in any enclosing scope.
pub const UNDECLARED_NAME: Code = Code("UndeclaredName");
/// A selector names neither a field nor a method.
pub const MISSING_FIELD_OR_METHOD: Code = Code("MissingFieldOrMethod");
/// `...` stands where it may not.
pub const BAD_DOT_DOT_DOT_SYNTAX: Code = Code("BadDotDotDotSyntax");
/// `...` is passed to a function that is not variadic.
pub const NON_VARIADIC_DOT_DOT_DOT: Code = Code("NonVariadicDotDotDot");
/// `...` is used with a builtin or otherwise wrongly.
pub const INVALID_DOT_DOT_DOT: Code = Code("InvalidDotDotDot");
/// A builtin function is used as a value.
pub const UNCALLED_BUILTIN: Code = Code("UncalledBuiltin");
/// Arguments of `append` do not fit.
pub const INVALID_APPEND: Code = Code("InvalidAppend");
/// The argument of `cap` has no capacity.
pub const INVALID_CAP: Code = Code("InvalidCap");
/// The argument of `close` is no sending channel.
pub const INVALID_CLOSE: Code = Code("InvalidClose");
/// Arguments of `copy` do not fit.
pub const INVALID_COPY: Code = Code("InvalidCopy");
/// Arguments of `complex` do not fit.
pub const INVALID_COMPLEX: Code = Code("InvalidComplex");
/// The first argument of `delete` is no map.
pub const INVALID_DELETE: Code = Code("InvalidDelete");
/// The argument of `imag` is not complex.
pub const INVALID_IMAG: Code = Code("InvalidImag");
/// The argument of `len` has no length.
pub const INVALID_LEN: Code = Code("InvalidLen");
/// `make` gets a length larger than the capacity.
pub const SWAPPED_MAKE_ARGS: Code = Code("SwappedMakeArgs");
/// `make` gets a type that it cannot make.
pub const INVALID_MAKE: Code = Code("InvalidMake");
/// The argument of `real` is not complex.
pub const INVALID_REAL: Code = Code("InvalidReal");
/// A type assertion on something that is no interface.
pub const INVALID_ASSERT: Code = Code("InvalidAssert");
/// A type assertion that can never hold.
pub const IMPOSSIBLE_ASSERT: Code = Code("ImpossibleAssert");
/// A conversion between types that do not allow it.
pub const INVALID_CONVERSION: Code = Code("InvalidConversion");
/// An untyped value cannot take the type wanted.
pub const INVALID_UNTYPED_CONVERSION: Code = Code("InvalidUntypedConversion");
/// The argument of `unsafe.Offsetof` is no selector.
pub const BAD_OFFSETOF_SYNTAX: Code = Code("BadOffsetofSyntax");
/// `unsafe.Offsetof` of a method or through a pointer.
pub const INVALID_OFFSETOF: Code = Code("InvalidOffsetof");
/// An expression statement computes a value that is not used.
pub const UNUSED_EXPR: Code = Code("UnusedExpr");
/// A local variable is never used.
pub const UNUSED_VAR: Code = Code("UnusedVar");
/// A function with results can reach its end.
pub const MISSING_RETURN: Code = Code("MissingReturn");
/// A return statement has the wrong number of results.
pub const WRONG_RESULT_COUNT: Code = Code("WrongResultCount");
/// A bare return where a result name is shadowed.
pub const OUT_OF_SCOPE_RESULT: Code = Code("OutOfScopeResult");
/// A condition is not boolean.
pub const INVALID_COND: Code = Code("InvalidCond");
/// The post statement of a for loop declares a variable.
pub const INVALID_POST_DECL: Code = Code("InvalidPostDecl");
/// Reserved: two variables range over a channel.
pub const INVALID_ITER_VAR: Code = Code("InvalidIterVar");
/// A range operand cannot be ranged over.
pub const INVALID_RANGE_EXPR: Code = Code("InvalidRangeExpr");
/// `break` outside loop, switch and select.
pub const MISPLACED_BREAK: Code = Code("MisplacedBreak");
/// `continue` outside a loop.
pub const MISPLACED_CONTINUE: Code = Code("MisplacedContinue");
/// `fallthrough` at a wrong place.
pub const MISPLACED_FALLTHROUGH: Code = Code("MisplacedFallthrough");
/// A case value or type occurs twice.
pub const DUPLICATE_CASE: Code = Code("DuplicateCase");
/// A switch or select has two defaults.
pub const DUPLICATE_DEFAULT: Code = Code("DuplicateDefault");
/// `.(type)` outside a type switch.
pub const BAD_TYPE_KEYWORD: Code = Code("BadTypeKeyword");
/// A type switch on something that is no interface.
pub const INVALID_TYPE_SWITCH: Code = Code("InvalidTypeSwitch");
/// A switch on something that cannot be compared.
pub const INVALID_EXPR_SWITCH: Code = Code("InvalidExprSwitch");
/// A select case is neither send nor receive.
pub const INVALID_SELECT_CASE: Code = Code("InvalidSelectCase");
/// A branch names a label that does not exist.
pub const UNDECLARED_LABEL: Code = Code("UndeclaredLabel");
/// A label is declared twice.
pub const DUPLICATE_LABEL: Code = Code("DuplicateLabel");
/// A break or continue label does not enclose the statement.
pub const MISPLACED_LABEL: Code = Code("MisplacedLabel");
/// A label is never used.
pub const UNUSED_LABEL: Code = Code("UnusedLabel");
/// A goto skips a variable declaration.
pub const JUMP_OVER_DECL: Code = Code("JumpOverDecl");
/// A goto enters a block.
pub const JUMP_INTO_BLOCK: Code = Code("JumpIntoBlock");
/// A method expression names a method with pointer receiver on a value type.
pub const INVALID_METHOD_EXPR: Code = Code("InvalidMethodExpr");
/// A call has too few or too many arguments.
pub const WRONG_ARG_COUNT: Code = Code("WrongArgCount");
/// Something that is no function is called.
pub const INVALID_CALL: Code = Code("InvalidCall");
/// The result of a builtin is thrown away.
pub const UNUSED_RESULTS: Code = Code("UnusedResults");
/// A deferred expression is no call.
pub const INVALID_DEFER: Code = Code("InvalidDefer");
/// A go statement has no call.
pub const INVALID_GO: Code = Code("InvalidGo");
/// A declaration is malformed.
pub const BAD_DECL: Code = Code("BadDecl");
/// A name stands twice on the left of `:=`.
pub const REPEATED_DECL: Code = Code("RepeatedDecl");
/// Arguments of `unsafe.Add` do not fit.
pub const INVALID_UNSAFE_ADD: Code = Code("InvalidUnsafeAdd");
/// Arguments of `unsafe.Slice` do not fit.
pub const INVALID_UNSAFE_SLICE: Code = Code("InvalidUnsafeSlice");
/// A feature is newer than the language version in force.
pub const UNSUPPORTED_FEATURE: Code = Code("UnsupportedFeature");
/// Type arguments for something that takes none.
pub const NOT_A_GENERIC_TYPE: Code = Code("NotAGenericType");
/// The number of type arguments is wrong.
pub const WRONG_TYPE_ARG_COUNT: Code = Code("WrongTypeArgCount");
/// Type arguments cannot be found by inference.
pub const CANNOT_INFER_TYPE_ARGS: Code = Code("CannotInferTypeArgs");
/// A type argument does not satisfy its constraint.
pub const INVALID_TYPE_ARG: Code = Code("InvalidTypeArg");
/// Instantiation would never end.
pub const INVALID_INSTANCE_CYCLE: Code = Code("InvalidInstanceCycle");
/// A union has terms that are not allowed.
pub const INVALID_UNION: Code = Code("InvalidUnion");
/// A constraint interface is used as an ordinary type.
pub const MISPLACED_CONSTRAINT_IFACE: Code = Code("MisplacedConstraintIface");
/// A method has type parameters where it may not.
pub const INVALID_METHOD_TYPE_PARAMS: Code = Code("InvalidMethodTypeParams");
/// A type parameter stands where it may not.
pub const MISPLACED_TYPE_PARAM: Code = Code("MisplacedTypeParam");
/// The argument of `unsafe.SliceData` is no slice.
pub const INVALID_UNSAFE_SLICE_DATA: Code = Code("InvalidUnsafeSliceData");
/// Arguments of `unsafe.String` do not fit.
pub const INVALID_UNSAFE_STRING: Code = Code("InvalidUnsafeString");
/// The argument of `clear` is neither map nor slice.
pub const INVALID_CLEAR: Code = Code("InvalidClear");
/// The size of a type exceeds what `unsafe.Sizeof` can say.
pub const TYPE_TOO_LARGE: Code = Code("TypeTooLarge");
/// An operand of `min` or `max` cannot be ordered.
pub const INVALID_MIN_MAX_OPERAND: Code = Code("InvalidMinMaxOperand");
/// A file needs a newer language version than this compiler knows.
pub const TOO_NEW: Code = Code("TooNew");
