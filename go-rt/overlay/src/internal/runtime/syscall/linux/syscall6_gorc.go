// The one raw system call entry of the standard library, as a Go body over the
// runtime's rawsyscall, which takes its six arguments by address. Never tells the
// scheduler, never grows the stack.

package linux

import "unsafe"

// rawsyscall runs system call num with the six words at args and returns what
// the kernel left in the result register. (Rust, runtime.rawsyscall; leaf.)
//
//go:linkname rawsyscall runtime.rawsyscall
//go:noescape
func rawsyscall(num uintptr, args unsafe.Pointer) uintptr

// syscall6 is the body of Syscall6: the kernel's results from -4095 to -1 are
// error numbers.
//
//go:nosplit
//go:norace
//go:uintptrkeepalive
func syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr) {
	args := [6]uintptr{a1, a2, a3, a4, a5, a6}
	r := rawsyscall(num, unsafe.Pointer(&args))
	if r > ^uintptr(4095) {
		return ^uintptr(0), 0, -r
	}
	return r, 0, 0
}
