// Goroutine, thread and processor structures and the small types around them.
// The heads of g and m mirror go-abi's layout (GHead, MHead), which Rust and
// compiled code share; the fields behind them belong to this package alone.
// Nothing here schedules.

package runtime

import (
	"internal/abi"
	"internal/chacha8rand"
	"internal/runtime/atomic"
	"unsafe"
)

// Goroutine states, in g.atomicstatus.
const (
	_Gidle      = 0
	_Grunnable  = 1
	_Grunning   = 2
	_Gsyscall   = 3
	_Gwaiting   = 4
	_Gdead      = 6
	_Gpreempted = 9
	_Gdeadextra = 11
	_Gscan      = 0x1000
)

// g is a goroutine. The first 208 bytes are shared with Rust and compiled code.
type g struct {
	stack        stack          // 0: see anyStack
	stackguard0  uintptr        // 16: stack check limit
	morestackfn  uintptr        // 24
	_panic       *_panic        // 32: innermost panic
	_defer       *_defer        // 40: innermost pending deferred call
	m            *m             // 48
	schedsp      uintptr        // 56: registers while not running Go code
	schedpc      uintptr        // 64
	seg          uintptr        // 72: current stack segment
	startfn      *funcval       // 80: what the goroutine runs
	morestacksp  uintptr        // 88
	schedbp      uintptr        // 96
	argblock     unsafe.Pointer // 104: memory arguments of the call about to be made
	asmfp        uintptr        // 112: frame pointer of the innermost asmcall
	sigpc        uintptr        // 120: the fault being turned into a panic
	sigaddr      uintptr        // 128
	param        unsafe.Pointer // 136
	atomicstatus atomic.Uint32  // 144
	flags        uint32         // 148: see gflag constants
	goid         uint64         // 152
	schedlink    guintptr       // 160: next in a queue
	alllink      *g             // 168: next in the list of all
	waitreason   waitReason     // 176
	_            [7]uint8
	signo        uint32         // 184
	sigcode      uint32         // 188
	gopc         uintptr        // 192: pc of the go statement
	parentGoid   uint64         // 200

	waitsince        int64
	sched            gobuf
	startpc          uintptr
	sig              uint32 // signal of the panic in progress, 0 if none
	paniconfault     bool
	fipsIndicator    uint8
	fipsOnlyBypass   bool
	ditWanted        bool
	preemptStop      bool
	activeStackChans bool
	coroexit         bool
	system           bool // left out of counts and of traces below level 2
	parkingOnChan    atomic.Bool
	selectDone       atomic.Uint32
	racectx          uintptr
	writebuf         []byte
	waiting          *sudog
	labels           unsafe.Pointer
	timer            *timer
	sleepWhen        int64
	coroarg          *coro
	bubble           *synctestBubble
	lockedm          muintptr
	lockedExt        uint32
}

// stack bounds a stack.
type stack struct{ lo, hi uintptr }

// anyStack covers the region where the kernel maps memory, thus every stack
// segment and nothing of the heap: good enough for the one question asked, whether
// a string's bytes may lie on a stack.
var anyStack = stack{1 << 46, 1 << 47}

// m is a thread. The first 256 bytes are shared with Rust.
type m struct {
	self       *m        // 0
	rtcurg     *g        // 8: the running g, also g0; kept by the switch
	syssp      uintptr   // 16: Rust's stack
	id         int64     // 24
	locks      int32     // 32
	_          int32     // 36
	procid     uint64    // 40
	rtrand     [4]uint64 // 48
	sigpending uint64    // 80: bit n-1 = signal n waits for Go
	gcgen      uint32    // 88: collections finished
	finwork    uint32    // 92: nextfinal has something
	preempt    uint32    // 96: the time slice is over
	_          uint32    // 100
	_          [256 - 104]byte

	g0             *g // runs the scheduler and system calls of mcall
	curg           *g // the user goroutine, nil while the scheduler looks for one
	p              puintptr
	mcallfn        func(*g)
	mcallg         *g
	sysfn          func()
	mallocing      int32
	dying          int32
	throwing       throwType
	preemptoff     string
	printlock      int8
	traceback      uint8
	ditEnabled     bool
	incgo          bool
	waitunlockf    func(*g, unsafe.Pointer) bool
	waitlock       unsafe.Pointer
	lockedExt      uint32
	lockedInt      uint32
	lockedg        guintptr
	cheaprand      uint32
	cheaprand64    uint64
	chacha8        chacha8rand.State
	runnextStreak  uint32
	schedtick      uint32
	profilehzDummy int32
}

