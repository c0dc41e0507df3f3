// Questions about program counters: function, file, line, inlined frames. The
// tables belong to the linker and are read by Rust (pcinfo); this file gives them
// the shape of runtime's API. It keeps no cache and allocates only for the caller.

package runtime

import (
	"internal/bytealg"
	"unsafe"
)

// pcInfo is the answer of pcinfo; its layout is shared with Rust.
type pcInfo struct {
	index     uint32 // in: which of the inlined frames, 0 = innermost
	flags     uint32
	entry     uintptr
	end       uintptr
	name      string
	file      string
	line      int32
	startLine int32
}

// Bits of pcInfo.flags.
const (
	funcWrapper   = 1
	funcRuntime   = 2
	funcMorestack = 4
	funcNoArgs    = 32
)

// linkInfo is filled by linkinfo; its layout is shared with Rust.
type linkInfo struct {
	text, etext           uintptr
	rodata, erodata       uintptr
	data, edata           uintptr
	bss, ebss             uintptr
	noptrdata, enoptrdata uintptr
	noptrbss, enoptrbss   uintptr
	typelinks             unsafe.Pointer // array of descriptors, sorted by string
	ntypelinks            uintptr
	itablinks             unsafe.Pointer // array of itabs
	nitablinks            uintptr
}

// Rust; see EXTERNS.tsv.
//
//go:noescape
func pcinfo(pc uintptr, out *pcInfo) bool

//go:noescape
func linkinfo(out *linkInfo)

func funcaddr(i uintptr) uintptr

// Entries of callers are return addresses; frame k of the inlined ones at an
// address carries k in the bits above the image's 2 GiB.
const (
	inlineShift = 40
	pcMask      = 1<<inlineShift - 1
)

// lookup answers for the instruction at pc&pcMask, inlined frame pc>>inlineShift.
func (f *pcInfo) lookup(pc uintptr) bool {
	f.index = uint32(pc >> inlineShift)
	return pcinfo(pc&pcMask, f)
}

// physical answers for the function whose code contains pc, inlining aside.
func (f *pcInfo) physical(pc uintptr) bool {
	f.index = 0
	if !pcinfo(pc, f) {
		return false
	}
	var g pcInfo
	for g.index = 1; pcinfo(pc, &g); g.index++ {
		*f = g
	}
	return true
}

// pcname is the name of the function that a return address lies in.
func pcname(pc uintptr) string {
	var f pcInfo
	f.physical(pc - 1)
	return f.name
}

// iswrapper reports whether a return address lies in a frame that Go code must not
// notice: a compiler-made wrapper, or a stub outside Go text.
func iswrapper(pc uintptr) bool {
	var f pcInfo
	return !f.physical(pc-1) || f.flags&(funcWrapper|funcMorestack) != 0
}

// funcInfo is a function found by address.
type funcInfo struct {
	pcInfo
	ok bool
}

func (f funcInfo) valid() bool { return f.ok }

// findfunc finds the function whose code contains pc.
func findfunc(pc uintptr) (f funcInfo) {
	f.ok = f.physical(pc)
	return f
}

func funcname(f funcInfo) string { return f.name }

// funcNameForPrint replaces type arguments by three dots.
func funcNameForPrint(name string) string {
	i := bytealg.IndexByteString(name, '[')
	if i < 0 {
		return name
	}
	j := len(name) - 1
	for name[j] != ']' {
		j--
	}
	if j <= i {
		return name
	}
	return name[:i] + "[...]" + name[j+1:]
}

// printFuncName prints a name as traces show it, without allocating.
func printFuncName(name string) {
	if name == "runtime.gopanic" {
		print("panic")
		return
	}
	i := bytealg.IndexByteString(name, '[')
	j := len(name) - 1
	for i >= 0 && j > i && name[j] != ']' {
		j--
	}
	if i < 0 || j <= i {
		print(name)
		return
	}
	print(name[:i], "[...]", name[j+1:])
}

// A Func is a function of the program.
type Func struct {
	opaque struct{} // methods go through funcRec
}

// funcRec is what a *Func points to.
type funcRec struct {
	pcInfo
}

func (f *Func) rec() *funcRec { return (*funcRec)(unsafe.Pointer(f)) }

// FuncForPC returns the function that contains pc, or nil; of inlined ones the
// innermost.
func FuncForPC(pc uintptr) *Func {
	r := new(funcRec)
	if !r.lookup(pc) {
		return nil
	}
	return (*Func)(unsafe.Pointer(r))
}

// Name returns the name of the function.
func (f *Func) Name() string {
	if f == nil {
		return ""
	}
	return funcNameForPrint(f.rec().name)
}

// Entry returns the address of its first instruction.
func (f *Func) Entry() uintptr { return f.rec().entry }

// FileLine returns file and line of the instruction at pc.
func (f *Func) FileLine(pc uintptr) (file string, line int) {
	var i pcInfo
	if !i.lookup(pc) {
		return "?", 0
	}
	return i.file, int(i.line)
}

func (f *Func) startLine() int32 { return f.rec().startLine }

