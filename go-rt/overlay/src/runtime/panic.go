// Panics, deferred calls, recover, Goexit and fatal errors.
//
// A deferred call is a record in g._defer, newest first, with the frame pointer of
// the function that made it. A panic runs the records on top of the stack; when a
// deferred function has recovered, the frame of its record is resumed behind the
// call it was in (resumeframe), where compiled code runs the rest of its records.
// Stack segments are in no order, so nothing here compares addresses of frames:
// it follows the chain of frame pointers.

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"internal/runtime/sys"
	"internal/stringslite"
	"unsafe"
)

// Rust; see EXTERNS.tsv.
func getfp() uintptr
func resumeframe(fp, pc uintptr)

// _defer is one pending deferred call. Compiled code allocates it, on the stack
// for a defer statement that runs at most once per call, else with newobject.
type _defer struct {
	link      *_defer
	fn        func()
	frame     uintptr // frame pointer of the function with the defer statement
	rangefunc bool    // stands for a list filled by bodies of range functions
	head      *atomic.Pointer[_defer]
}

// _panic is a panic or Goexit in progress; it lives in the frame of gopanic.
type _panic struct {
	arg        any
	link       *_panic
	fp         uintptr // frame that makes the deferred calls
	frame      uintptr // frame of the record whose function runs
	recovered  bool
	repanicked bool
	goexit     bool
}

type throwType uint32

const (
	throwTypeNone    throwType = iota
	throwTypeUser              // a fault of the program
	throwTypeRuntime           // a fault of the runtime: system frames are shown
)

var (
	runningPanicDefers atomic.Uint32
	panicking          atomic.Uint32
	paniclk            mutex
	didothers          bool
)

// panicCheck1 turns a panic inside the runtime itself into a throw.
func panicCheck1(pc uintptr, msg string) {
	gp := getg()
	if gp == nil || gp.m == nil {
		return
	}
	// What counts is the innermost of the inlined functions: others may be inlined
	// into the runtime's.
	var f pcInfo
	f.lookup(pc - 1)
	if gp.m.mallocing != 0 || stringslite.HasPrefix(f.name, "runtime.") {
		throw(msg)
	}
}

func panicCheck2(err string) {
	if gp := getg(); gp != nil && gp.m != nil && gp.m.mallocing != 0 {
		throw(err)
	}
}

// Bounds failures: compiled code calls the function of the check with the
// offending index and the bound.

func boundsfail(pc uintptr, msg string, e boundsError) {
	panicCheck1(pc, msg)
	panic(e)
}

const (
	indexMsg   = "index out of range"
	sliceMsg   = "slice bounds out of range"
	convertMsg = "slice length too short to convert to array or pointer to array"
)

func panicIndex(x int, y int) {
	boundsfail(sys.GetCallerPC(), indexMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsIndex})
}

func panicIndexU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), indexMsg, boundsError{x: int64(x), y: y, code: abi.BoundsIndex})
}

func panicSliceAlen(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSliceAlen})
}

func panicSliceAlenU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSliceAlen})
}

func panicSliceAcap(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSliceAcap})
}

func panicSliceAcapU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSliceAcap})
}

func panicSliceB(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSliceB})
}

func panicSliceBU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSliceB})
}

func panicSlice3Alen(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSlice3Alen})
}

func panicSlice3AlenU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSlice3Alen})
}

func panicSlice3Acap(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSlice3Acap})
}

func panicSlice3AcapU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSlice3Acap})
}

func panicSlice3B(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSlice3B})
}

func panicSlice3BU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSlice3B})
}

func panicSlice3C(x int, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsSlice3C})
}

func panicSlice3CU(x uint, y int) {
	boundsfail(sys.GetCallerPC(), sliceMsg, boundsError{x: int64(x), y: y, code: abi.BoundsSlice3C})
}

