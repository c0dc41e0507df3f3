// Finalizers, cleanups and weak pointers. Rust keeps the records and finds out
// which are due; one goroutine, started with the first record, runs them.

package runtime

import (
	"internal/abi"
	"unsafe"
)

// Rust; see EXTERNS.tsv.
func setfinalizer1(p, rec unsafe.Pointer) bool
func removefinalizer1(p unsafe.Pointer)
func addcleanup1(p, rec unsafe.Pointer) uint64
func removecleanup1(p uintptr, id uint64)
func nextfinal(out *[3]unsafe.Pointer) bool
func weakhandle(p unsafe.Pointer) unsafe.Pointer
func weakload(h unsafe.Pointer) unsafe.Pointer

// finRec is the record of a finalizer.
type finRec struct {
	fn  any    // the function
	obj *_type // pointer type of the object
}

// cleanupRec is the record of a cleanup.
type cleanupRec struct {
	fn func()
}

var fin struct {
	gp      *g // the goroutine that runs the queue
	parked  bool
	running bool
	gcgen   uint32 // collections after which the pools were cleared
}

// finstart starts the goroutine at its first use.
func finstart() {
	if fin.gp == nil {
		fin.gp = gosystem(runFinalizers)
	}
}

// finwake readies the goroutine when the collector has queued something; on g0.
func finwake(mp *m) {
	if fin.parked {
		mp.finwork = 0
		fin.parked = false
		goready(fin.gp, 0)
	}
}

func finpark_c(gp *g, _ unsafe.Pointer) bool {
	if gp.m.finwork != 0 {
		gp.m.finwork = 0
		return false
	}
	fin.parked = true
	return true
}

// runFinalizers is the goroutine.
func runFinalizers() {
	for {
		var e [3]unsafe.Pointer
		for nextfinal(&e) {
			fin.running = true
			if uintptr(e[0]) == 0 {
				runFinalizer((*finRec)(e[2]), e[1])
			} else {
				(*cleanupRec)(e[2]).fn()
			}
			e = [3]unsafe.Pointer{}
			fin.running = false
		}
		gopark(finpark_c, nil, waitReasonFinalizerWait, traceBlockSystemGoroutine, 1)
	}
}

// runFinalizer calls a finalizer by its type: the parameter is a pointer or an
// interface, so it fills one or two integer registers.
func runFinalizer(r *finRec, p unsafe.Pointer) {
	fn := efaceOf(&r.fn)
	ft := (*functype)(unsafe.Pointer(fn._type))
	in := ft.InSlice()[0]
	regs := new(abi.RegArgs)
	if in.Kind() == abi.Interface {
		it := (*interfacetype)(unsafe.Pointer(in))
		if len(it.Methods) == 0 {
			regs.Ptrs[0] = unsafe.Pointer(r.obj)
		} else {
			regs.Ptrs[0] = unsafe.Pointer(assertE2I(it, r.obj))
		}
		regs.Ptrs[1] = p
	} else {
		regs.Ptrs[0] = p
	}
	regs.Ints[0], regs.Ints[1] = uintptr(regs.Ptrs[0]), uintptr(regs.Ptrs[1])
	// Results that do not fit the registers go to memory: give them room.
	var size uintptr
	for _, t := range ft.OutSlice() {
		size = alignUp(size, uintptr(t.Align_)) + t.Size_
	}
	block := unsafe.Pointer(nil)
	if size > 0 {
		block = unsafe.Pointer(unsafe.SliceData(make([]unsafe.Pointer, size/8+1)))
	}
	reflectcall1(fn.data, block, regs)
}