// Frames turns the addresses that Callers gave into Frame values.
type Frames struct {
	callers []uintptr
}

// Frame is one entry of a call stack.
type Frame struct {
	PC        uintptr
	Func      *Func
	Function  string
	File      string
	Line      int
	startLine int
	Entry     uintptr
	symbol    string
}

// CallersFrames prepares the addresses of Callers for Next.
func CallersFrames(callers []uintptr) *Frames {
	return &Frames{callers: callers}
}

// Next returns the next frame and whether more follow.
func (ci *Frames) Next() (frame Frame, more bool) {
	for len(ci.callers) > 0 {
		pc := ci.callers[0]
		ci.callers = ci.callers[1:]
		if pc == 0 {
			continue
		}
		at := pc - 1
		r := new(funcRec)
		if !r.lookup(at) {
			// Perhaps an entry address, as from a reflect pointer.
			if r.index != 0 || !r.lookup(pc) {
				continue
			}
			at = pc
		}
		return Frame{
			PC:        at & pcMask,
			Func:      (*Func)(unsafe.Pointer(r)),
			Function:  funcNameForPrint(r.name),
			File:      r.file,
			Line:      int(r.line),
			startLine: int(r.startLine),
			Entry:     r.entry,
			symbol:    r.name,
		}, len(ci.callers) > 0
	}
	return Frame{}, false
}

//go:linkname runtime_FrameStartLine runtime/pprof.runtime_FrameStartLine
func runtime_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname runtime_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func runtime_FrameSymbolName(f *Frame) string { return f.symbol }

// Every entry of Callers stands for one frame already.
//
//go:linkname runtime_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func runtime_expandFinalInlineFrame(stk []uintptr) []uintptr { return stk }

// itabsinit enters the compiler's itabs, so that each pair of types has one itab.
func gorcItabsinit() {
	var l linkInfo
	linkinfo(&l)
	lock(&itabLock)
	for _, t := range unsafe.Slice((**itab)(l.itablinks), l.nitablinks) {
		itabAdd(t)
	}
	unlock(&itabLock)
}

// typelinks returns all compiled descriptors that reflect may look for.
func typelinks() []*_type {
	var l linkInfo
	linkinfo(&l)
	return unsafe.Slice((**_type)(l.typelinks), l.ntypelinks)
}

//go:linkname reflect_compiledTypelinks reflect.compiledTypelinks
func reflect_compiledTypelinks() ([]*_type, [][]*_type) { return typelinks(), nil }

// reflect_typelinks is the former shape: one section based at address 0.
//
//go:linkname reflect_typelinks reflect.typelinks
func reflect_typelinks() ([]unsafe.Pointer, [][]int32) {
	all := typelinks()
	offs := make([]int32, len(all))
	for i, t := range all {
		offs[i] = int32(uintptr(unsafe.Pointer(t)))
	}
	return []unsafe.Pointer{nil}, [][]int32{offs}
}

//go:linkname reflect_resolveNameOff reflect.resolveNameOff
func reflect_resolveNameOff(ptrInModule unsafe.Pointer, off int32) unsafe.Pointer {
	return unsafe.Pointer(resolveNameOff(ptrInModule, nameOff(off)).Bytes)
}

//go:linkname reflect_resolveTypeOff reflect.resolveTypeOff
func reflect_resolveTypeOff(rtype unsafe.Pointer, off int32) unsafe.Pointer {
	return unsafe.Pointer(toRType((*_type)(rtype)).typeOff(typeOff(off)))
}

//go:linkname reflect_resolveTextOff reflect.resolveTextOff
func reflect_resolveTextOff(rtype unsafe.Pointer, off int32) unsafe.Pointer {
	return toRType((*_type)(rtype)).textOff(textOff(off))
}

//go:linkname reflectlite_resolveNameOff internal/reflectlite.resolveNameOff
func reflectlite_resolveNameOff(ptrInModule unsafe.Pointer, off int32) unsafe.Pointer {
	return unsafe.Pointer(resolveNameOff(ptrInModule, nameOff(off)).Bytes)
}

//go:linkname reflectlite_resolveTypeOff internal/reflectlite.resolveTypeOff
func reflectlite_resolveTypeOff(rtype unsafe.Pointer, off int32) unsafe.Pointer {
	return unsafe.Pointer(toRType((*_type)(rtype)).typeOff(typeOff(off)))
}

// reflect_addReflectOff gives a run-time made name, type or code pointer a
// negative number, for descriptors built by reflect.
//
//go:linkname reflect_addReflectOff reflect.addReflectOff
func reflect_addReflectOff(ptr unsafe.Pointer) int32 {
	reflectOffsLock()
	if reflectOffs.m == nil {
		reflectOffs.m = make(map[int32]unsafe.Pointer)
		reflectOffs.minv = make(map[unsafe.Pointer]int32)
		reflectOffs.next = -1
	}
	id, found := reflectOffs.minv[ptr]
	if !found {
		id = reflectOffs.next
		reflectOffs.next--
		reflectOffs.m[id] = ptr
		reflectOffs.minv[ptr] = id
	}
	reflectOffsUnlock()
	return id
}
