// Memory: the Go side of allocation, typed copies, collector control and memory
// statistics. Allocation and collection themselves are Rust's. gorc's collector
// stops the world, so there are no write barriers.

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/runtime/atomic"
	"internal/runtime/math"
	"unsafe"
)

// Rust; see EXTERNS.tsv.

//go:linkname mallocgc
//go:noescape
func mallocgc(size uintptr, typ *_type, needzero bool) unsafe.Pointer

func roundupsize(size uintptr, noscan bool) uintptr
func persistentalloc1(size, align uintptr) unsafe.Pointer

//go:noescape
func heapobject(p uintptr, out *[2]uintptr) bool

func gcstart()
func setgcpercent1(percent int32) int32
func setmemorylimit1(limit int64) int64
func setmaxstack1(n uintptr) uintptr
func freeosmemory1()

//go:noescape
func memstats1(out *rtMemStats)

//go:noescape
func sizeclassstats(out *[204]uint64)

//go:linkname memmove
//go:noescape
func memmove(to, from unsafe.Pointer, n uintptr)

//go:linkname memclrNoHeapPointers
//go:noescape
func memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr)

//go:noescape
func memequal(a, b unsafe.Pointer, size uintptr) bool

func memequal_varlen(a, b unsafe.Pointer) bool

//go:noescape
func cmpstring(a, b string) int

const (
	maxAlloc        = 1 << 48
	pageSize        = 8192
	minLegalPointer = 4096
	maxSmallSize    = 32768
)

// zerobase is the address of every object of size 0.
var zerobase uintptr

var physPageSize uintptr = 4096

// writeBarrier tells the SDK's files that barriers are never on.
var writeBarrier struct {
	enabled bool
	_       [3]byte
	alignme uint64
}

// sysMemStat names an account of persistentalloc.
type sysMemStat uint64

var memstats struct {
	other_sys sysMemStat
}

//go:nosplit
func add(p unsafe.Pointer, x uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + x) }

//go:nosplit
func addb(p *byte, n uintptr) *byte { return (*byte)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + n)) }

//go:nosplit
func alignUp(n, a uintptr) uintptr { return (n + a - 1) &^ (a - 1) }

//go:nosplit
func alignDown(n, a uintptr) uintptr { return n &^ (a - 1) }

//go:nosplit
func divRoundUp(n, a uintptr) uintptr { return (n + a - 1) / a }

//go:nosplit
func bool2int(x bool) int { return int(*(*uint8)(unsafe.Pointer(&x))) }

// noescape hides a pointer from escape analysis.
//
//go:nosplit
func noescape(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return unsafe.Pointer(x ^ 0)
}

//go:nosplit
func noEscapePtr[T any](p *T) *T {
	x := uintptr(unsafe.Pointer(p))
	return (*T)(unsafe.Pointer(x ^ 0))
}

// newobject is new(T).
//
//go:linkname newobject
func newobject(typ *_type) unsafe.Pointer {
	if typ.Size_ == 0 {
		return unsafe.Pointer(&zerobase)
	}
	return mallocgc(typ.Size_, typ, true)
}

//go:linkname maps_newobject internal/runtime/maps.newobject
func maps_newobject(typ *_type) unsafe.Pointer { return newobject(typ) }

//go:linkname reflect_unsafe_New reflect.unsafe_New
func reflect_unsafe_New(typ *_type) unsafe.Pointer { return newobject(typ) }

//go:linkname reflectlite_unsafe_New internal/reflectlite.unsafe_New
func reflectlite_unsafe_New(typ *_type) unsafe.Pointer { return newobject(typ) }

// newarray allocates n elements of a type.
//
//go:linkname newarray
func newarray(typ *_type, n int) unsafe.Pointer {
	mem, overflow := math.MulUintptr(typ.Size_, uintptr(n))
	if overflow || mem > maxAlloc || n < 0 {
		panic(plainError("runtime: allocation size out of range"))
	}
	if mem == 0 {
		return unsafe.Pointer(&zerobase)
	}
	return mallocgc(mem, typ, true)
}

//go:linkname reflect_unsafe_NewArray reflect.unsafe_NewArray
func reflect_unsafe_NewArray(typ *_type, n int) unsafe.Pointer { return newarray(typ, n) }

//go:linkname maps_newarray internal/runtime/maps.newarray
func maps_newarray(typ *_type, n int) unsafe.Pointer { return newarray(typ, n) }

// persistentalloc returns memory that is never freed nor scanned.
func persistentalloc(size, align uintptr, stat *sysMemStat) unsafe.Pointer {
	return persistentalloc1(size, max(align, 8))
}

