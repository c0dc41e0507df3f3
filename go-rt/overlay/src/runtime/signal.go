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

// Modes of setsig.
const (
	sigModeDefault = 0
	sigModeIgnore  = 1
	sigModeCatch   = 2
	sigModeAsk     = 3
)

const (
	sigQUIT = 3
	sigABRT = 6
	sigBUS  = 7
	sigFPE  = 8
	sigSEGV = 11
	sigPIPE = 13
	sigSYS  = 31
)

// signame is the text of a signal in messages.
func signame(sig uint32) string {
	switch sig {
	case 1:
		return "SIGHUP: terminal line hangup"
	case 2:
		return "SIGINT: interrupt"
	case 3:
		return "SIGQUIT: quit"
	case 4:
		return "SIGILL: illegal instruction"
	case 5:
		return "SIGTRAP: trace trap"
	case 6:
		return "SIGABRT: abort"
	case 7:
		return "SIGBUS: bus error"
	case 8:
		return "SIGFPE: floating-point exception"
	case 11:
		return "SIGSEGV: segmentation violation"
	case 15:
		return "SIGTERM: termination"
	case 31:
		return "SIGSYS: bad system call"
	}
	return "signal"
}

// sig is the queue: bits of wanted and waiting signals.
var sigq struct {
	wanted  uint64
	ignored uint64
	asked   uint64 // ignored was looked up
	mask    uint64
	waiter  *g
	inuse   bool
}

func sigbit(s uint32) uint64 { return 1 << (s - 1) }

// sigdeliver moves what handlers left to the queue; on g0.
func sigdeliver(mp *m) {
	bits := atomic.Xchg64(&mp.sigpending, 0)
	if bits&sigbit(sigQUIT) != 0 && sigq.wanted&sigbit(sigQUIT) == 0 {
		sigquit(mp)
	}
	sigq.mask |= bits & sigq.wanted
	if gp := sigq.waiter; gp != nil && sigq.mask != 0 {
		sigq.waiter = nil
		goready(gp, 0)
	}
}

// sigquit prints all goroutines and ends the program.
func sigquit(mp *m) {
	print("SIGQUIT: quit\n")
	startpanic(getg())
	if level, _, _ := gotraceback(); level > 0 {
		tracebacksomeothers(mp.g0, nil)
	}
	exit(2)
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
	sigq.asked |= sigbit(s)
	setsig(s, sigModeCatch)
}

//go:linkname signal_disable os/signal.signal_disable
func signal_disable(s uint32) {
	if s == 0 || s > 64 {
		return
	}
	sigq.wanted &^= sigbit(s)
	if s != sigQUIT && s != sigPIPE {
		setsig(s, sigModeDefault)
	}
}

//go:linkname signal_ignore os/signal.signal_ignore
func signal_ignore(s uint32) {
	if s == 0 || s > 64 {
		return
	}
	sigq.wanted &^= sigbit(s)
	sigq.ignored |= sigbit(s)
	sigq.asked |= sigbit(s)
	setsig(s, sigModeIgnore)
}

//go:linkname signal_ignored os/signal.signal_ignored
func signal_ignored(s uint32) bool {
	if s == 0 || s > 64 {
		return false
	}
	if sigq.asked&sigbit(s) == 0 {
		sigq.asked |= sigbit(s)
		if setsig(s, sigModeAsk) == sigModeIgnore {
			sigq.ignored |= sigbit(s)
		}
	}
	return sigq.ignored&sigbit(s) != 0
}

// os_sigpipe dies of SIGPIPE, after a write to a broken standard output.
//
//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() {
	if sigq.wanted&sigbit(sigPIPE) != 0 || signal_ignored(sigPIPE) {
		return
	}
	setsig(sigPIPE, sigModeDefault)
	raise(sigPIPE)
	exit(2)
}

// ignoreSIGSYS and restoreSIGSYS bracket a probe for system calls that a sandbox
// may forbid by signal.
//
//go:linkname ignoreSIGSYS os.ignoreSIGSYS
func ignoreSIGSYS() { setsig(sigSYS, sigModeIgnore) }

//go:linkname restoreSIGSYS os.restoreSIGSYS
func restoreSIGSYS() { setsig(sigSYS, sigModeDefault) }
