// System calls that would block the one thread while other goroutines could run
// go to a helper thread of Rust's; the caller parks until the eventfd of the
// network poller tells that the call is done.

package runtime

import (
	"internal/runtime/atomic"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// blockingsyscall hands req (number, six arguments, 0) to a helper thread. When the
// call is done the thread stores the result into req[0], then 1 into req[7], then
// writes to wakefd. False: no thread could be had. (Rust.)
func blockingsyscall(req *[8]uintptr, wakefd int32) bool

// blockedCall is a call under way.
type blockedCall struct {
	req  [8]unsafe.Pointer // words, so typed that what they point to stays alive
	gp   *g
	next *blockedCall
}

var blockedCalls *blockedCall

// syscall_Syscall and syscall_Syscall6 are the bodies of syscall.Syscall and
// syscall.Syscall6 (SELECTION.tsv).
//
//go:uintptrkeepalive
//go:linkname syscall_Syscall
func syscall_Syscall(trap, a1, a2, a3 uintptr) (r1, r2, errno uintptr) {
	if othersWait() && mayBlock(trap, a1, a2, a3) {
		return sysblock(trap, a1, a2, a3, 0, 0, 0)
	}
	return linux.Syscall6(trap, a1, a2, a3, 0, 0, 0)
}

//go:uintptrkeepalive
//go:linkname syscall_Syscall6
func syscall_Syscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr) {
	if othersWait() && mayBlock(trap, a1, a2, a3) {
		return sysblock(trap, a1, a2, a3, a4, a5, a6)
	}
	return linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)
}

// othersWait reports whether anything but the caller could want to run.
func othersWait() bool { return sched.ngs > 1 || m0p.timers.len.Load() != 0 }

// stdchecked has bit n set when it is known whether standard descriptor n is a
// file on disk.
var stdchecked uint8

// mayBlock tells the calls that may take long. For transfers it asks the kernel
// whether the descriptor is ready, unless it is known never to block.
func mayBlock(trap, a1, a2, a3 uintptr) bool {
	const (
		pollIn   = 1
		pollOut  = 4
		setLkw   = 7
		ofdSetLw = 38
		noHang   = 1
		lockNb   = 4
	)
	events := int16(pollIn)
	switch trap {
	case sysRead, sysReadv, sysAccept:
	case sysWrite, sysWritev:
		events = pollOut
	case sysWait4:
		return a3&noHang == 0
	case sysWaitid:
		return true
	case sysFlock:
		return a2&lockNb == 0
	case sysFcntl:
		return a2 == setLkw || a2 == ofdSetLw
	case sysNanosleep, sysPoll:
		return trap == sysNanosleep || a3 != 0
	default:
		return false
	}
	if a1 < 3 && stdchecked>>a1&1 == 0 {
		stdchecked |= 1 << a1
		var stat [18]uint64 // struct stat; st_mode is the low half of word 3
		if rawsyscall3(sysFstat, a1, uintptr(unsafe.Pointer(&stat)), 0) == 0 && uint32(stat[3])&0xf000 == 0x8000 {
			setNonblocking(a1, true)
		}
	}
	if isNonblocking(a1) {
		return false
	}
	pfd := struct {
		fd             int32
		events, revent int16
	}{fd: int32(a1), events: events}
	return rawsyscall3(sysPoll, uintptr(unsafe.Pointer(&pfd)), 1, 0) == 0
}

func sysblock(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr) {
	netpollGenericInit()
	b := &blockedCall{gp: getg(), next: blockedCalls}
	req := (*[8]uintptr)(unsafe.Pointer(&b.req))
	*req = [8]uintptr{trap, a1, a2, a3, a4, a5, a6, 0}
	blockedCalls = b
	blockedSyscalls++
	if !blockingsyscall(req, int32(netpollEventFd)) {
		blockedCalls = b.next
		blockedSyscalls--
		return linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)
	}
	gopark(sysblockpark_c, unsafe.Pointer(b), waitReasonSyscall, traceBlockGeneric, 1)
	r := req[0]
	if r > ^uintptr(4095) {
		return ^uintptr(0), 0, -r
	}
	return r, 0, 0
}

func (b *blockedCall) done() bool {
	return atomic.Loaduintptr((*uintptr)(unsafe.Pointer(&b.req[7]))) != 0
}

// sysblockpark_c stays awake if the call is done already.
func sysblockpark_c(gp *g, p unsafe.Pointer) bool {
	b := (*blockedCall)(p)
	if !b.done() {
		return true
	}
	for pp := &blockedCalls; *pp != nil; pp = &(*pp).next {
		if *pp == b {
			*pp = b.next
			break
		}
	}
	blockedSyscalls--
	return false
}

// sysblockdone readies the goroutines whose calls are done; on g0.
func sysblockdone() {
	for pp := &blockedCalls; *pp != nil; {
		b := *pp
		if b.done() && readgstatus(b.gp) == _Gwaiting {
			*pp = b.next
			blockedSyscalls--
			goready(b.gp, 0)
			continue
		}
		pp = &b.next
	}
}