// freegc would return an object early; it may also do nothing.
func freegc(ptr unsafe.Pointer, size uintptr, noscan bool) bool { return false }

// findObject finds the heap object that p points into.
func findObject(p, refBase, refOff uintptr) (base uintptr, s *mspan, objIndex uintptr) {
	var out [2]uintptr
	if !heapobject(p, &out) {
		return 0, nil, 0
	}
	return out[0], nil, 0
}

func typedmemmove(typ *abi.Type, dst, src unsafe.Pointer) {
	if dst != src {
		memmove(dst, src, typ.Size_)
	}
}

func wbZero(typ *_type, dst unsafe.Pointer) {}

func wbMove(typ *_type, dst, src unsafe.Pointer) {}

func typedmemclr(typ *_type, ptr unsafe.Pointer) { memclrNoHeapPointers(ptr, typ.Size_) }

func memclrHasPointers(ptr unsafe.Pointer, n uintptr) { memclrNoHeapPointers(ptr, n) }

func typedslicecopy(typ *_type, dst unsafe.Pointer, dstLen int, src unsafe.Pointer, srcLen int) int {
	n := min(dstLen, srcLen)
	if n > 0 && dst != src {
		memmove(dst, src, uintptr(n)*typ.Size_)
	}
	return n
}

func bulkBarrierPreWrite(dst, src, size uintptr, typ *abi.Type) {}

func bulkBarrierPreWriteSrcOnly(dst, src, size uintptr, typ *abi.Type) {}

func typeBitsBulkBarrier(typ *_type, dst, src, size uintptr) {}

//go:linkname reflect_memmove reflect.memmove
func reflect_memmove(to, from unsafe.Pointer, n uintptr) { memmove(to, from, n) }

//go:linkname reflect_memclrNoHeapPointers reflect.memclrNoHeapPointers
func reflect_memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr) { memclrNoHeapPointers(ptr, n) }

//go:linkname reflect_typedmemmove reflect.typedmemmove
func reflect_typedmemmove(typ *_type, dst, src unsafe.Pointer) { typedmemmove(typ, dst, src) }

//go:linkname reflectlite_typedmemmove internal/reflectlite.typedmemmove
func reflectlite_typedmemmove(typ *_type, dst, src unsafe.Pointer) { typedmemmove(typ, dst, src) }

//go:linkname maps_typedmemmove internal/runtime/maps.typedmemmove
func maps_typedmemmove(typ *_type, dst, src unsafe.Pointer) { typedmemmove(typ, dst, src) }

//go:linkname reflect_typedmemclr reflect.typedmemclr
func reflect_typedmemclr(typ *_type, ptr unsafe.Pointer) { typedmemclr(typ, ptr) }

//go:linkname maps_typedmemclr internal/runtime/maps.typedmemclr
func maps_typedmemclr(typ *_type, ptr unsafe.Pointer) { typedmemclr(typ, ptr) }

//go:linkname reflect_typedmemclrpartial reflect.typedmemclrpartial
func reflect_typedmemclrpartial(typ *_type, ptr unsafe.Pointer, off, size uintptr) {
	memclrNoHeapPointers(ptr, size)
}

//go:linkname reflect_typedarrayclear reflect.typedarrayclear
func reflect_typedarrayclear(typ *_type, ptr unsafe.Pointer, n int) {
	memclrNoHeapPointers(ptr, typ.Size_*uintptr(n))
}

//go:linkname reflect_typedslicecopy reflect.typedslicecopy
func reflect_typedslicecopy(elem *_type, dst, src slice) int {
	return typedslicecopy(elem, dst.array, dst.len, src.array, src.len)
}

//go:linkname reflect_verifyNotInHeapPtr reflect.verifyNotInHeapPtr
func reflect_verifyNotInHeapPtr(p uintptr) bool {
	var out [2]uintptr
	return !heapobject(p, &out) && p != 0
}

//go:linkname reflect_adjustAIXGCDataForRuntime reflect.adjustAIXGCDataForRuntime
func reflect_adjustAIXGCDataForRuntime(addr *byte) *byte { return addr }

// reflect_gcbits gives one byte per word of x's type: 1 for pointers. For tests.
//
//go:linkname reflect_gcbits reflect.gcbits
func reflect_gcbits(x any) []byte {
	t := efaceOf(&x)._type
	if t.Kind() == abi.Pointer {
		t = (*ptrtype)(unsafe.Pointer(t)).Elem
	}
	n := t.PtrBytes / goarch.PtrSize
	out := make([]byte, n)
	if n > 0 {
		mask := getGCMask(t)
		for i := range out {
			out[i] = *addb(mask, uintptr(i)/8) >> (uint(i) % 8) & 1
		}
	}
	return out
}