// SetFinalizer makes finalizer run once obj, which it is called with, has become
// unreachable.
func SetFinalizer(obj any, finalizer any) {
	e := efaceOf(&obj)
	t := e._type
	if t == nil {
		throw("runtime.SetFinalizer: first argument is nil")
	}
	if t.Kind() != abi.Pointer {
		throw("runtime.SetFinalizer: first argument is " + toRType(t).string() + ", not pointer")
	}
	ot := (*ptrtype)(unsafe.Pointer(t))
	if ot.Elem == nil {
		throw("nil elem type!")
	}
	if e.data == nil {
		throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
	}
	f := efaceOf(&finalizer)
	if f._type != nil && f._type.Kind() != abi.Func {
		throw("runtime.SetFinalizer: second argument is " + toRType(f._type).string() + ", not a function")
	}
	var o [2]uintptr
	if !heapobject(uintptr(e.data), &o) {
		return // static data and objects of size 0 are never collected
	}
	if uintptr(e.data) != o[0] {
		// Small pointerless objects share a block: they may lie inside it.
		if ot.Elem.Pointers() || ot.Elem.Size_ >= 16 {
			throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
		}
	}
	if f._type == nil {
		removefinalizer1(e.data)
		return
	}
	ft := (*functype)(unsafe.Pointer(f._type))
	if ft.IsVariadic() {
		throw("runtime.SetFinalizer: cannot pass " + toRType(t).string() + " to finalizer " + toRType(f._type).string() + " because dotdotdot")
	}
	if ft.InCount != 1 {
		throw("runtime.SetFinalizer: cannot pass " + toRType(t).string() + " to finalizer " + toRType(f._type).string())
	}
	in := ft.InSlice()[0]
	ok := in == t
	switch in.Kind() {
	case abi.Pointer:
		it := (*ptrtype)(unsafe.Pointer(in))
		if it.Elem == ot.Elem && (in.Uncommon() == nil || t.Uncommon() == nil) {
			ok = true
		}
	case abi.Interface:
		it := (*interfacetype)(unsafe.Pointer(in))
		ok = len(it.Methods) == 0 || getitab(it, t, true) != nil
	}
	if !ok {
		throw("runtime.SetFinalizer: cannot pass " + toRType(t).string() + " to finalizer " + toRType(f._type).string())
	}
	finstart()
	if !setfinalizer1(e.data, unsafe.Pointer(&finRec{fn: finalizer, obj: t})) {
		throw("runtime.SetFinalizer: finalizer already set")
	}
}

// A Cleanup is a handle of AddCleanup.
type Cleanup struct {
	id  uint64
	ptr uintptr
}

// AddCleanup makes cleanup(arg) run some time after ptr has become unreachable.
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	ptr = abi.Escape(ptr)
	if debug.sbrk != 0 {
		return Cleanup{}
	}
	if unsafe.Pointer(ptr) == nil {
		panic("runtime.AddCleanup: ptr is nil")
	}
	usptr := uintptr(unsafe.Pointer(ptr))
	if kind := abi.TypeOf(arg).Kind(); kind == abi.Pointer || kind == abi.UnsafePointer {
		if unsafe.Pointer(ptr) == *(*unsafe.Pointer)(unsafe.Pointer(&arg)) {
			panic("runtime.AddCleanup: ptr is equal to arg, cleanup will never run")
		}
	}
	var o [2]uintptr
	if !heapobject(usptr, &o) {
		return Cleanup{}
	}
	rec := &cleanupRec{fn: func() { cleanup(arg) }}
	finstart()
	id := addcleanup1(unsafe.Pointer(ptr), unsafe.Pointer(rec))
	KeepAlive(ptr)
	return Cleanup{id: id, ptr: usptr}
}

// Stop cancels the cleanup, unless it is due already.
func (c Cleanup) Stop() {
	if c.id != 0 {
		removecleanup1(c.ptr, c.id)
	}
}

//go:linkname internal_weak_runtime_registerWeakPointer weak.runtime_registerWeakPointer
func internal_weak_runtime_registerWeakPointer(p unsafe.Pointer) unsafe.Pointer {
	if p == nil {
		return nil
	}
	return weakhandle(p)
}

//go:linkname internal_weak_runtime_makeStrongFromWeak weak.runtime_makeStrongFromWeak
func internal_weak_runtime_makeStrongFromWeak(h unsafe.Pointer) unsafe.Pointer {
	if h == nil {
		return nil
	}
	return weakload(h)
}

