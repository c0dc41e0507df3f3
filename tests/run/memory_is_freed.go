// A collection frees what nothing refers to, and its memory is used again.
package main

import (
	"fmt"
	"runtime"
)

//go:noinline
func large() *[]byte {
	a := make([]byte, 8<<20)
	return &a
}

//go:noinline
func use() int {
	p := large()
	(*p)[1] = 7
	return int((*p)[1])
}

func main() {
	var before, during, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	keep := large()
	runtime.GC()
	runtime.ReadMemStats(&during)
	(*keep)[0] = 1
	keep = nil
	clobber(64)
	runtime.GC()
	runtime.ReadMemStats(&after)
	fmt.Println(use(), during.HeapAlloc-before.HeapAlloc >= 8<<20, after.HeapAlloc < during.HeapAlloc-(7<<20))
}

//go:noinline
func clobber(n int) int {
	if n == 0 {
		return 0
	}
	var a [16]int
	a[n%16] = n
	return a[3] + clobber(n-1)
}

// Output: 7 true true