// Atomic pointer stores of other packages; they would carry the barriers.

//go:linkname atomicwb
func atomicwb(ptr *unsafe.Pointer, new unsafe.Pointer) {}

//go:nosplit
func atomicstorep(ptr unsafe.Pointer, new unsafe.Pointer) { atomic.StorepNoWB(noescape(ptr), new) }

//go:linkname atomic_storePointer internal/runtime/atomic.storePointer
//go:nosplit
func atomic_storePointer(ptr *unsafe.Pointer, new unsafe.Pointer) {
	atomic.StorepNoWB(noescape(unsafe.Pointer(ptr)), new)
}

//go:linkname atomic_casPointer internal/runtime/atomic.casPointer
//go:nosplit
func atomic_casPointer(ptr *unsafe.Pointer, old, new unsafe.Pointer) bool {
	return atomic.Casp1(ptr, old, new)
}

//go:linkname sync_atomic_StorePointer sync/atomic.StorePointer
//go:nosplit
func sync_atomic_StorePointer(ptr *unsafe.Pointer, new unsafe.Pointer) {
	atomic.StorepNoWB(noescape(unsafe.Pointer(ptr)), new)
}

//go:linkname sync_atomic_SwapPointer sync/atomic.SwapPointer
//go:nosplit
func sync_atomic_SwapPointer(ptr *unsafe.Pointer, new unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer(atomic.Xchguintptr((*uintptr)(noescape(unsafe.Pointer(ptr))), uintptr(new)))
}

//go:linkname sync_atomic_CompareAndSwapPointer sync/atomic.CompareAndSwapPointer
//go:nosplit
func sync_atomic_CompareAndSwapPointer(ptr *unsafe.Pointer, old, new unsafe.Pointer) bool {
	return atomic.Casp1(ptr, old, new)
}

// KeepAlive keeps its argument reachable up to the call.
//
//go:noinline
func KeepAlive(x any) {
	if cgoAlwaysFalse {
		println(x)
	}
}

var cgoAlwaysFalse bool

// GC runs a collection and waits until it is complete.
func GC() {
	poolcleanup()
	gcstart()
	fin.gcgen = getg().m.gcgen
	Gosched() // finalizers and cleanups get their turn
}

// poolcleanupfn clears sync.Pool. It runs before an explicit collection and on g0
// after the others, when nobody can be in the middle of a pool operation.
var poolcleanupfn func()

func poolcleanup() {
	if poolcleanupfn != nil {
		poolcleanupfn()
	}
}

//go:linkname sync_runtime_registerPoolCleanup sync.runtime_registerPoolCleanup
func sync_runtime_registerPoolCleanup(f func()) { poolcleanupfn = f }

//go:linkname boring_registerCache crypto/internal/boring/bcache.registerCache
func boring_registerCache(p unsafe.Pointer) {}

//go:linkname setGCPercent runtime/debug.setGCPercent
func setGCPercent(in int32) int32 { return setgcpercent1(in) }

//go:linkname setMemoryLimit runtime/debug.setMemoryLimit
func setMemoryLimit(in int64) int64 { return setmemorylimit1(in) }

//go:linkname runtime_debug_freeOSMemory runtime/debug.freeOSMemory
func runtime_debug_freeOSMemory() { freeosmemory1() }

//go:linkname runtime_debug_WriteHeapDump runtime/debug.WriteHeapDump
func runtime_debug_WriteHeapDump(fd uintptr) {}

var maxstacksize uintptr = 1000000000

//go:linkname setMaxStack runtime/debug.setMaxStack
func setMaxStack(in int) int {
	old := int(maxstacksize)
	maxstacksize = uintptr(in)
	setmaxstack1(uintptr(in))
	return old
}

// rtMemStats is filled by memstats1; its layout is shared with Rust.
type rtMemStats struct {
	heapAlloc, totalAlloc, sys, mallocs, frees              uint64
	heapSys, heapIdle, heapInuse, heapReleased, heapObjects uint64
	stackInuse, stackSys, gcSys, otherSys                   uint64
	nextGC, lastGC, pauseTotal, numGC, numForced            uint64
	pauseNs, pauseEnd                                       [256]uint64
}