// p holds what is per processor. There is one.
type p struct {
	id         int32
	timers     timers
	sudogcache []*sudog
	sudogbuf   [64]*sudog
	deferpool  *_defer
}

// The offsets that Rust and compiled code know. A wrong one makes a constant of
// these negative, which is an error.
const (
	_ = 448 - unsafe.Sizeof(g{})
	_ = 4096 - unsafe.Sizeof(m{})
	_ = (unsafe.Offsetof(g{}.stackguard0) - 16) + (16 - unsafe.Offsetof(g{}.stackguard0))
	_ = (unsafe.Offsetof(g{}._defer) - 40) + (40 - unsafe.Offsetof(g{}._defer))
	_ = (unsafe.Offsetof(g{}.startfn) - 80) + (80 - unsafe.Offsetof(g{}.startfn))
	_ = (unsafe.Offsetof(g{}.argblock) - 104) + (104 - unsafe.Offsetof(g{}.argblock))
	_ = (unsafe.Offsetof(g{}.asmfp) - 112) + (112 - unsafe.Offsetof(g{}.asmfp))
	_ = (unsafe.Offsetof(g{}.goid) - 152) + (152 - unsafe.Offsetof(g{}.goid))
	_ = (unsafe.Offsetof(g{}.waitreason) - 176) + (176 - unsafe.Offsetof(g{}.waitreason))
	_ = (unsafe.Offsetof(g{}.signo) - 184) + (184 - unsafe.Offsetof(g{}.signo))
	_ = (unsafe.Offsetof(g{}.parentGoid) - 200) + (200 - unsafe.Offsetof(g{}.parentGoid))
	_ = (unsafe.Offsetof(m{}.locks) - 32) + (32 - unsafe.Offsetof(m{}.locks))
	_ = (unsafe.Offsetof(m{}.sigpending) - 80) + (80 - unsafe.Offsetof(m{}.sigpending))
	_ = (unsafe.Offsetof(m{}.preempt) - 96) + (96 - unsafe.Offsetof(m{}.preempt))
	_ = (unsafe.Offsetof(m{}.g0) - 256) + (256 - unsafe.Offsetof(m{}.g0))
)

var (
	m0p      p
	allp     []*p
	allpLock mutex
)

// funcval is the head of every closure object.
type funcval struct {
	fn uintptr
}

type iface struct {
	tab  *itab
	data unsafe.Pointer
}

type eface struct {
	_type *_type
	data  unsafe.Pointer
}

func efaceOf(ep *any) *eface { return (*eface)(unsafe.Pointer(ep)) }

type itab = abi.ITab

// notInHeap marks memory outside the collected heap.
type notInHeap struct{ _ [0]byte }

// guintptr, puintptr and muintptr are pointers that the collector need not see.
type guintptr uintptr

//go:nosplit
func (gp guintptr) ptr() *g { return (*g)(unsafe.Pointer(gp)) }

//go:nosplit
func (gp *guintptr) set(to *g) { *gp = guintptr(unsafe.Pointer(to)) }

//go:nosplit
func (gp *guintptr) cas(old, to guintptr) bool {
	return atomic.Casuintptr((*uintptr)(unsafe.Pointer(gp)), uintptr(old), uintptr(to))
}

type puintptr uintptr

//go:nosplit
func (pp puintptr) ptr() *p { return (*p)(unsafe.Pointer(pp)) }

//go:nosplit
func (pp *puintptr) set(to *p) { *pp = puintptr(unsafe.Pointer(to)) }

type muintptr uintptr

//go:nosplit
func (mp muintptr) ptr() *m { return (*m)(unsafe.Pointer(mp)) }

//go:nosplit
func (mp *muintptr) set(to *m) { *mp = muintptr(unsafe.Pointer(to)) }

func setGNoWB(gp **g, to *g) { *gp = to }

func setMNoWB(mp **m, to *m) { *mp = to }

// gobuf names the goroutine that gogo resumes.
type gobuf struct {
	g guintptr
}

// maybeTraceablePtr is a pointer whose visibility to the collector can be
// switched off. gorc's collector never needs that: the pointer is always visible.
type maybeTraceablePtr struct {
	vp unsafe.Pointer
}

func (p *maybeTraceablePtr) set(v unsafe.Pointer) { p.vp = v }
func (p *maybeTraceablePtr) get() unsafe.Pointer  { return p.vp }
func (p *maybeTraceablePtr) uintptr() uintptr     { return uintptr(p.vp) }
func (p *maybeTraceablePtr) setUntraceable()      {}
func (p *maybeTraceablePtr) setTraceable()        {}

