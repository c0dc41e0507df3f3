//! Functions whose effect on their arguments is known by name: what lowering calls in package runtime
//! on behalf of a statement, and the functions of the runtime object.
//!
//! The runtime parks goroutines with pointers to their variables (channel operations), hashes keys
//! through function values, and keeps records of deferred calls in lists; seen as ordinary code all
//! that would leak. Here stands what the statement means instead.

use go_abi::runtime_fns::{RustFnKind, rust_fn};
use go_ir::{FuncBody, FuncId, Program};

/// What happens to an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arg {
    /// Nothing; what it points to is read at most, or is none of the program's byte slices.
    Safe,
    /// It is not kept, but what it leads to can be written.
    Write,
    /// It is kept.
    Leak,
    /// What is stored in the memory it points to is kept, not the pointer.
    Content,
    /// As `Content`, of the memory that those pointers point to.
    Deep,
    /// It can be the result.
    Result,
    /// What is stored in the memory it points to can be the result.
    Element,
}

/// What a function does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// What its body says (or the worst, without body).
    No,
    /// Copies memory: (to, from, n).
    MemMove,
    /// `stringtoslicebyte(buffer, string)`: a new slice, in the buffer if there is one.
    ToBytes,
    /// Effects per argument; those not listed are as the last. Results point to unknown memory.
    Args(&'static [Arg]),
    /// `deferproc(record, fn, frame)`: both stay alive until the frame ends.
    DeferProc,
    /// `mapIterStart(type, map, iterator)`: the iterator refers to the map.
    MapIter,
}

use Arg::{Content, Deep, Element, Leak, Result, Safe, Write};

const SAFE: Known = Known::Args(&[Safe]);
const WRITE: Known = Known::Args(&[Write]);
const LEAK: Known = Known::Args(&[Leak]);
/// `mapassign_…(type, map, key)`: the key is kept, in memory that the map refers to.
const ASSIGN: Known = Known::Args(&[Safe, Safe, Leak]);

/// Functions of package runtime by name.
const TABLE: &[(&str, Known)] = &[
    ("chansend1", Known::Args(&[Safe, Content])),
    ("chansend", Known::Args(&[Safe, Content, Safe])),
    ("chanrecv1", WRITE),
    ("chanrecv2", WRITE),
    ("chanrecv", WRITE),
    ("closechan", SAFE),
    ("chanlen", SAFE),
    ("chancap", SAFE),
    ("selectnbsend", Known::Args(&[Safe, Content])),
    ("selectnbrecv", WRITE),
    ("selectgo", Known::Args(&[Deep, Safe])),
    ("mapaccess1", SAFE),
    ("mapaccess2", SAFE),
    ("mapaccess1_fat", SAFE),
    ("mapaccess2_fat", SAFE),
    ("mapaccess1_fast32", SAFE),
    ("mapaccess2_fast32", SAFE),
    ("mapaccess1_fast64", SAFE),
    ("mapaccess2_fast64", SAFE),
    ("mapaccess1_faststr", SAFE),
    ("mapaccess2_faststr", SAFE),
    ("mapassign", Known::Args(&[Safe, Safe, Content])),
    ("mapassign_fast32", ASSIGN),
    ("mapassign_fast32ptr", ASSIGN),
    ("mapassign_fast64", ASSIGN),
    ("mapassign_fast64ptr", ASSIGN),
    ("mapassign_faststr", ASSIGN),
    ("mapdelete", SAFE),
    ("mapdelete_fast32", SAFE),
    ("mapdelete_fast64", SAFE),
    ("mapdelete_faststr", SAFE),
    ("mapclear", SAFE),
    ("mapIterStart", Known::MapIter),
    ("mapIterNext", SAFE),
    ("makemap", SAFE),
    ("makemap_small", SAFE),
    ("makechan", SAFE),
    ("makeslice", SAFE),
    ("newobject", SAFE),
    ("growslice", Known::Args(&[Content, Safe])),
    ("slicebytetostring", Known::Args(&[Result, Safe])),
    ("stringtoslicebyte", Known::ToBytes),
    ("stringtoslicerune", Known::Args(&[Result, Safe])),
    ("slicerunetostring", Known::Args(&[Result, Safe])),
    ("intstring", Known::Args(&[Result, Safe])),
    ("concatstring2", Known::Args(&[Result])),
    ("concatstring3", Known::Args(&[Result])),
    ("concatstring4", Known::Args(&[Result])),
    ("concatstring5", Known::Args(&[Result])),
    ("concatstrings", Known::Args(&[Result, Element])),
    ("countrunes", SAFE),
    ("mallocgc", SAFE),
    ("throw", SAFE),
    ("fatal", SAFE),
    ("efaceeq", SAFE),
    ("ifaceeq", SAFE),
    ("memequal", SAFE),
    ("cmpstring", SAFE),
    ("decoderune", SAFE),
    ("assertE2I", SAFE),
    ("assertE2I2", SAFE),
    ("panicdottypeE", SAFE),
    ("panicdottypeI", SAFE),
    ("panicnildottype", SAFE),
    ("unsafeslice", SAFE),
    ("unsafestring", SAFE),
    ("gopanic", LEAK),
    ("newproc", LEAK),
    ("deferproc", Known::DeferProc),
    ("deferprocat", LEAK),
    ("deferrangefunc", LEAK),
    ("deferreturn", SAFE),
    ("gorecover", SAFE),
    ("printlock", SAFE),
    ("printunlock", SAFE),
    ("printstring", SAFE),
    ("printquoted", SAFE),
    ("printslice", SAFE),
    ("printpointer", SAFE),
    ("printeface", SAFE),
    ("printiface", SAFE),
    ("SetFinalizer", LEAK),
];

/// Functions of the runtime object that keep a pointer; the others use theirs during the call only.
const KEEPING: &[&str] = &[
    "runtime.newg",
    "runtime.setfinalizer1",
    "runtime.addcleanup1",
    "runtime.weakhandle",
    "runtime.addroots",
    "runtime.gswitch",
    "runtime.gexit",
];

/// Known effects per function of a program.
pub(crate) fn known_functions(prog: &Program) -> Vec<Known> {
    let mut out: Vec<Known> = vec![Known::No; prog.funcs.len()];
    let mut set = |id: FuncId, k: Known| out[id.0 as usize] = k;
    for (id, f) in prog.funcs.iter_enumerated() {
        if matches!(f.body, FuncBody::Extern) {
            set(id, of_extern(&f.name));
        } else if f.name.starts_with("runtime.AddCleanup[") {
            set(id, LEAK);
        }
    }
    let mut name = String::new();
    for (n, k) in TABLE {
        name.clear();
        name.push_str("runtime.");
        name.push_str(n);
        if let Some(id) = prog.by_name.get(name.as_str()) {
            set(*id, *k);
        }
    }
    out
}

fn of_extern(name: &str) -> Known {
    match name {
        "runtime.memmove" => return Known::MemMove,
        "runtime.memequal" | "runtime.cmpstring" => return SAFE,
        _ if name.starts_with("internal/bytealg.") => return SAFE,
        // (fn, argument block, registers): the callee can keep all that is passed.
        "runtime.asmcall" => return Known::Args(&[Safe, Content, Safe, Safe]),
        "runtime.reflectcall1" => return Known::Args(&[Leak, Content]),
        _ => {}
    }
    if KEEPING.contains(&name) {
        return LEAK;
    }
    match rust_fn(name).map(|f| f.kind) {
        Some(RustFnKind::Leaf | RustFnKind::Asm | RustFnKind::Sys | RustFnKind::NoReturn) => WRITE,
        None => LEAK,
    }
}
