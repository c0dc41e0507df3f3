// Signals: names, default behaviour, the queue behind os/signal. Handlers are
// Rust's: they only set bits in m.sigpending, which the scheduler reads here.

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Rust; see EXTERNS.tsv.
func setsig(sig uint32, mode uint32) uint32
func sigwakefd(fd int32)

// sigContext is what a signal that ends the program with a trace found; its layout
// is shared with Rust.
type sigContext struct {
	sig, code, addr uintptr
	gp              *g // that ran
	regs            [23]uintptr
}

// Rust; see EXTERNS.tsv.
func sigcontext() *sigContext

// Modes of setsig.
const (
	sigModeDefault = 0
	sigModeIgnore  = 1
	sigModeCatch   = 2
	sigModeAsk     = 3
	sigModeKernel  = 4
)

const (
	sigILL  = 4
	sigABRT = 6
	sigBUS  = 7
	sigFPE  = 8
	sigSEGV = 11
	sigPIPE = 13
	sigPROF = 27
	sigSYS  = 31
)

// What a signal does; Rust's handlers know the same.
const (
	sigNotify = 1 << iota // a program may ask for it
	sigThrow              // ends the program with a trace
	sigPanic              // the kernel's panics, a process's ends as sigThrow
)

// sigtable has the signals with names.
var sigtable = [...]struct {
	flags uint8
	name  string
}{
	1:  {sigNotify, "SIGHUP: terminal line hangup"},
	2:  {sigNotify, "SIGINT: interrupt"},
	3:  {sigNotify | sigThrow, "SIGQUIT: quit"},
	4:  {sigThrow, "SIGILL: illegal instruction"},
	5:  {sigThrow, "SIGTRAP: trace trap"},
	6:  {sigNotify | sigThrow, "SIGABRT: abort"},
	7:  {sigPanic, "SIGBUS: bus error"},
	8:  {sigPanic, "SIGFPE: floating-point exception"},
	9:  {0, "SIGKILL: kill"},
	10: {sigNotify, "SIGUSR1: user-defined signal 1"},
	11: {sigPanic, "SIGSEGV: segmentation violation"},
	12: {sigNotify, "SIGUSR2: user-defined signal 2"},
	13: {sigNotify, "SIGPIPE: write to broken pipe"},
	14: {sigNotify, "SIGALRM: alarm clock"},
	15: {sigNotify, "SIGTERM: termination"},
	16: {sigThrow, "SIGSTKFLT: stack fault"},
	17: {sigNotify, "SIGCHLD: child status has changed"},
	18: {sigNotify, "SIGCONT: continue"},
	19: {0, "SIGSTOP: stop, unblockable"},
	20: {sigNotify, "SIGTSTP: keyboard stop"},
	21: {sigNotify, "SIGTTIN: background read from tty"},
	22: {sigNotify, "SIGTTOU: background write to tty"},
	23: {sigNotify, "SIGURG: urgent condition on socket"},
	24: {sigNotify, "SIGXCPU: cpu limit exceeded"},
	25: {sigNotify, "SIGXFSZ: file size limit exceeded"},
	26: {sigNotify, "SIGVTALRM: virtual alarm clock"},
	27: {sigNotify, "SIGPROF: profiling alarm clock"},
	28: {sigNotify, "SIGWINCH: window size change"},
	29: {sigNotify, "SIGIO: i/o now possible"},
	30: {sigNotify, "SIGPWR: power failure restart"},
	31: {sigThrow, "SIGSYS: bad system call"},
}

// sigflags says what a signal does.
func sigflags(sig uint32) uint8 {
	switch {
	case sig < uint32(len(sigtable)):
		return sigtable[sig].flags
	case sig > 34 && sig <= 64:
		return sigNotify
	}
	return 0
}

// signame is the text of a signal in messages.
func signame(sig uint32) string {
	if sig < uint32(len(sigtable)) {
		return sigtable[sig].name
	}
	return ""
}

// sig is the queue: bits of wanted and waiting signals.
var sigq struct {
	wanted  uint64
	ignored uint64
	mask    uint64
	waiter  *g
	inuse   bool
}

func sigbit(s uint32) uint64 { return 1 << (s - 1) }

// sigdeliver moves what handlers left to the queue; on g0.
func sigdeliver(mp *m) {
	bits := atomic.Xchg64(&mp.sigpending, 0)
	if c := sigcontext(); c.sig != 0 {
		gp, w := c.gp, walker{}
		if gp == nil {
			gp, w = mp.g0, walkfrom(getfp())
		} else if readgstatus(gp) == _Grunnable {
			casgstatus(gp, _Grunnable, _Grunning)
			mp.curg = gp
			w = walkpreempted(gp)
		} else {
			w = walkg(gp)
		}
		sigthrow(gp, w)
	}
	sigq.mask |= bits & sigq.wanted
	if gp := sigq.waiter; gp != nil && sigq.mask != 0 {
		sigq.waiter = nil
		goready(gp, 0)
	}
}

