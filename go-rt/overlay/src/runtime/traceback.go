// Walks along frame pointers: Callers, printed traces, runtime.Stack. Nothing here
// allocates while printing, so that it works in a dying program.

package runtime

import (
	"internal/bytealg"
	"internal/runtime/atomic"
	"internal/strconv"
	"internal/stringslite"
	"unsafe"
)

// walker is a position in a call stack: an address in a frame and the frame's
// frame pointer.
type walker struct {
	pc, fp uintptr
	fault  bool // pc is a faulting instruction, not a return address
	last   bool // there is no caller
}

// walkfrom starts at the caller of the function whose frame pointer is fp.
func walkfrom(fp uintptr) walker {
	return walker{pc: *(*uintptr)(unsafe.Pointer(fp + 8)), fp: *(*uintptr)(unsafe.Pointer(fp))}
}

// walkg starts at the innermost Go frame of a goroutine that does not run.
func walkg(gp *g) walker {
	if gp.schedbp == 0 {
		// Not started yet: seems to be at the first instruction of its function.
		return walker{pc: gp.startpc, fp: 1, fault: true, last: true}
	}
	return walkfrom(gp.schedbp)
}

// walkpreempted starts at the frame that a goroutine was in when it was made to go
// to the scheduler: what did that is left out.
func walkpreempted(gp *g) walker {
	for w := walkg(gp); w.valid(); w.next() {
		var f pcInfo
		if !f.physical(w.at()) || f.flags&funcRuntime == 0 {
			return w
		}
	}
	return walkg(gp)
}

func (w *walker) valid() bool { return w.fp != 0 && w.pc != 0 }

func (w *walker) next() {
	if w.last {
		*w = walker{}
		return
	}
	w.pc, w.fp = *(*uintptr)(unsafe.Pointer(w.fp + 8)), *(*uintptr)(unsafe.Pointer(w.fp))
}

// at is the address to look up.
func (w *walker) at() uintptr {
	if w.fault {
		return w.pc
	}
	return w.pc - 1
}

// callers stores return addresses into pcbuf, beginning at the caller of callers
// after skip frames; see symtab.go for those of inlined frames.
//
//go:noinline
func callers(skip int, pcbuf []uintptr) int { return fpcallers(walkfrom(getfp()), skip, pcbuf) }

func fpcallers(w walker, skip int, pcbuf []uintptr) int {
	n := 0
	showwrapper := false
	for ; w.valid() && n < len(pcbuf); w.next() {
		at := w.at()
		w.fault = false
		var f pcInfo
		for i := uintptr(0); n < len(pcbuf); i++ {
			if !f.lookup(at | i<<inlineShift) {
				break
			}
			if f.flags&funcMorestack != 0 || f.flags&funcWrapper != 0 && !showwrapper {
				continue
			}
			showwrapper = callsWrappers(f.name)
			if f.name == "runtime.sigpanic" {
				w.fault = true
			}
			if skip > 0 {
				skip--
				continue
			}
			pcbuf[n] = at + 1 | i<<inlineShift
			n++
		}
	}
	return n
}

// callsWrappers names the functions whose calling wrapper is shown.
func callsWrappers(name string) bool {
	return name == "runtime.gopanic" || name == "runtime.sigpanic" || name == "runtime.panicwrap"
}

func gcallers(gp *g, skip int, pcbuf []uintptr) int { return fpcallers(walkg(gp), skip, pcbuf) }

// Levels of detail; traceback_cache packs what GOTRACEBACK says.
const (
	tracebackCrash = 1 << iota
	tracebackAll
	tracebackShift = iota
)

var (
	traceback_cache uint32 = 2 << tracebackShift
	traceback_env   uint32
)

func gotraceback() (level int32, all, crash bool) {
	mp := getg().m
	t := atomic.Load(&traceback_cache)
	crash = t&tracebackCrash != 0
	all = mp.throwing > throwTypeUser || t&tracebackAll != 0
	switch {
	case mp.traceback != 0:
		level = int32(mp.traceback)
	case mp.throwing >= throwTypeRuntime:
		level = 2
	default:
		level = int32(t >> tracebackShift)
	}
	return
}