// panicSliceConvert: x is the length there is, y the length asked for.
func panicSliceConvert(x int, y int) {
	boundsfail(sys.GetCallerPC(), convertMsg, boundsError{x: int64(x), signed: true, y: y, code: abi.BoundsConvert})
}

var (
	shiftError    = error(errorString("negative shift amount"))
	divideError   = error(errorString("integer divide by zero"))
	overflowError = error(errorString("integer overflow"))
	floatError    = error(errorString("floating point error"))
	memoryError   = error(errorString("invalid memory address or nil pointer dereference"))
)

func panicshift() {
	panicCheck1(sys.GetCallerPC(), "negative shift amount")
	panic(shiftError)
}

func panicdivide() {
	panicCheck2("integer divide by zero")
	panic(divideError)
}

func panicoverflow() {
	panicCheck2("integer overflow")
	panic(overflowError)
}

func panicfloat() {
	panicCheck2("floating point error")
	panic(floatError)
}

// panicmem is the nil dereference: called by explicit checks, which count as a
// fault at address 0, and for real faults.
func panicmem() {
	panicCheck2("invalid memory address or nil pointer dereference")
	if gp := getg(); gp.sig == 0 {
		gp.sig, gp.sigcode, gp.sigaddr, gp.sigpc = sigSEGV, 1, 0, sys.GetCallerPC()
	}
	panic(memoryError)
}

// panicnil is another name of panicmem for explicit checks.
func panicnil() {
	if gp := getg(); gp.sig == 0 {
		gp.sig, gp.sigcode, gp.sigaddr, gp.sigpc = sigSEGV, 1, 0, sys.GetCallerPC()
	}
	panicmem()
}

func panicmemAddr(addr uintptr) {
	panicCheck2("invalid memory address or nil pointer dereference")
	panic(errorAddressString{msg: "invalid memory address or nil pointer dereference", addr: addr})
}

// deferproc records fn for the function whose frame pointer is frame. Only that
// function calls it: the compiler lets d and fn live in its frame.
//
//go:nosplit
func deferproc(d *_defer, fn func(), frame uintptr) {
	gp := getg()
	d.fn = fn
	d.frame = frame
	d.rangefunc = false
	d.head = nil
	d.link = gp._defer
	gp._defer = d
}

// deferrangefunc prepares the function with frame for defer statements in bodies
// of its range-over-func loops; the answer is their token.
func deferrangefunc(frame uintptr) any {
	d := new(_defer)
	d.frame = frame
	d.rangefunc = true
	d.head = new(atomic.Pointer[_defer])
	gp := getg()
	d.link = gp._defer
	gp._defer = d
	return d.head
}

// closedList marks the list of a range function loop that is over.
var closedList _defer

// deferprocat records fn in the list of a token.
func deferprocat(fn func(), frame any) {
	head := frame.(*atomic.Pointer[_defer])
	d := new(_defer)
	d.fn = fn
	d.link = head.Load()
	if d.link == &closedList {
		throw("defer after range func returned")
	}
	head.Store(d)
}

// popdefer takes the newest record with the given frame (0: any) and returns its
// function. A record for range functions gives way to its list.
func popdefer(gp *g, frame uintptr) (fn func(), of uintptr, ok bool) {
	for {
		d := gp._defer
		if d == nil || frame != 0 && d.frame != frame {
			return nil, 0, false
		}
		gp._defer = d.link
		if !d.rangefunc {
			fn, of = d.fn, d.frame
			d.fn, d.link = nil, nil
			return fn, of, true
		}
		first := d.head.Load()
		d.head.Store(&closedList)
		if first == nil {
			continue
		}
		last := first
		for {
			last.frame = d.frame
			if last.link == nil {
				break
			}
			last = last.link
		}
		last.link = gp._defer
		gp._defer = first
	}
}

// deferreturn runs the pending calls of the function with this frame pointer, at
// its normal end and after a recovery.
func deferreturn(frame uintptr) {
	gp := getg()
	for {
		fn, _, ok := popdefer(gp, frame)
		if !ok {
			return
		}
		fn()
	}
}

