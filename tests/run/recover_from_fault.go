// A fault at any instruction of a function with a recovery gives back the results that stand in its
// result variables at that time.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"
)

func recovered(err *error) {
	if r, ok := recover().(runtime.Error); ok {
		*err = r
	}
}

func byLoop(dst, src []byte) (n int, err error) {
	defer func() {
		if r, ok := recover().(error); ok {
			err = r
		}
	}()
	for i := 0; i < len(dst) && i < len(src); i++ {
		dst[i] = src[i]
		n++
	}
	return
}

func byCopy(dst, src []byte) (before string, n int, err error) {
	defer recovered(&err)
	before = "before"
	n = -1
	n = copy(dst, src)
	return
}

type wide struct{ a, b, c, d, e, f, g, h int }

// more has more results than there are registers.
func more(p *wide, q *[100]wide) (a, b, c, d, e, f wide, sum int, err error) {
	defer recovered(&err)
	a.a, f.h = 1, 2
	for i := range q {
		sum += q[i].d
	}
	b = *p
	sum = 100
	return
}

func main() {
	debug.SetPanicOnFault(true)
	page := syscall.Getpagesize()
	data, err := syscall.Mmap(-1, 0, 8*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	if err := syscall.Mprotect(data[4*page:6*page], syscall.PROT_NONE); err != nil {
		panic(err)
	}
	var re runtime.Error
	n, err := byLoop(data[5:], make([]byte, len(data)))
	fmt.Println(n == 4*page-5, errors.As(err, &re))
	n, err = byLoop(make([]byte, len(data)), data[7:])
	fmt.Println(n == 4*page-7, errors.As(err, &re))
	before, n, err := byCopy(make([]byte, len(data)), data[3:])
	fmt.Println(before, n, errors.As(err, &re))
	a, _, _, _, _, f, sum, err := more(nil, new([100]wide))
	fmt.Println(a.a, f.h, sum, err)
	for i := range 3 {
		before, n, err := byCopy(data[i*page:], make([]byte, len(data)))
		fmt.Println(before, n, err != nil)
	}
}

// Output:
// true true
// true true
// before -1 true
// 1 2 0 runtime error: invalid memory address or nil pointer dereference
// before -1 true
// before -1 true
// before -1 true