//go:linkname setTraceback runtime/debug.SetTraceback
func setTraceback(level string) {
	var t uint32
	switch level {
	case "none":
		t = 0
	case "single", "":
		t = 1 << tracebackShift
	case "all":
		t = 1<<tracebackShift | tracebackAll
	case "system":
		t = 2<<tracebackShift | tracebackAll
	case "crash":
		t = 2<<tracebackShift | tracebackAll | tracebackCrash
	default:
		t = tracebackAll
		if n, err := strconv.Atoi(level); err == nil && n == int(uint32(n)) {
			t |= uint32(n) << tracebackShift
		}
	}
	atomic.Store(&traceback_cache, t|traceback_env)
}

// tracebackInnerFrames and tracebackOuterFrames bound a printed trace.
const (
	tracebackInnerFrames = 50
	tracebackOuterFrames = 50
)

// traceback prints the calls of gp, from the caller of traceback if it is the
// current goroutine.
//
//go:noinline
func traceback(gp *g) {
	var w walker
	if gp == getg() {
		w = walkfrom(getfp())
	} else {
		w = walkg(gp)
	}
	traceback1(gp, w)
}

// traceback1 prints the calls of gp from w on.
func traceback1(gp *g, w walker) {
	if !printtrace(gp, w, false) {
		printtrace(gp, w, true)
	}
	printcreatedby(gp)
}

// printtrace prints the frames from w on; it reports whether there were any.
func printtrace(gp *g, w walker, showRuntime bool) bool {
	n := eachframe(gp, w, showRuntime, 0, tracebackInnerFrames, true)
	if n < tracebackInnerFrames {
		return n > 0
	}
	total := eachframe(gp, w, showRuntime, 0, 1<<30, false)
	elide := total - tracebackInnerFrames - tracebackOuterFrames
	if elide > 0 {
		print("...", elide, " frames elided...\n")
	}
	eachframe(gp, w, showRuntime, tracebackInnerFrames+max(elide, 0), tracebackOuterFrames, true)
	return true
}

// eachframe counts the shown frames after skip up to limit, printing them if asked.
func eachframe(gp *g, w walker, showRuntime bool, skip, limit int, show bool) (n int) {
	level, _, _ := gotraceback()
	callee := ""
	shown := 0
	for ; w.valid(); w.next() {
		at := w.at()
		w.fault = false
		var f, outer pcInfo
		for i := uintptr(0); f.lookup(at | i<<inlineShift); i++ {
			outer.index = f.index + 1
			inlined := pcinfo(at, &outer)
			if f.name == "runtime.sigpanic" {
				w.fault = true
			}
			c := callee
			callee = f.name
			if !showRuntime && !showframe(gp, &f, shown == 0, c, level) {
				continue
			}
			shown++
			if skip > 0 {
				skip--
				continue
			}
			if n == limit {
				return n
			}
			n++
			if show {
				printframe(gp, &f, at, inlined, level)
			}
		}
	}
	return n
}

func printframe(gp *g, f *pcInfo, at uintptr, inlined bool, level int32) {
	printFuncName(f.name)
	if inlined || f.flags&funcNoArgs == 0 && f.name != "main.main" {
		print("(...)\n")
	} else {
		print("()\n")
	}
	print("\t", f.file, ":", f.line)
	if !inlined {
		pc := at + 1
		if pc > f.entry {
			print(" +", hex(pc-f.entry))
		}
		if level >= 2 {
			print(" pc=", hex(pc))
		}
	}
	print("\n")
}

// showframe reports whether a trace at this level shows the function.
func showframe(gp *g, f *pcInfo, first bool, callee string, level int32) bool {
	if mp := getg().m; mp.throwing >= throwTypeRuntime && gp == mp.curg || level > 1 {
		return true
	}
	if f.flags&funcMorestack != 0 || f.flags&funcWrapper != 0 && !callsWrappers(callee) {
		return false
	}
	if f.name == "runtime.gopanic" && !first {
		return true
	}
	return bytealg.IndexByteString(f.name, '.') >= 0 && (!stringslite.HasPrefix(f.name, "runtime.") || isExportedRuntime(f.name))
}

// isExportedRuntime reports whether a function of package runtime is one that
// programs call by its exported name.
func isExportedRuntime(name string) bool {
	name = name[len("runtime."):]
	i := len(name) - 1
	for i >= 0 && name[i] != '.' {
		i--
	}
	recv := ""
	if i >= 0 {
		recv, name = name[:i], name[i+1:]
		if len(recv) >= 3 && recv[0] == '(' {
			recv = recv[2 : len(recv)-1]
		}
	}
	upper := func(s string) bool { return len(s) > 0 && 'A' <= s[0] && s[0] <= 'Z' }
	return upper(name) && (recv == "" || upper(recv))
}

