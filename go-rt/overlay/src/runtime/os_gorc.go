// The operating system as package runtime needs it: raw system calls, arguments
// and environment, CPU count, clocks. Linux on amd64. No call here blocks long.

package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Rust; see EXTERNS.tsv.
func initialsp() *uintptr

//go:noescape
func rawsyscall(num uintptr, args unsafe.Pointer) uintptr

func nanotime1() int64
func walltime1() (sec int64, nsec int64)
func cputicks() int64

const (
	_EINTR  = 4
	_EAGAIN = 11
	_ENOSYS = 38
)

// System call numbers.
const (
	sysRead             = 0
	sysWrite            = 1
	sysOpen             = 2
	sysClose            = 3
	sysFstat            = 5
	sysPoll             = 7
	sysRtSigaction      = 13
	sysRtSigprocmask    = 14
	sysReadv            = 19
	sysWritev           = 20
	sysSchedYield       = 24
	sysNanosleep        = 35
	sysGetpid           = 39
	sysAccept           = 43
	sysWait4            = 61
	sysFcntl            = 72
	sysFlock            = 73
	sysGettid           = 186
	sysSchedGetaffinity = 204
	sysExitGroup        = 231
	sysTgkill           = 234
	sysWaitid           = 247
	sysGetrandom        = 318
)

//go:nosplit
func rawsyscall0(num uintptr) uintptr {
	var a [6]uintptr
	return rawsyscall(num, unsafe.Pointer(&a))
}

//go:nosplit
func rawsyscall3(num, a1, a2, a3 uintptr) uintptr {
	a := [6]uintptr{a1, a2, a3}
	return rawsyscall(num, unsafe.Pointer(&a))
}

//go:nosplit
func rawsyscall4(num, a1, a2, a3, a4 uintptr) uintptr {
	a := [6]uintptr{a1, a2, a3, a4}
	return rawsyscall(num, unsafe.Pointer(&a))
}

//go:nosplit
func exit(code int32) {
	for {
		rawsyscall3(sysExitGroup, uintptr(code), 0, 0)
	}
}

//go:nosplit
func write1(fd uintptr, p unsafe.Pointer, n int32) int32 {
	return int32(rawsyscall3(sysWrite, fd, uintptr(p), uintptr(n)))
}

//go:nosplit
func read(fd int32, p unsafe.Pointer, n int32) int32 {
	return int32(rawsyscall3(sysRead, uintptr(fd), uintptr(p), uintptr(n)))
}

//go:nosplit
func open(name *byte, mode, perm int32) int32 {
	return int32(rawsyscall3(sysOpen, uintptr(unsafe.Pointer(name)), uintptr(mode), uintptr(perm)))
}

//go:nosplit
func closefd(fd int32) int32 { return int32(rawsyscall3(sysClose, uintptr(fd), 0, 0)) }

//go:nosplit
func fcntl(fd, cmd, arg int32) (ret int32, errno int32) {
	r := int32(rawsyscall3(sysFcntl, uintptr(fd), uintptr(cmd), uintptr(arg)))
	if r < 0 && r > -4096 {
		return -1, -r
	}
	return r, 0
}

//go:nosplit
func usleep(usec uint32) {
	ts := [2]int64{int64(usec / 1e6), int64(usec%1e6) * 1000}
	rawsyscall3(sysNanosleep, uintptr(unsafe.Pointer(&ts)), 0, 0)
}

// raise sends a signal to the calling thread.
func raise(sig uint32) {
	rawsyscall3(sysTgkill, rawsyscall0(sysGetpid), rawsyscall0(sysGettid), uintptr(sig))
}

// walltime is the time of day.
//
//go:linkname walltime
//go:nosplit
func walltime() (sec int64, nsec int32) {
	s, n := walltime1()
	return s, int32(n)
}

// readRandom fills r from the kernel.
func readRandom(r []byte) int {
	if len(r) == 0 {
		return 0
	}
	n := int(rawsyscall3(sysGetrandom, uintptr(unsafe.Pointer(&r[0])), uintptr(len(r)), 0))
	return max(n, 0)
}

// vgetrandom is the vDSO's generator, which is not used.
func vgetrandom(p []byte, flags uint32) (ret int, supported bool) { return -1, false }

const (
	osHasLowResClock    = false
	osHasLowResClockInt = 0
	osHasLowResTimer    = false
	haveHighResSleep    = true

	iscgo      = false
	islibrary  = false
	isarchive  = false
	isIntel    = false
	secureZero = 0
)

