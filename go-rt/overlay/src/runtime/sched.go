// The scheduler: run queue, parking, the loop that finds work, goroutine start
// and end. One M; all decisions are made on its g0, a goroutine with a stack of
// its own that is switched to and from. Stacks, the switch itself and G memory
// are Rust's. Never allocates on the paths of park and ready.

package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// Rust; see EXTERNS.tsv.
func newg(fn unsafe.Pointer) *g
func gswitch(to *g)
func gexit(to *g)
func allghead() *g

// getg is the compiler's: the g in its register.
func getg() *g

// sched is the state of the scheduler.
var sched struct {
	runq     gQueue
	runnext  *g
	goidgen  uint64
	ngs      int32 // goroutines that are not dead, system ones left out
	burst    int32 // goroutines started by the running one during its turn
	lock     mutex
	lastpoll int64
}

// runnextLimit bounds how often in a row the favoured goroutine is taken.
const runnextLimit = 64

// burstLimit bounds how many goroutines one starts before they get their turn: a
// loop of go statements then uses the same few stacks over and over, still warm.
const burstLimit = 256

// schedinit makes g0 and numbers the main goroutine. It runs on the latter.
func schedinit() {
	gp := getg()
	mp := gp.m
	mp.p.set(&m0p)
	loop := g0loop
	g0 := newg(*(*unsafe.Pointer)(unsafe.Pointer(&loop)))
	g0.m = mp
	g0.goid = 0
	g0.stack = anyStack
	g0.system = true
	g0.atomicstatus.Store(_Grunning)
	mp.g0 = g0
	mp.curg = gp
	sched.goidgen = 1
	sched.ngs = 1
	gp.goid = 1
	gp.sched.g.set(gp)
	gp.stack = anyStack
	gp.atomicstatus.Store(_Grunning)
}

// g0loop is the life of g0: run what mcall left, again and again. A function that
// resumes a goroutine returns here when g0 is switched to the next time.
func g0loop() {
	for {
		mp := getg().m
		fn, gp := mp.mcallfn, mp.mcallg
		mp.mcallfn, mp.mcallg = nil, nil
		fn(gp)
	}
}

// mcall runs fn(the calling goroutine) on g0. fn decides who runs afterwards; the
// call returns when somebody resumes the caller.
func mcall(fn func(*g)) {
	gp := getg()
	mp := gp.m
	mp.mcallfn = fn
	mp.mcallg = gp
	gswitch(mp.g0)
}

// systemstack runs fn on g0 and comes back.
func systemstack(fn func()) {
	gp := getg()
	mp := gp.m
	if gp == mp.g0 || mp.g0 == nil {
		fn()
		return
	}
	mp.locks++ // no preemption until g0 has taken sysfn
	mp.sysfn = fn
	mcall(systemstack_m)
}

func systemstack_m(gp *g) {
	mp := gp.m
	fn := mp.sysfn
	mp.sysfn = nil
	mp.locks--
	fn()
	gswitch(gp)
}

// gogo resumes the goroutine of a gobuf; on g0, as a function's last act.
func gogo(buf *gobuf) { gswitch(buf.g.ptr()) }

func readgstatus(gp *g) uint32 { return gp.atomicstatus.Load() }

// casgstatus moves gp from one state to another and tells its bubble.
func casgstatus(gp *g, oldval, newval uint32) {
	gp.atomicstatus.Store(newval)
	if gp.bubble != nil {
		gp.bubble.changegstatus(gp, oldval, newval)
	}
	if newval == _Gwaiting && oldval == _Grunning {
		gp.waitsince = 0
	}
}

// gopark parks the calling goroutine until goready. unlockf(gp, lock) runs on g0
// once the goroutine is parked; if it answers false, the goroutine goes on.
func gopark(unlockf func(*g, unsafe.Pointer) bool, lock unsafe.Pointer, reason waitReason, traceReason traceBlockReason, traceskip int) {
	gp := getg()
	mp := gp.m
	if gp == mp.g0 {
		throw("gopark on g0")
	}
	mp.locks++ // no preemption until park_m
	mp.waitunlockf = unlockf
	mp.waitlock = lock
	gp.waitreason = reason
	mcall(park_m)
}