var (
	rangeDoneError         = error(errorString("range function continued iteration after function for loop body returned false"))
	rangePanicError        = error(errorString("range function continued iteration after loop body panic"))
	rangeExhaustedError    = error(errorString("range function continued iteration after whole loop exit"))
	rangeMissingPanicError = error(errorString("range function recovered a loop body panic and did not resume panicking"))
)

// panicrangestate reports misuse of a loop body by its range function.
func panicrangestate(state int) {
	switch abi.RF_State(state) {
	case abi.RF_DONE:
		panic(rangeDoneError)
	case abi.RF_PANIC:
		panic(rangePanicError)
	case abi.RF_EXHAUSTED:
		panic(rangeExhaustedError)
	case abi.RF_MISSING_PANIC:
		panic(rangeMissingPanicError)
	}
	throw("unexpected state passed to panicrangestate")
}

// A PanicNilError is what recover gives after panic(nil).
type PanicNilError struct {
	_ [0]*PanicNilError // not comparable to other types' pointers by layout tricks
}

func (*PanicNilError) Error() string { return "runtime error: panic called with nil argument" }

func (*PanicNilError) RuntimeError() {}

var panicnilInc = &godebugInc{name: "panicnil"}

// gopanic is the panic statement.
//
//go:linkname gopanic
//go:noinline
func gopanic(e any) {
	if e == nil {
		if debug.panicnil.Load() != 1 {
			e = new(PanicNilError)
		} else {
			panicnilInc.IncNonDefault()
		}
	}
	gp := getg()
	mp := gp.m
	if gp == mp.g0 || mp.mallocing != 0 || mp.preemptoff != "" || mp.locks != 0 {
		print("panic: ")
		printpanicval(e)
		print("\n")
		switch {
		case gp == mp.g0:
			throw("panic on system stack")
		case mp.mallocing != 0:
			throw("panic during malloc")
		case mp.preemptoff != "":
			throw("panic during preemptoff")
		}
		throw("panic holding locks")
	}

	var p _panic
	p.arg = e
	p.link = gp._panic
	gp._panic = (*_panic)(noescape(unsafe.Pointer(&p)))
	p.fp = getfp()
	runningPanicDefers.Add(1)
	for {
		fn, frame, ok := popdefer(gp, 0)
		if !ok {
			break
		}
		p.frame = frame
		fn()
		if p.recovered {
			recovery(gp, &p)
		}
	}

	preprintpanics(&p)
	fatalpanic(&p)
}

// recovery resumes the frame whose deferred call has recovered p. It does not
// return. Panics that began in frames which are cut off are over; a Goexit among
// them goes on.
func recovery(gp *g, p *_panic) {
	target := p.frame
	q := p
	fp := p.fp
	for {
		if q != nil && fp == q.fp {
			if q.goexit {
				gp._panic = q
				goexitloop(gp, q)
			}
			runningPanicDefers.Add(-1)
			q = q.link
		}
		next := *(*uintptr)(unsafe.Pointer(fp))
		if next == target {
			break
		}
		if next == 0 {
			throw("recovery: frame not found")
		}
		fp = next
	}
	gp._panic = q
	if q == nil {
		gp.sig = 0
	}
	resumeframe(target, *(*uintptr)(unsafe.Pointer(fp + 8)))
}

