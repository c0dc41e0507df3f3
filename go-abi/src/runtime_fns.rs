//! THE list of functions that the runtime object defines for Go code. go-rt expands it into stack
//! switching veneers; go-codegen and go-link read [`RUST_FNS`] to know what is an extern. The Go
//! signatures are those of the overlay's declarations (go-rt/overlay/EXTERNS.tsv says what each
//! does); calls use the System V convention with everything flattened to scalars.
//!
//! Kinds:
//! * `sys`: veneer. Saves the goroutine's state in G, runs the Rust function on the thread's system
//!   stack, returns. A collection may happen inside.
//! * `noret`: as `sys`, and control never comes back to the call.
//! * `leaf`: runs on the goroutine's stack, uses < 256 bytes of it, calls nothing, never collects.
//! * `asm`: written in assembly with its own rules; called like a leaf unless the signature says
//!   `closure` (then it is a code pointer for closure objects, entered with Go's convention).

/// How a runtime function is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RustFnKind {
    /// On the system stack, through a veneer.
    Sys,
    /// As `Sys`; never returns to the caller.
    NoReturn,
    /// Directly on the goroutine stack.
    Leaf,
    /// Hand-written.
    Asm,
}

/// One function of the runtime object.
#[derive(Debug, Clone, Copy)]
pub struct RustFn {
    /// Link symbol.
    pub symbol: &'static str,
    /// How it is entered.
    pub kind: RustFnKind,
    /// Go signature; `closure` for Go-convention code pointers.
    pub signature: &'static str,
}

/// Calls `$cb!` with the list: `kind "symbol" rust_ident "signature";` repeated.
#[macro_export]
macro_rules! for_each_rust_fn {
    ($cb:ident) => {
        $cb! {
            leaf "runtime.initialsp" initialsp "func() *uintptr";
            asm "runtime.rawsyscall" rawsyscall "func(num uintptr, args *[6]uintptr) uintptr";
            sys "runtime.nanotime1" nanotime1 "func() int64";
            sys "runtime.walltime1" walltime1 "func() (sec int64, nsec int64)";
            leaf "runtime.cputicks" cputicks "func() int64";
            asm "runtime.getfp" getfp "func() uintptr";
            asm "runtime.div128" div128 "func(hi, lo, y uint64) (quo, rem uint64)";
            asm "runtime.memmove" memmove "func(to, from unsafe.Pointer, n uintptr)";
            asm "runtime.memclrNoHeapPointers" memclr "func(p unsafe.Pointer, n uintptr)";
            leaf "runtime.memequal" memequal "func(p, q unsafe.Pointer, n uintptr) bool";
            asm "runtime.mallocgc" mallocgc "func(size uintptr, typ *abi.Type, needzero bool) unsafe.Pointer";
            leaf "runtime.roundupsize" roundupsize "func(size uintptr, noscan bool) uintptr";
            sys "runtime.persistentalloc1" persistentalloc1 "func(size, align uintptr) unsafe.Pointer";
            sys "runtime.heapobject" heapobject "func(p uintptr, out *[2]uintptr) bool";
            sys "runtime.gcstart" gcstart "func()";
            sys "runtime.setgcpercent1" setgcpercent1 "func(percent int32) int32";
            sys "runtime.setmemorylimit1" setmemorylimit1 "func(limit int64) int64";
            sys "runtime.setmaxstack1" setmaxstack1 "func(n uintptr) uintptr";
            sys "runtime.freeosmemory1" freeosmemory1 "func()";
            sys "runtime.memstats1" memstats1 "func(out *rtMemStats)";
            sys "runtime.sizeclassstats" sizeclassstats "func(out *[204]uint64)";
            sys "runtime.addroots" addroots "func(p unsafe.Pointer, n uintptr)";
            sys "runtime.setfinalizer1" setfinalizer1 "func(p, rec unsafe.Pointer) bool";
            sys "runtime.removefinalizer1" removefinalizer1 "func(p unsafe.Pointer)";
            sys "runtime.addcleanup1" addcleanup1 "func(p, rec unsafe.Pointer) uint64";
            sys "runtime.removecleanup1" removecleanup1 "func(p uintptr, id uint64)";
            sys "runtime.nextfinal" nextfinal "func(out *[3]unsafe.Pointer) bool";
            sys "runtime.weakhandle" weakhandle "func(p unsafe.Pointer) unsafe.Pointer";
            sys "runtime.weakload" weakload "func(h unsafe.Pointer) unsafe.Pointer";
            sys "runtime.newg" newg "func(fn unsafe.Pointer) *g";
            asm "runtime.gswitch" gswitch "func(to *g)";
            noret "runtime.gexit" gexit "func(to *g)";
            leaf "runtime.allghead" allghead "func() *g";
            noret "runtime.resumeframe" resumeframe "func(fp, pc uintptr)";
            asm "runtime.reflectcall1" reflectcall1 "func(fn, argblock unsafe.Pointer, regs *abi.RegArgs)";
            asm "runtime.asmcall" asmcall "func(fn, frame unsafe.Pointer, size, results uintptr)";
            asm "runtime.asmcallNoescape" asmcall_noescape "func(fn, frame unsafe.Pointer, size, results uintptr)";
            sys "runtime.pcinfo" pcinfo "func(pc uintptr, out *pcInfo) bool";
            sys "runtime.linkinfo" linkinfo "func(out *linkInfo)";
            sys "runtime.funcaddr" funcaddr "func(i uintptr) uintptr";
            sys "runtime.setsig" setsig "func(sig uint32, mode uint32) uint32";
            leaf "runtime.sigcontext" sigcontext "func() *sigContext";
            sys "runtime.sigwakefd" sigwakefd "func(fd int32)";
            sys "runtime.settimeslice" settimeslice "func(ns int64)";
            sys "runtime.blockingsyscall" blockingsyscall "func(req *[8]uintptr, wakefd int32) bool";
            asm "runtime.morestack" morestack "Go convention, any signature";
            asm "runtime.memequal_varlen" memequal_varlen "closure func(p, q unsafe.Pointer) bool";
            asm "reflect.makeFuncStub" make_func_stub "closure";
            asm "reflect.methodValueCall" method_value_call "closure";
            asm "internal/cpu.cpuid" cpuid "func(eaxArg, ecxArg uint32) (eax, ebx, ecx, edx uint32)";
            leaf "internal/cpu.xgetbv" xgetbv "func() (eax, edx uint32)";
            leaf "internal/cpu.getGOAMD64level" getgoamd64level "func() int32";
            asm "vendor/golang.org/x/sys/cpu.cpuid" cpuid_x "func(eaxArg, ecxArg uint32) (eax, ebx, ecx, edx uint32)";
            leaf "vendor/golang.org/x/sys/cpu.xgetbv" xgetbv_x "func() (eax, edx uint32)";
            asm "syscall.rawVforkSyscall" raw_vfork_syscall "func(trap, a1, a2, a3 uintptr) (r1, err uintptr)";
            asm "syscall.rawSyscallNoError" raw_syscall_no_error "func(trap, a1, a2, a3 uintptr) (r1, r2 uintptr)";
            sys "syscall.gettimeofday" gettimeofday "func(timeval *Timeval) Errno";
            leaf "internal/bytealg.IndexByte" index_byte "func(b []byte, c byte) int";
            leaf "internal/bytealg.IndexByteString" index_byte_string "func(s string, c byte) int";
            leaf "internal/bytealg.Count" count "func(b []byte, c byte) int";
            leaf "internal/bytealg.CountString" count_string "func(s string, c byte) int";
            leaf "internal/bytealg.Compare" compare "func(a, b []byte) int";
            leaf "runtime.cmpstring" cmpstring "func(a, b string) int";
            leaf "internal/bytealg.Index" index "func(a, b []byte) int";
            leaf "internal/bytealg.IndexString" index_string "func(a, b string) int";
            asm "math/big.addvv" addvv "func(z, x, y *Word, n int) Word";
            asm "math/big.subvv" subvv "func(z, x, y *Word, n int) Word";
            asm "math/big.muladdvww" muladdvww "func(z, x *Word, m, a Word, n int) Word";
            asm "math/big.addmulvvww" addmulvvww "func(z, x, y *Word, m, a Word, n int) Word";
            asm "math/big.lshvu" lshvu "func(z, x *Word, s uint, n int) Word";
            asm "math/big.rshvu" rshvu "func(z, x *Word, s uint, n int) Word";
        }
    };
}