func printcreatedby(gp *g) {
	if gp.goid == 1 || gp.gopc == 0 {
		return
	}
	var f pcInfo
	level, _, _ := gotraceback()
	if !f.lookup(gp.gopc-1) || !showframe(gp, &f, false, "", level) {
		return
	}
	print("created by ")
	printFuncName(f.name)
	if gp.parentGoid != 0 {
		print(" in goroutine ", gp.parentGoid)
	}
	print("\n\t", f.file, ":", f.line)
	if gp.gopc > f.entry {
		print(" +", hex(gp.gopc-f.entry))
	}
	print("\n")
}

// goroutineheader prints the line above a trace.
func goroutineheader(gp *g) {
	level, _, _ := gotraceback()
	gpstatus := readgstatus(gp)
	status := "???"
	switch gpstatus {
	case _Gidle:
		status = "idle"
	case _Grunnable:
		status = "runnable"
	case _Grunning:
		status = "running"
	case _Gsyscall:
		status = "syscall"
	case _Gwaiting:
		status = "waiting"
		if gp.waitreason != waitReasonZero {
			status = gp.waitreason.String()
		}
	case _Gdead:
		status = "dead"
	}
	var waitfor int64
	if gpstatus == _Gwaiting && gp.waitsince != 0 {
		waitfor = (nanotime() - gp.waitsince) / 60e9
	}
	print("goroutine ", gp.goid)
	if gp.m != nil && gp.m.throwing >= throwTypeRuntime && gp == gp.m.curg || level >= 2 {
		print(" gp=", gp)
		if gp.m != nil && gpstatus == _Grunning {
			print(" m=", gp.m.id, " mp=", gp.m)
		} else {
			print(" m=nil")
		}
	}
	print(" [", status)
	if gp.bubble != nil && gpstatus == _Gwaiting && gp.waitreason.isIdleInSynctest() && !stringslite.HasSuffix(status, "(durable)") {
		print(" (durable)")
	}
	if waitfor >= 1 {
		print(", ", waitfor, " minutes")
	}
	if gp.lockedm != 0 {
		print(", locked to thread")
	}
	if gp.bubble != nil {
		print(", synctest bubble ", gp.bubble.id)
	}
	print("]:\n")
}

// tracebacksomeothers prints all goroutines but me, or those of a bubble.
func tracebacksomeothers(me *g, bubble *synctestBubble) {
	level, _, _ := gotraceback()
	curgp := getg().m.curg
	if curgp != nil && curgp != me {
		print("\n")
		goroutineheader(curgp)
		traceback(curgp)
	}
	print1 := func(gp *g) {
		if gp == me || gp == curgp || gp == gp.m.g0 || bubble != nil && gp.bubble != bubble || gp.system && level < 2 {
			return
		}
		print("\n")
		goroutineheader(gp)
		traceback(gp)
	}
	if sched.ngs > 1000 {
		forEachG(print1)
		return
	}
	// The list of all is newest first; traces are wanted in order of age.
	for last := uint64(0); ; {
		var gp *g
		forEachG(func(x *g) {
			if x.goid > last && (gp == nil || x.goid < gp.goid) {
				gp = x
			}
		})
		if gp == nil {
			return
		}
		last = gp.goid
		print1(gp)
	}
}

// Stack writes the trace of the calling goroutine, or of all, into buf and returns
// how much it wrote.
//
//go:noinline
func Stack(buf []byte, all bool) int {
	if len(buf) == 0 {
		return 0
	}
	gp := getg()
	gp.writebuf = buf[0:0:len(buf)]
	goroutineheader(gp)
	traceback1(gp, walkfrom(getfp()))
	if all {
		tracebacksomeothers(gp, nil)
	}
	n := len(gp.writebuf)
	gp.writebuf = nil
	return n
}

//go:linkname pprof_fpunwindExpand
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, 128) }

// SetCgoTraceback is for programs with C code, of which there are none.
func SetCgoTraceback(version int, traceback, context, symbolizer unsafe.Pointer) {
	if version != 0 {
		panic("unsupported version")
	}
}