// gorecover is the recover built-in in the function whose frame pointer is frame.
// It works only if that function was called by the loop of the innermost panic,
// wrappers aside.
//
//go:noinline
func gorecover(frame uintptr) any {
	p := getg()._panic
	if p == nil || p.goexit || p.recovered {
		return nil
	}
	// Of "defer recover()" the caller is a wrapper, and frame belongs to the function with
	// the defer statement. The panic itself must not have called it: it sees the panic
	// that called the function, not one that the function ends with.
	fp := getfp()
	for iswrapper(*(*uintptr)(unsafe.Pointer(fp + 8))) {
		fp = *(*uintptr)(unsafe.Pointer(fp))
		if fp == 0 {
			return nil
		}
	}
	if *(*uintptr)(unsafe.Pointer(fp)) == p.fp {
		return nil
	}
	for {
		caller := *(*uintptr)(unsafe.Pointer(frame))
		if caller == p.fp {
			break
		}
		if caller == 0 || !iswrapper(*(*uintptr)(unsafe.Pointer(frame + 8))) {
			return nil
		}
		frame = caller
	}
	p.recovered = true
	return p.arg
}

// Goexit ends the calling goroutine after its deferred calls.
//
//go:noinline
func Goexit() {
	gp := getg()
	var p _panic
	p.goexit = true
	p.link = gp._panic
	gp._panic = (*_panic)(noescape(unsafe.Pointer(&p)))
	goexitloop(gp, &p)
}

// goexitloop runs all pending calls for a Goexit and ends the goroutine.
//
//go:noinline
func goexitloop(gp *g, p *_panic) {
	p.fp = getfp()
	for {
		fn, frame, ok := popdefer(gp, 0)
		if !ok {
			break
		}
		p.frame = frame
		fn()
	}
	goexit1()
}

// preprintpanics turns errors and Stringers among the panic values to text, while
// methods may still run.
func preprintpanics(p *_panic) {
	defer func() {
		const text = "panic while printing panic value"
		switch r := recover().(type) {
		case nil:
		case string:
			throw(text + ": " + r)
		default:
			throw(text + ": type " + toRType(efaceOf(&r)._type).string())
		}
	}()
	for ; p != nil; p = p.link {
		if p.link != nil && *efaceOf(&p.link.arg) == *efaceOf(&p.arg) {
			// The same value again: one line will do.
			p.link.repanicked = true
			continue
		}
		switch v := p.arg.(type) {
		case error:
			p.arg = v.Error()
		case stringer:
			p.arg = v.String()
		}
	}
}

// printpanics prints the panics, oldest first.
func printpanics(p *_panic) {
	if p.link != nil {
		printpanics(p.link)
		if p.link.repanicked {
			return
		}
		if !p.link.goexit {
			print("\t")
		}
	}
	if p.goexit {
		return
	}
	print("panic: ")
	printpanicval(p.arg)
	switch {
	case p.recovered && p.repanicked:
		print(" [recovered, repanicked]")
	case p.recovered:
		print(" [recovered]")
	}
	print("\n")
}

// throw ends the program for a fault of the runtime.
//
//go:linkname throw
//go:noinline
func throw(s string) {
	print("fatal error: ")
	printindented(s)
	print("\n")
	fatalthrow(throwTypeRuntime)
}

// fatal ends the program for a fault of the program that no recover may stop.
//
//go:noinline
func fatal(s string) {
	p := getg()._panic
	printlock()
	for x := p; x != nil; x = x.link {
		if x.link != nil && *efaceOf(&x.link.arg) == *efaceOf(&x.arg) {
			x.link.repanicked = true
		}
	}
	if p != nil {
		printpanics(p)
		print("\t")
	}
	print("fatal error: ")
	printindented(s)
	print("\n")
	fatalthrow(throwTypeUser)
}

func fatalthrow(t throwType) {
	gp := getg()
	if gp.m.throwing == throwTypeNone {
		gp.m.throwing = t
	}
	startpanic(gp)
	if dopanic(gp, nil) {
		crash()
	}
	exit(2)
}

// fatalpanic ends the program for an unrecovered panic.
func fatalpanic(msgs *_panic) {
	gp := getg()
	if startpanic(gp) {
		runningPanicDefers.Add(-1)
		printpanics(msgs)
	}
	var bubble *synctestBubble
	if de, ok := msgs.arg.(synctestDeadlockError); ok {
		bubble = de.bubble
	}
	if dopanic(gp, bubble) {
		crash()
	}
	exit(2)
}