func park_m(gp *g) {
	mp := gp.m
	mp.locks--
	bubble := gp.bubble
	if bubble != nil {
		bubble.incActive()
	}
	casgstatus(gp, _Grunning, _Gwaiting)
	mp.curg = nil
	fn, l := mp.waitunlockf, mp.waitlock
	mp.waitunlockf, mp.waitlock = nil, nil
	if fn != nil && !fn(gp, l) {
		casgstatus(gp, _Gwaiting, _Grunnable)
		if bubble != nil {
			bubble.decActive()
		}
		execute(gp)
		return
	}
	if bubble != nil {
		bubble.decActive()
	}
	schedule()
}

func parkunlock_c(gp *g, l unsafe.Pointer) bool {
	unlock((*mutex)(l))
	return true
}

// goparkunlock parks and lets go of l.
func goparkunlock(l *mutex, reason waitReason, traceReason traceBlockReason, traceskip int) {
	gopark(parkunlock_c, unsafe.Pointer(l), reason, traceReason, traceskip)
}

// goready makes a parked goroutine runnable; it runs next.
func goready(gp *g, traceskip int) {
	casgstatus(gp, _Gwaiting, _Grunnable)
	runqput(nil, gp, true)
}

// runqput queues gp. With next set it takes the place of the one that would have
// run next, which goes to the tail.
func runqput(_ *p, gp *g, next bool) {
	if next {
		old := sched.runnext
		sched.runnext = gp
		if old == nil {
			return
		}
		gp = old
	}
	sched.runq.pushBack(gp)
}

// wakep exists for newproc-like code of the SDK; there is no idle M to wake.
func wakep() {}

// runqget takes the next goroutine. After a streak of favoured ones the queue has
// its turn, so that two goroutines which wake each other starve nobody.
func runqget(mp *m) *g {
	if gp := sched.runnext; gp != nil {
		if mp.runnextStreak < runnextLimit || sched.runq.empty() {
			mp.runnextStreak++
			sched.runnext = nil
			return gp
		}
		sched.runnext = nil
		sched.runq.pushBack(gp)
	}
	mp.runnextStreak = 0
	return sched.runq.pop()
}

// execute resumes gp. It returns when g0 is switched to again.
func execute(gp *g) {
	mp := getg().m
	mp.curg = gp
	gp.m = mp
	sched.burst = 0
	casgstatus(gp, _Grunnable, _Grunning)
	gswitch(gp)
}

// schedule finds a runnable goroutine and resumes it; on g0.
func schedule() {
	mp := getg().m
	if mp.locks != 0 {
		throw("schedule: holding locks")
	}
	execute(findRunnable(mp))
}

// injectglist makes all goroutines of l runnable.
func injectglist(l *gList) {
	for !l.empty() {
		gp := l.pop()
		casgstatus(gp, _Gwaiting, _Grunnable)
		sched.runq.pushBack(gp)
	}
}

// findRunnable looks for work until there is some: timers, signals, finished
// collections, the queue, the network, at last by sleeping in it.
func findRunnable(mp *m) *g {
	pp := &m0p
	for {
		mp.schedtick++
		now, pollUntil, _ := pp.timers.check(0, nil)
		if mp.sigpending != 0 {
			sigdeliver(mp)
		}
		if mp.finwork != 0 {
			finwake(mp)
		}
		if mp.gcgen != fin.gcgen {
			fin.gcgen = mp.gcgen
			poolcleanup()
		}
		if mp.schedtick%61 == 0 && (netpollAnyWaiters() || blockedSyscalls != 0) {
			list, delta := netpoll(0)
			injectglist(&list)
			netpollAdjustWaiters(delta)
			if blockedSyscalls != 0 {
				sysblockdone()
			}
		}
		if gp := runqget(mp); gp != nil {
			return gp
		}
		if !netpollinited() {
			// From here on a signal wakes the poller; one that came before is seen now.
			netpollGenericInit()
			continue
		}
		if pollUntil == 0 && !netpollAnyWaiters() && !sigwaited() && blockedSyscalls == 0 {
			checkdead()
		}
		delay := int64(-1)
		if pollUntil != 0 {
			if now == 0 {
				now = nanotime()
			}
			delay = max(pollUntil-now, 0)
		}
		list, delta := netpoll(delay)
		injectglist(&list)
		netpollAdjustWaiters(delta)
		if blockedSyscalls != 0 {
			sysblockdone()
		}
	}
}