// Keys of the auxiliary vector.
const (
	auxPagesz = 6
	auxSecure = 23
	auxRandom = 25
)

var (
	ncpu       int32
	secureMode bool
)

// osargsinit finds arguments, environment and auxiliary vector. The strings are
// the kernel's, never copied.
func osargsinit() {
	sp := initialsp()
	argc := int(*sp)
	argv := unsafe.Pointer(uintptr(unsafe.Pointer(sp)) + 8)
	word := func(i int) uintptr { return *(*uintptr)(add(argv, uintptr(i)*8)) }
	argslice = make([]string, argc)
	for i := range argslice {
		argslice[i] = gostringnocopy((*byte)(unsafe.Pointer(word(i))))
	}
	first := argc + 1
	end := first
	for word(end) != 0 {
		end++
	}
	envs = make([]string, end-first)
	for i := range envs {
		envs[i] = gostringnocopy((*byte)(unsafe.Pointer(word(first + i))))
	}
	n := end + 1
	for word(n) != 0 {
		switch v := word(n + 1); word(n) {
		case auxPagesz:
			physPageSize = v
		case auxSecure:
			secureMode = v == 1
		case auxRandom:
			startupRand = unsafe.Slice((*byte)(unsafe.Pointer(v)), 16)
		}
		n += 2
	}
	auxv = unsafe.Slice((*uintptr)(add(argv, uintptr(end+1)*8)), n-end-1)
}

func environ() []string { return envs }

// getCPUCount counts the CPUs that the process may run on.
func getCPUCount() int32 {
	var buf [1024]byte
	n := int(rawsyscall3(sysSchedGetaffinity, 0, uintptr(len(buf)), uintptr(unsafe.Pointer(&buf))))
	count := int32(0)
	for i := 0; i < n && i < len(buf); i++ {
		for b := buf[i]; b != 0; b &= b - 1 {
			count++
		}
	}
	return max(count, 1)
}

func isSecureMode() bool { return secureMode }

//go:linkname syscall_runtime_BeforeFork syscall.runtime_BeforeFork
//go:nosplit
func syscall_runtime_BeforeFork() {
	getg().m.locks++
	all := ^uint64(0)
	rawsyscall4(sysRtSigprocmask, 0, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&forkmask)), 8)
}

// forkmask is the signal mask to come back to.
var forkmask uint64

//go:linkname syscall_runtime_AfterFork syscall.runtime_AfterFork
//go:nosplit
func syscall_runtime_AfterFork() {
	rawsyscall4(sysRtSigprocmask, 2, uintptr(unsafe.Pointer(&forkmask)), 0, 8)
	getg().m.locks--
}

// The child shares the parent's memory, so no handler may run in it.
//
//go:linkname syscall_runtime_AfterForkInChild syscall.runtime_AfterForkInChild
//go:nosplit
//go:norace
func syscall_runtime_AfterForkInChild() {
	for sig := uintptr(1); sig < 65; sig++ {
		var sa [4]uint64
		rawsyscall4(sysRtSigaction, sig, 0, uintptr(unsafe.Pointer(&sa)), 8)
		if sa[0] > 1 {
			sa = [4]uint64{}
			rawsyscall4(sysRtSigaction, sig, uintptr(unsafe.Pointer(&sa)), 0, 8)
		}
	}
	mask := forkmask
	rawsyscall4(sysRtSigprocmask, 2, uintptr(unsafe.Pointer(&mask)), 0, 8)
}

//go:linkname syscall_runtime_BeforeExec syscall.runtime_BeforeExec
func syscall_runtime_BeforeExec() {}

//go:linkname syscall_runtime_AfterExec syscall.runtime_AfterExec
func syscall_runtime_AfterExec() {}

// syscall_runtime_doAllThreadsSyscall: the helper threads of blocked system calls
// do not take part.
//
//go:linkname syscall_runtime_doAllThreadsSyscall syscall.runtime_doAllThreadsSyscall
//go:uintptrescapes
func syscall_runtime_doAllThreadsSyscall(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, err uintptr) {
	return linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)
}

//go:linkname syscall_cgocaller syscall.cgocaller
func syscall_cgocaller(fn unsafe.Pointer, args ...uintptr) uintptr {
	throw("no C code")
	return 0
}