// maybeTraceableChan is maybeTraceablePtr for channels.
type maybeTraceableChan struct {
	vp *hchan
}

func (p *maybeTraceableChan) set(c *hchan) { p.vp = c }
func (p *maybeTraceableChan) get() *hchan  { return p.vp }

// sudog stands for a goroutine in the waiting list of a channel or semaphore.
type sudog struct {
	g           *g
	next        *sudog
	prev        *sudog
	elem        maybeTraceablePtr
	acquiretime int64
	releasetime int64
	ticket      uint32
	isSelect    bool
	success     bool
	waiters     uint16
	parent      *sudog
	waitlink    *sudog
	waittail    *sudog
	c           maybeTraceableChan
}

// acquireSudog takes a sudog from the cache or makes one.
func acquireSudog() *sudog {
	pp := &m0p
	if n := len(pp.sudogcache); n > 0 {
		s := pp.sudogcache[n-1]
		pp.sudogcache[n-1] = nil
		pp.sudogcache = pp.sudogcache[:n-1]
		return s
	}
	return new(sudog)
}

// releaseSudog gives back a sudog that is in no list any more.
func releaseSudog(s *sudog) {
	if s.elem.get() != nil {
		throw("runtime: sudog with non-nil elem")
	}
	if s.isSelect {
		throw("runtime: sudog with non-false isSelect")
	}
	if s.next != nil || s.prev != nil {
		throw("runtime: sudog with non-nil next or prev")
	}
	if s.waitlink != nil {
		throw("runtime: sudog with non-nil waitlink")
	}
	if s.c.get() != nil {
		throw("runtime: sudog with non-nil c")
	}
	if getg().param != nil {
		throw("runtime: releaseSudog with non-nil gp.param")
	}
	s.g = nil
	pp := &m0p
	if pp.sudogcache == nil {
		pp.sudogcache = pp.sudogbuf[:0]
	}
	if len(pp.sudogcache) < cap(pp.sudogcache) {
		pp.sudogcache = append(pp.sudogcache, s)
	}
}

// gQueue is a queue of goroutines linked through schedlink.
type gQueue struct {
	head guintptr
	tail guintptr
	size int32
}

func (q *gQueue) empty() bool { return q.head == 0 }

func (q *gQueue) pushBack(gp *g) {
	gp.schedlink = 0
	if q.tail != 0 {
		q.tail.ptr().schedlink.set(gp)
	} else {
		q.head.set(gp)
	}
	q.tail.set(gp)
	q.size++
}

func (q *gQueue) pop() *g {
	gp := q.head.ptr()
	if gp != nil {
		q.head = gp.schedlink
		if q.head == 0 {
			q.tail = 0
		}
		q.size--
		gp.schedlink = 0
	}
	return gp
}

// gList is a stack of goroutines linked through schedlink.
type gList struct {
	head guintptr
	size int32
}

func (l *gList) empty() bool { return l.head == 0 }

func (l *gList) push(gp *g) {
	gp.schedlink = l.head
	l.head.set(gp)
	l.size++
}

func (l *gList) pop() *g {
	gp := l.head.ptr()
	if gp != nil {
		l.head = gp.schedlink
		gp.schedlink = 0
		l.size--
	}
	return gp
}

// mutex is a lock of the runtime. While there is one M nobody ever waits for it;
// it only forbids being descheduled.
type mutex struct {
	lockRankStruct
	key uintptr
}

const mutexMLocksDelta = 0

//go:nosplit
func lock(l *mutex) { lock2(l) }

//go:nosplit
func unlock(l *mutex) { unlock2(l) }

//go:nosplit
func lock2(l *mutex) {
	getg().m.locks++
	l.key = 1
}

//go:nosplit
func unlock2(l *mutex) {
	l.key = 0
	getg().m.locks--
}

//go:nosplit
func acquirem() *m {
	mp := getg().m
	mp.locks++
	return mp
}

//go:nosplit
func releasem(mp *m) { mp.locks-- }

// waitReason says why a goroutine is parked; its text stands in traces.
type waitReason uint8