// sigthrow ends the program for the signal in sigcontext with the traces of all
// goroutines, from w on for gp, and the registers.
func sigthrow(gp *g, w walker) {
	c := sigcontext()
	mp := getg().m
	mp.throwing = throwTypeRuntime
	startpanic(getg())
	print(signame(uint32(c.sig)), "\n")
	if isSecureMode() {
		exit(2)
	}
	pc := c.regs[16]
	print("PC=", hex(pc), " m=", mp.id, " sigcode=", c.code)
	if c.sig == sigSEGV || c.sig == sigBUS {
		print(" addr=", hex(c.addr))
	}
	print("\n")
	if c.sig == sigILL || c.sig == sigFPE {
		print("instruction bytes:")
		for i := uintptr(0); i < min(16, 4096-pc%4096); i++ {
			print(" ", hex(*(*byte)(unsafe.Pointer(pc + i))))
		}
		print("\n")
	}
	print("\n")
	level, _, docrash := gotraceback()
	if level > 0 {
		goroutineheader(gp)
		traceback1(gp, w)
		tracebacksomeothers(gp, nil)
		print("\n")
		dumpregs(&c.regs)
	}
	if docrash {
		crash()
	}
	exit(2)
}

// dumpregs prints the registers of a signal's context.
func dumpregs(regs *[23]uintptr) {
	names := [...]string{"r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx",
		"rax", "rcx", "rsp", "rip", "rflags", "cs "}
	for _, i := range [...]uint8{13, 11, 14, 12, 8, 9, 10, 15, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17} {
		print(names[i])
		if i != 17 {
			print("   ")
		}
		print(" ", hex(regs[i]), "\n")
	}
	// One word has the three segments.
	segments := regs[18]
	print("cs     ", hex(segments&0xffff), "\n")
	print("fs     ", hex(segments>>32&0xffff), "\n")
	print("gs     ", hex(segments>>16&0xffff), "\n")
}

// dieOfSignal ends the program as the kernel's default action does.
func dieOfSignal(sig uint32) {
	setsig(sig, sigModeKernel)
	raise(sig)
	exit(128 + int32(sig))
}

// sigwaited reports whether a signal may make a goroutine runnable.
func sigwaited() bool { return sigq.waiter != nil }

func sigpark_c(gp *g, _ unsafe.Pointer) bool {
	if sigq.mask != 0 {
		return false
	}
	sigq.waiter = gp
	return true
}

//go:linkname signal_recv os/signal.signal_recv
func signal_recv() uint32 {
	for {
		if m := sigq.mask; m != 0 {
			s := uint32(1)
			for m&1 == 0 {
				m >>= 1
				s++
			}
			sigq.mask &^= sigbit(s)
			return s
		}
		gopark(sigpark_c, nil, waitReasonSignal, traceBlockGeneric, 1)
	}
}

//go:linkname signalWaitUntilIdle os/signal.signalWaitUntilIdle
func signalWaitUntilIdle() {
	for getg().m.sigpending != 0 || sigq.mask != 0 || sigq.waiter == nil {
		Gosched()
	}
}

//go:linkname signal_enable os/signal.signal_enable
func signal_enable(s uint32) {
	if s == 0 || s > 64 {
		return
	}
	if !sigq.inuse {
		sigq.inuse = true
		netpollGenericInit()
	}
	sigq.wanted |= sigbit(s)
	sigq.ignored &^= sigbit(s)
	setsig(s, sigModeCatch)
}

//go:linkname signal_disable os/signal.signal_disable
func signal_disable(s uint32) {
	if s == 0 || s > 64 {
		return
	}
	sigq.wanted &^= sigbit(s)
	setsig(s, sigModeDefault)
}

//go:linkname signal_ignore os/signal.signal_ignore
func signal_ignore(s uint32) {
	if s == 0 || s > 64 {
		return
	}
	sigq.wanted &^= sigbit(s)
	sigq.ignored |= sigbit(s)
	if s != sigPROF {
		setsig(s, sigModeIgnore)
	}
}

//go:linkname signal_ignored os/signal.signal_ignored
func signal_ignored(s uint32) bool {
	if s == 0 || s > 64 {
		return false
	}
	return sigq.ignored&sigbit(s) != 0 || setsig(s, sigModeAsk) == sigModeIgnore
}

// os_sigpipe dies of SIGPIPE, after a write to a broken standard output.
//
//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() {
	if sigq.wanted&sigbit(sigPIPE) == 0 && !signal_ignored(sigPIPE) {
		dieOfSignal(sigPIPE)
	}
}

// ignoreSIGSYS and restoreSIGSYS bracket a probe for system calls that a sandbox
// may forbid by signal. Nobody waits for it: to catch is to drop it, while the
// kernel does not let it be ignored.
//
//go:linkname ignoreSIGSYS os.ignoreSIGSYS
func ignoreSIGSYS() { setsig(sigSYS, sigModeCatch) }

//go:linkname restoreSIGSYS os.restoreSIGSYS
func restoreSIGSYS() { setsig(sigSYS, sigModeDefault) }
