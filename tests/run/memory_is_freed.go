// A collection frees what nothing refers to, and its memory is used again. Stacks are scanned
// conservatively, so the reference lives in a function that has returned by then.
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

func heapAlloc() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

//go:noinline
func hold() uint64 {
	keep := large()
	n := heapAlloc()
	(*keep)[0] = 1
	return n
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

func main() {
	before := heapAlloc()
	during := hold()
	clobber(64)
	after := heapAlloc()
	fmt.Println(during-before >= 8<<20, after < during-(7<<20))
	for range 200 {
		large()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(m.Sys < 200<<20, m.TotalAlloc > 1600<<20)
}

// Output:
// true true
// true true