// blockUntilEmpty waits until the queue has been run.
func blockUntilEmpty(timeout int64) bool {
	deadline := nanotime() + timeout
	for nanotime() < deadline {
		mp := getg().m
		if mp.finwork == 0 && (fin.gp == nil || fin.parked) && !fin.running {
			return true
		}
		timeSleep(1e5)
	}
	return false
}

//go:linkname blockUntilEmptyFinalizerQueue
func blockUntilEmptyFinalizerQueue(timeout int64) bool { return blockUntilEmpty(timeout) }

//go:linkname unique_runtime_blockUntilEmptyCleanupQueue unique.runtime_blockUntilEmptyCleanupQueue
func unique_runtime_blockUntilEmptyCleanupQueue(timeout int64) bool { return blockUntilEmpty(timeout) }

//go:linkname sync_test_runtime_blockUntilEmptyCleanupQueue sync_test.runtime_blockUntilEmptyCleanupQueue
func sync_test_runtime_blockUntilEmptyCleanupQueue(timeout int64) bool {
	return blockUntilEmpty(timeout)
}

// A Pinner keeps objects in place and alive until Unpin. Nothing ever moves, so
// it only holds them.
type Pinner struct {
	*pinner
}

type pinner struct {
	refs []unsafe.Pointer
}

// pinned counts pins by object; reflect-like callers may ask.
var pinned struct {
	lock mutex
	all  map[*pinner]struct{}
}

// Pin keeps the object that pointer points to.
func (p *Pinner) Pin(pointer any) {
	e := efaceOf(&pointer)
	if e._type == nil {
		panic(errorString("runtime.Pinner: argument is nil"))
	}
	if k := e._type.Kind(); k != abi.Pointer && k != abi.UnsafePointer {
		panic(errorString("runtime.Pinner: argument is not a pointer: " + toRType(e._type).string()))
	}
	if p.pinner == nil {
		p.pinner = new(pinner)
		if pinned.all == nil {
			pinned.all = make(map[*pinner]struct{})
		}
		pinned.all[p.pinner] = struct{}{}
	}
	p.refs = append(p.refs, e.data)
}

// Unpin lets all objects of the Pinner go.
func (p *Pinner) Unpin() {
	if p.pinner != nil {
		delete(pinned.all, p.pinner)
		p.pinner = nil
	}
}

// The next names give synctest.go, which ties objects to bubbles by records of
// their spans, its few words: here a record is an entry of one list.

type special struct {
	next   *special
	kind   byte
	offset uintptr
}

const _KindSpecialBubble = 1

type mspan struct {
	speciallock mutex
	handle      unsafe.Pointer
}

// bubbleObjs lists the objects tied to bubbles; handle tells a reused address.
var bubbleObjs *bubbleObj

type bubbleObj struct {
	next   *bubbleObj
	addr   uintptr
	handle unsafe.Pointer
	rec    *special
}

func spanOfHeap(p uintptr) *mspan {
	var o [2]uintptr
	if !heapobject(p, &o) {
		return nil
	}
	return new(mspan)
}

func (s *mspan) ensureSwept() {}

func (s *mspan) base() uintptr { return 0 }

func spanHasSpecials(s *mspan) {}

func (s *mspan) specialFindSplicePoint(offset uintptr, kind byte) (**special, bool) {
	for o := bubbleObjs; o != nil; o = o.next {
		if o.addr == offset && weakload(o.handle) != nil {
			return &o.rec, o.rec != nil
		}
	}
	o := &bubbleObj{addr: offset, handle: weakhandle(unsafe.Pointer(offset)), next: bubbleObjs}
	bubbleObjs = o
	return &o.rec, false
}

func removespecial(p unsafe.Pointer, kind byte) *special {
	for pp := &bubbleObjs; *pp != nil; pp = &(*pp).next {
		if (*pp).addr == uintptr(p) {
			*pp = (*pp).next
			return nil
		}
	}
	return nil
}

var mheap_ struct {
	speciallock        mutex
	specialBubbleAlloc bubbleAlloc
}

type bubbleAlloc struct{}

func (bubbleAlloc) alloc() unsafe.Pointer {
	return persistentalloc1(unsafe.Sizeof(specialBubble{}), 8)
}