// MemStats are statistics of the allocator and collector.
type MemStats struct {
	Alloc         uint64
	TotalAlloc    uint64
	Sys           uint64
	Lookups       uint64
	Mallocs       uint64
	Frees         uint64
	HeapAlloc     uint64
	HeapSys       uint64
	HeapIdle      uint64
	HeapInuse     uint64
	HeapReleased  uint64
	HeapObjects   uint64
	StackInuse    uint64
	StackSys      uint64
	MSpanInuse    uint64
	MSpanSys      uint64
	MCacheInuse   uint64
	MCacheSys     uint64
	BuckHashSys   uint64
	GCSys         uint64
	OtherSys      uint64
	NextGC        uint64
	LastGC        uint64
	PauseTotalNs  uint64
	PauseNs       [256]uint64
	PauseEnd      [256]uint64
	NumGC         uint32
	NumForcedGC   uint32
	GCCPUFraction float64
	EnableGC      bool
	DebugGC       bool
	BySize        [61]struct {
		Size    uint32
		Mallocs uint64
		Frees   uint64
	}
}

// statsbuf and sizesbuf take what Rust reports: reading statistics must not
// allocate.
var (
	statsbuf rtMemStats
	sizesbuf [204]uint64
)

// ReadMemStats fills m.
func ReadMemStats(m *MemStats) {
	r := &statsbuf
	memstats1(r)
	sizeclassstats(&sizesbuf)
	m.Alloc, m.TotalAlloc, m.Sys, m.Lookups = r.heapAlloc, r.totalAlloc, r.sys, 0
	m.Mallocs, m.Frees = r.mallocs, r.frees
	m.HeapAlloc, m.HeapSys, m.HeapIdle, m.HeapInuse = r.heapAlloc, r.heapSys, r.heapIdle, r.heapInuse
	m.HeapReleased, m.HeapObjects = r.heapReleased, r.heapObjects
	m.StackInuse, m.StackSys = r.stackInuse, r.stackSys
	m.MSpanInuse, m.MSpanSys, m.MCacheInuse, m.MCacheSys, m.BuckHashSys = 0, 0, 0, 0, 0
	m.GCSys, m.OtherSys = r.gcSys, r.otherSys
	m.NextGC, m.LastGC, m.PauseTotalNs = r.nextGC, r.lastGC, r.pauseTotal
	m.PauseNs = r.pauseNs
	m.PauseEnd = r.pauseEnd
	m.NumGC, m.NumForcedGC = uint32(r.numGC), uint32(r.numForced)
	m.GCCPUFraction, m.EnableGC, m.DebugGC = 0, true, false
	for i := range m.BySize {
		m.BySize[i].Size = uint32(sizesbuf[3*i])
		m.BySize[i].Mallocs = sizesbuf[3*i+1]
		m.BySize[i].Frees = sizesbuf[3*i+2]
	}
}

// readGCStats appends pauses, their ends (newest first), then last collection,
// number and total, as runtime/debug expects them.
//
//go:linkname readGCStats runtime/debug.readGCStats
func readGCStats(pauses *[]uint64) {
	r := &statsbuf
	memstats1(r)
	n := min(r.numGC, uint64(len(r.pauseNs)))
	out := (*pauses)[:0]
	for i := range n {
		out = append(out, r.pauseNs[(r.numGC-1-i)%256])
	}
	for i := range n {
		out = append(out, r.pauseEnd[(r.numGC-1-i)%256])
	}
	*pauses = append(out, r.lastGC, r.numGC, r.pauseTotal)
}

// reflectcall calls the closure fn with arguments in registers and in a block.
//
//go:noescape
func reflectcall1(fn, argblock unsafe.Pointer, regs *abi.RegArgs)

// asmcall runs fn, a function in assembly, with a copy of the size bytes at frame as its arguments and results,
// and copies those back that lie from offset results on. What the frame holds may be kept by fn.
func asmcall(fn, frame unsafe.Pointer, size, results uintptr)

// asmcallNoescape is asmcall for functions that keep nothing.
//
//go:noescape
func asmcallNoescape(fn, frame unsafe.Pointer, size, results uintptr)

//go:linkname reflectcall
func reflectcall(stackArgsType *_type, fn, stackArgs unsafe.Pointer, stackArgsSize, stackRetOffset, frameSize uint32, regArgs *abi.RegArgs) {
	reflectcall1(fn, stackArgs, regArgs)
}

// cgoCheckPtrWrite and its kin belong to an experiment that is off.
func cgoCheckPtrWrite(dst *unsafe.Pointer, src unsafe.Pointer) {}

func cgoCheckSliceCopy(typ *_type, dst, src unsafe.Pointer, n int) {}

func asmcgocall(fn, arg unsafe.Pointer) int32 {
	throw("no C code")
	return 0
}

func checkptrStraddles(ptr unsafe.Pointer, size uintptr) bool { return false }
