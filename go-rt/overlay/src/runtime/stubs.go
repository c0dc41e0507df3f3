// Things that gorc's runtime does not have, in the shape that the SDK's files and
// other packages expect: execution traces, profiles, coverage, C code.

package runtime

import (
	"internal/coverage/rtcov"
	"internal/profilerecord"
	"unsafe"
)

// traceBlockReason is why a goroutine blocks, for execution traces.
type traceBlockReason uint8

const (
	traceBlockGeneric traceBlockReason = iota
	traceBlockForever
	traceBlockNet
	traceBlockSelect
	traceBlockCondWait
	traceBlockSync
	traceBlockChanSend
	traceBlockChanRecv
	traceBlockSystemGoroutine
	traceBlockSleep
	traceBlockSynctest
)

// traceLocker is a trace in progress: never.
type traceLocker struct{}

func traceAcquire() traceLocker { return traceLocker{} }

func traceRelease(traceLocker) {}

func traceEnabled() bool { return false }

func (traceLocker) ok() bool { return false }

func (traceLocker) GoSwitch(next *g, destroy bool) {}

// StartTrace would start an execution trace.
func StartTrace() error { return errorString("tracing is not supported") }

// StopTrace would stop it.
func StopTrace() {}

// ReadTrace returns nil: there is no trace.
func ReadTrace() (buf []byte) { return nil }

//go:linkname traceAdvance
func traceAdvance(stopTrace bool) {}

//go:linkname traceClockNow
func traceClockNow() uint64 { return uint64(nanotime()) }

//go:linkname traceClockUnitsPerSecond runtime/trace.runtime_traceClockUnitsPerSecond
func traceClockUnitsPerSecond() uint64 { return 1e9 }

//go:linkname trace_userTaskCreate runtime/trace.userTaskCreate
func trace_userTaskCreate(id, parentID uint64, taskType string) {}

//go:linkname trace_userTaskEnd runtime/trace.userTaskEnd
func trace_userTaskEnd(id uint64) {}

//go:linkname trace_userRegion runtime/trace.userRegion
func trace_userRegion(id, mode uint64, name string) {}

//go:linkname trace_userLog runtime/trace.userLog
func trace_userLog(id uint64, category, message string) {}

// Profiles: all empty.

// MemProfileRate is the mean number of bytes between samples of the heap profile.
var MemProfileRate int = 512 * 1024

var (
	blockprofilerate uint64
	mutexprofilerate uint64
)

func blockevent(cycles int64, skip int) {}

func mutexevent(cycles int64, skip int) {}

// SetBlockProfileRate sets how densely blocking is sampled.
func SetBlockProfileRate(rate int) {}

// SetMutexProfileFraction sets how densely contention is sampled.
func SetMutexProfileFraction(rate int) int {
	old := int(mutexprofilerate)
	if rate >= 0 {
		mutexprofilerate = uint64(rate)
	}
	return old
}

// SetCPUProfileRate sets the frequency of CPU samples.
func SetCPUProfileRate(hz int) {
	if hz > 0 {
		cpuprofilerate = hz
	}
}

var cpuprofilerate = 100

// CPUProfile existed once.
func CPUProfile() []byte { panic("CPUProfile no longer available") }

// A StackRecord is a stack.
type StackRecord struct {
	Stack0 [32]uintptr
}

// Stack returns the addresses of the record.
func (r *StackRecord) Stack() []uintptr { return stackOf(r.Stack0[:]) }

func stackOf(s []uintptr) []uintptr {
	for i, v := range s {
		if v == 0 {
			return s[:i]
		}
	}
	return s
}

// A MemProfileRecord tells of the objects allocated by one stack.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

// InUseBytes is what has not been freed.
func (r *MemProfileRecord) InUseBytes() int64 { return r.AllocBytes - r.FreeBytes }

// InUseObjects is how many have not been freed.
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }

// Stack returns the addresses of the record.
func (r *MemProfileRecord) Stack() []uintptr { return stackOf(r.Stack0[:]) }

// A BlockProfileRecord tells of blocking at one stack.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

// MemProfile has no records.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) { return 0, true }

// BlockProfile has no records.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// MutexProfile has no records.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// ThreadCreateProfile has no records.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

// GoroutineProfile stores the stacks of all goroutines.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	n = int(sched.ngs)
	if n > len(p) {
		return n, false
	}
	i := 0
	forEachUserG(func(gp *g) {
		if i < len(p) {
			p[i] = StackRecord{}
			stackof(gp, p[i].Stack0[:])
			i++
		}
	})
	return i, true
}

func forEachUserG(fn func(*g)) {
	forEachG(func(gp *g) {
		if !gp.system {
			fn(gp)
		}
	})
}

func stackof(gp *g, buf []uintptr) int {
	if gp == getg() {
		return callers(2, buf)
	}
	return gcallers(gp, 0, buf)
}

//go:linkname pprof_goroutineProfileWithLabels
func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	n = int(sched.ngs)
	if n > len(p) {
		return n, false
	}
	i := 0
	forEachUserG(func(gp *g) {
		if i < len(p) {
			buf := make([]uintptr, 128)
			p[i].Stack = buf[:stackof(gp, buf)]
			if labels != nil {
				labels[i] = gp.labels
			}
			i++
		}
	})
	return i, true
}

//go:linkname pprof_goroutineLeakProfileWithLabels
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return 0, true
}

//go:linkname goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func goroutineLeakGC() { GC() }

//go:linkname goroutineleakcount runtime/pprof.runtime_goroutineleakcount
func goroutineleakcount() int { return 0 }

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return ticksPerSecond() }

//go:linkname runtime_pprof_readProfile runtime/pprof.readProfile
func runtime_pprof_readProfile() ([]uint64, []unsafe.Pointer, bool) {
	// The header (its length, no time, the rate) of a profile without samples.
	return []uint64{3, 0, uint64(cpuprofilerate)}, []unsafe.Pointer{nil}, true
}

// goroutineProfile is the state of a running goroutine profile: none ever.
var goroutineProfile struct{ active bool }

func tryRecordGoroutineProfile(gp *g, pcbuf []uintptr, yield func()) {}

//go:linkname coverage_getCovCounterList internal/coverage/cfile.getCovCounterList
func coverage_getCovCounterList() []rtcov.CovCounterBlob { return nil }

func addCovMeta(p unsafe.Pointer, dlen uint32, hash [16]byte, pkgpath string, pkgid int, cmode uint8, cgran uint8) uint32 {
	return rtcov.AddMeta(p, dlen, hash, pkgpath, pkgid, cmode, cgran)
}

// Lock ranks are checked in an experiment that is off.

func lockRankMayTraceFlush() {}

// nop is the body of empty functions of assembly.
func nop() {}

// Names that packages outside the standard library link to.

//go:linkname heapObjectsCanMove
func heapObjectsCanMove() bool { return false }

//go:linkname entersyscallblock
//go:nosplit
func entersyscallblock() {}