macro_rules! kind {
    (sys) => {
        RustFnKind::Sys
    };
    (noret) => {
        RustFnKind::NoReturn
    };
    (leaf) => {
        RustFnKind::Leaf
    };
    (asm) => {
        RustFnKind::Asm
    };
}

macro_rules! table {
    ($($kind:ident $symbol:literal $ident:ident $signature:literal;)*) => {
        /// The list as data.
        pub const RUST_FNS: &[RustFn] = &[
            $(RustFn { symbol: $symbol, kind: kind!($kind), signature: $signature },)*
        ];
    };
}
for_each_rust_fn!(table);

/// Go functions that the runtime object refers to and every program must contain.
pub const GO_ROOTS: &[&str] = &["runtime.gostart", "runtime.sigpanic", "runtime.preemptyield", "runtime.rtfatal"];

/// Go functions that an extern calls: reaching the first makes the second reachable. The object
/// refers to the second weakly (0 when absent).
pub const EXTERN_CALLS: &[(&str, &str)] =
    &[("reflect.makeFuncStub", "reflect.callReflect"), ("reflect.methodValueCall", "reflect.callMethod")];

/// Linker-made symbols that the runtime object refers to.
pub const LINKER_SYMBOLS: &[&str] = &[crate::layout::pctab::PCTAB_SYMBOL];

/// Symbol at which the image starts.
pub const ENTRY_SYMBOL: &str = "_start";

/// The extern with this symbol.
pub fn rust_fn(symbol: &str) -> Option<&'static RustFn> {
    RUST_FNS.iter().find(|f| f.symbol == symbol)
}