// checkdead runs when nothing can ever become runnable.
func checkdead() {
	if panicking.Load() > 0 {
		return
	}
	if sched.ngs == 0 {
		fatal("no goroutines (main called runtime.Goexit) - deadlock!")
	}
	fatal("all goroutines are asleep - deadlock!")
}

// Gosched lets other goroutines run.
func Gosched() { mcall(gosched_m) }

func gosched_m(gp *g) {
	casgstatus(gp, _Grunning, _Grunnable)
	gp.m.curg = nil
	sched.runq.pushBack(gp)
	schedule()
}

// goyield is Gosched that keeps the caller's turn close.
func goyield() { mcall(gosched_m) }

// preemptyield is called by Rust's morestack when the time slice is over, with
// all registers saved.
//
//go:nosplit
func preemptyield() {
	gp := getg()
	mp := gp.m
	mp.preempt = 0
	if mp.locks != 0 || mp.mallocing != 0 || mp.dying != 0 || gp == mp.g0 || mp.preemptoff != "" {
		return
	}
	mcall(gosched_m)
}

// newproc starts a goroutine that runs fn: the go statement.
func newproc(fn func()) {
	gp := getg()
	fv := *(**funcval)(unsafe.Pointer(&fn))
	runqput(nil, newproc1(fv, gp, sys.GetCallerPC(), false, waitReasonZero), true)
	sched.burst++
	if sched.burst >= burstLimit {
		if mp := gp.m; gp != mp.g0 && mp.locks == 0 && mp.mallocing == 0 && mp.preemptoff == "" {
			mcall(gosched_m)
		}
	}
}

// newproc1 makes a goroutine, runnable or parked, but queues it nowhere.
func newproc1(fn *funcval, callergp *g, callerpc uintptr, parked bool, reason waitReason) *g {
	if fn == nil {
		fatal("go of nil func value")
	}
	gp := newg(unsafe.Pointer(fn))
	if gp == nil {
		throw("out of memory for a goroutine")
	}
	sched.goidgen++
	gp.goid = sched.goidgen
	gp.sched.g.set(gp)
	gp.stack = anyStack
	gp.startpc = fn.fn
	gp.gopc = callerpc
	gp.m = callergp.m
	gp.parentGoid = callergp.goid
	if callergp.m.curg != nil {
		gp.labels = callergp.m.curg.labels
	}
	gp.bubble = callergp.bubble
	if !gp.system {
		sched.ngs++
	}
	if parked {
		gp.waitreason = reason
		casgstatus(gp, _Gdead, _Gwaiting)
	} else {
		casgstatus(gp, _Gdead, _Grunnable)
	}
	return gp
}

// gosystem starts a goroutine of the runtime itself.
func gosystem(fn func()) *g {
	fv := *(**funcval)(unsafe.Pointer(&fn))
	gp := newproc1(fv, getg().m.g0, sys.GetCallerPC(), false, waitReasonZero)
	gp.system = true
	sched.ngs--
	runqput(nil, gp, false)
	return gp
}

// gostart is where every goroutine begins, by Rust's newg.
func gostart() {
	fn := getg().startfn
	if fn == nil {
		main()
	} else {
		(*(*func())(unsafe.Pointer(&fn)))()
	}
	goexit1()
}

// goexit1 ends the calling goroutine, whose deferred calls have run.
func goexit1() {
	gp := getg()
	mp := gp.m
	mp.locks++ // no preemption of what is half dead
	if gp.lockedExt != 0 {
		gp.lockedExt = 0
		mp.lockedExt = 0
	}
	gdestroy(gp)
	mp.curg = nil
	mp.mcallfn = schedule_m
	gexit(mp.g0)
}