const (
	waitReasonZero waitReason = iota
	waitReasonIOWait
	waitReasonGarbageCollection
	waitReasonPanicWait
	waitReasonFinalizerWait
	waitReasonCleanupWait
	waitReasonSemacquire
	waitReasonSleep
	waitReasonChanReceiveNilChan
	waitReasonChanSendNilChan
	waitReasonSelectNoCases
	waitReasonSelect
	waitReasonChanReceive
	waitReasonChanSend
	waitReasonSyncCondWait
	waitReasonSyncMutexLock
	waitReasonSyncRWMutexRLock
	waitReasonSyncRWMutexLock
	waitReasonSyncWaitGroupWait
	waitReasonTraceReaderBlocked
	waitReasonPreempted
	waitReasonCoroutine
	waitReasonSynctestRun
	waitReasonSynctestWait
	waitReasonSynctestChanReceive
	waitReasonSynctestChanSend
	waitReasonSynctestSelect
	waitReasonSynctestWaitGroupWait
	waitReasonSignal
	waitReasonSyscall
)

// String is a switch, not a table: it must cost nothing until a trace is printed.
func (w waitReason) String() string {
	switch w {
	case waitReasonZero:
		return ""
	case waitReasonIOWait:
		return "IO wait"
	case waitReasonGarbageCollection:
		return "garbage collection"
	case waitReasonPanicWait:
		return "panicwait"
	case waitReasonFinalizerWait:
		return "finalizer wait"
	case waitReasonCleanupWait:
		return "cleanup wait"
	case waitReasonSemacquire:
		return "semacquire"
	case waitReasonSleep:
		return "sleep"
	case waitReasonChanReceiveNilChan:
		return "chan receive (nil chan)"
	case waitReasonChanSendNilChan:
		return "chan send (nil chan)"
	case waitReasonSelectNoCases:
		return "select (no cases)"
	case waitReasonSelect:
		return "select"
	case waitReasonChanReceive:
		return "chan receive"
	case waitReasonChanSend:
		return "chan send"
	case waitReasonSyncCondWait:
		return "sync.Cond.Wait"
	case waitReasonSyncMutexLock:
		return "sync.Mutex.Lock"
	case waitReasonSyncRWMutexRLock:
		return "sync.RWMutex.RLock"
	case waitReasonSyncRWMutexLock:
		return "sync.RWMutex.Lock"
	case waitReasonSyncWaitGroupWait:
		return "sync.WaitGroup.Wait"
	case waitReasonTraceReaderBlocked:
		return "trace reader (blocked)"
	case waitReasonPreempted:
		return "preempted"
	case waitReasonCoroutine:
		return "coroutine"
	case waitReasonSynctestRun:
		return "synctest.Run"
	case waitReasonSynctestWait:
		return "synctest.Wait"
	case waitReasonSynctestChanReceive:
		return "chan receive (durable)"
	case waitReasonSynctestChanSend:
		return "chan send (durable)"
	case waitReasonSynctestSelect:
		return "select (durable)"
	case waitReasonSynctestWaitGroupWait:
		return "sync.WaitGroup.Wait (durable)"
	case waitReasonSignal, waitReasonSyscall:
		return "syscall"
	}
	return "unknown wait reason"
}

// isIdleInSynctest reports whether a goroutine so parked counts as durably
// blocked in its bubble.
func (w waitReason) isIdleInSynctest() bool {
	switch w {
	case waitReasonChanReceiveNilChan, waitReasonChanSendNilChan, waitReasonSelectNoCases,
		waitReasonSleep, waitReasonSyncCondWait, waitReasonSynctestWaitGroupWait,
		waitReasonCoroutine, waitReasonSynctestRun, waitReasonSynctestWait,
		waitReasonSynctestChanReceive, waitReasonSynctestChanSend, waitReasonSynctestSelect:
		return true
	}
	return false
}

// moduledata is the part of gc's module record that the SDK's files read. Names,
// types and code are addressed by absolute 32-bit values, so the one module begins
// at address 0 and ends at 2 GiB: every static object lies inside, no heap object.
type moduledata struct {
	types, etypes        uintptr
	typedesclen          uintptr
	itaboffset, itabsize uintptr
	text, etext          uintptr
	data, edata          uintptr
	bss, ebss            uintptr
	typemap              map[*_type]*_type
	next                 *moduledata
}

var firstmoduledata = moduledata{etypes: 1 << 31}

var pinnedTypemaps []map[*_type]*_type

// textAddr turns a method's TextOff into its address.
func (md *moduledata) textAddr(off uint32) uintptr { return uintptr(off) }

func activeModules() []*moduledata { return []*moduledata{&firstmoduledata} }

const aixStaticDataBase = 0