// startpanic enters the dying state; a fault while dying ends at once.
func startpanic(gp *g) bool {
	mp := gp.m
	mp.mallocing++
	if mp.locks < 0 {
		mp.locks = 1
	}
	switch mp.dying {
	case 0:
		mp.dying = 1
		panicking.Add(1)
		mp.locks++ // nobody is scheduled any more
		return true
	case 1:
		mp.dying = 2
		print("panic during panic\n")
		return false
	case 2:
		mp.dying = 3
		print("stack trace unavailable\n")
		exit(4)
	}
	exit(5)
	return false
}

// dopanic prints the signal and the traces; it reports whether to crash.
func dopanic(gp *g, bubble *synctestBubble) bool {
	if gp.sig != 0 {
		print("[signal ", signame(gp.sig))
		print(" code=", hex(gp.sigcode), " addr=", hex(gp.sigaddr), " pc=", hex(gp.sigpc), "]\n")
	}
	level, all, docrash := gotraceback()
	if level > 0 {
		if gp != gp.m.curg {
			all = true
		}
		if gp != gp.m.g0 {
			print("\n")
			goroutineheader(gp)
			traceback(gp)
		} else if level >= 2 || gp.m.throwing >= throwTypeRuntime {
			print("\nruntime stack:\n")
			traceback(gp)
		}
		if !didothers {
			if all {
				didothers = true
				tracebacksomeothers(gp, nil)
			} else if bubble != nil {
				tracebacksomeothers(gp, bubble)
			}
		}
	}
	return docrash
}

// crash dies so that the system keeps a core.
func crash() { dieOfSignal(sigABRT) }

// sigpanic is entered instead of returning from a fault in Go code: the faulting
// instruction seems to have called it.
func sigpanic() {
	gp := getg()
	if sigflags(gp.signo)&sigThrow != 0 {
		sigthrow(gp, walker{pc: gp.sigpc, fp: *(*uintptr)(unsafe.Pointer(getfp())), fault: true})
	}
	gp.sig = gp.signo
	switch gp.signo {
	case sigBUS, sigSEGV:
		if gp.sigaddr < 0x1000 {
			panicmem()
		}
		if gp.paniconfault {
			panicmemAddr(gp.sigaddr)
		}
		print("unexpected fault address ", hex(gp.sigaddr), "\n")
		throw("fault")
	case sigFPE:
		switch gp.sigcode {
		case 1:
			panicdivide()
		case 2:
			panicoverflow()
		}
		panicfloat()
	}
	panic(errorString(signame(gp.signo)))
}

// rtfatal is where Rust goes with an error that it finds on a goroutine.
func rtfatal(msg *byte, n uintptr) { throw(unsafe.String(msg, n)) }

//go:linkname sync_throw sync.throw
func sync_throw(s string) { throw(s) }

//go:linkname sync_fatal sync.fatal
func sync_fatal(s string) { fatal(s) }

//go:linkname rand_fatal crypto/rand.fatal
func rand_fatal(s string) { fatal(s) }

//go:linkname sysrand_fatal crypto/internal/sysrand.fatal
func sysrand_fatal(s string) { fatal(s) }

//go:linkname fips_fatal crypto/internal/fips140.fatal
func fips_fatal(s string) { fatal(s) }

//go:linkname maps_fatal internal/runtime/maps.fatal
func maps_fatal(s string) { fatal(s) }

//go:linkname internal_sync_throw internal/sync.throw
func internal_sync_throw(s string) { throw(s) }

//go:linkname internal_sync_fatal internal/sync.fatal
func internal_sync_fatal(s string) { fatal(s) }

//go:linkname cgroup_throw internal/runtime/cgroup.throw
func cgroup_throw(s string) { throw(s) }