func schedule_m(*g) {
	getg().m.locks--
	schedule()
}

// gdestroy marks gp dead and drops what it holds. On g0 (a coroutine has left by
// switching) gp is only counted as dead: it runs once more, through the end of
// coroexit to goexit1, which frees its stack.
func gdestroy(gp *g) {
	if gp != getg() {
		casgstatus(gp, _Grunning, _Gdead)
		gp.bubble = nil
		if !gp.system {
			gp.system = true
			sched.ngs--
		}
		gp.atomicstatus.Store(_Grunnable)
		sched.runq.pushBack(gp)
		return
	}
	casgstatus(gp, _Grunning, _Gdead)
	if !gp.system {
		sched.ngs--
	}
	gp._defer, gp._panic = nil, nil
	gp.param, gp.labels, gp.timer, gp.waiting = nil, nil, nil, nil
	gp.startfn, gp.bubble, gp.coroarg = nil, nil, nil
	gp.writebuf = nil
	gp.lockedm = 0
}

// blockedSyscalls counts system calls that run on helper threads; see sysblock.go.
var blockedSyscalls int32

// NumGoroutine counts the goroutines of the program.
func NumGoroutine() int { return int(sched.ngs) }

func gcount(includeSys bool) int32 { return sched.ngs }

// forEachG calls fn for every goroutine that is not dead.
func forEachG(fn func(*g)) {
	for gp := allghead(); gp != nil; gp = gp.alllink {
		switch readgstatus(gp) {
		case _Gdead, _Gidle:
		default:
			fn(gp)
		}
	}
}

// LockOSThread wires the goroutine to its thread: there is only one.
func LockOSThread() {
	gp := getg()
	gp.lockedExt++
	gp.m.lockedExt++
	gp.lockedm.set(gp.m)
}

// UnlockOSThread undoes one LockOSThread.
func UnlockOSThread() {
	gp := getg()
	if gp.lockedExt == 0 {
		return
	}
	gp.lockedExt--
	gp.m.lockedExt--
	if gp.lockedExt == 0 {
		gp.lockedm = 0
	}
}

func lockOSThread() {}

func unlockOSThread() {}

func lockedOSThread() bool { return getg().lockedm != 0 }

//go:linkname sync_runtime_procPin sync.runtime_procPin
//go:nosplit
func sync_runtime_procPin() int {
	getg().m.locks++
	return 0
}

//go:linkname sync_runtime_procUnpin sync.runtime_procUnpin
//go:nosplit
func sync_runtime_procUnpin() { getg().m.locks-- }

//go:linkname sync_atomic_runtime_procPin sync/atomic.runtime_procPin
//go:nosplit
func sync_atomic_runtime_procPin() int {
	getg().m.locks++
	return 0
}

//go:linkname sync_atomic_runtime_procUnpin sync/atomic.runtime_procUnpin
//go:nosplit
func sync_atomic_runtime_procUnpin() { getg().m.locks-- }

//go:linkname procPin
//go:nosplit
func procPin() int {
	getg().m.locks++
	return 0
}

//go:linkname procUnpin
//go:nosplit
func procUnpin() { getg().m.locks-- }

// Spinning never helps with one processor.
//
//go:linkname internal_sync_runtime_canSpin internal/sync.runtime_canSpin
func internal_sync_runtime_canSpin(i int) bool { return false }

//go:linkname internal_sync_runtime_doSpin internal/sync.runtime_doSpin
func internal_sync_runtime_doSpin() {}

//go:linkname sync_runtime_canSpin sync.runtime_canSpin
func sync_runtime_canSpin(i int) bool { return false }

//go:linkname sync_runtime_doSpin sync.runtime_doSpin
func sync_runtime_doSpin() {}

// entersyscall and exitsyscall bracket system calls that may block. The one M
// stays with the goroutine; calls known to block long go to a helper thread
// (sysblock.go).
//
//go:linkname entersyscall
//go:nosplit
func entersyscall() {}

//go:linkname exitsyscall
//go:nosplit
func exitsyscall() {}

//go:nosplit
func osyield() { rawsyscall0(sysSchedYield) }

func procyield(cycles uint32) {}
