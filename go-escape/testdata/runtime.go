package main

import "unsafe"

type pair struct {
	a *int
	n int
}

//go:noinline
func sends(c chan *int) {
	x := 1 // escapes: heap
	c <- &x
}

//go:noinline
func sendsValue(c chan pair) {
	x := 2              // escapes: heap
	c <- pair{&x, 1} // escapes: no
}

//go:noinline
func receives(c chan pair) int {
	p := <-c
	return *p.a + p.n
}

//go:noinline
func selects(c chan *int, d chan pair) int {
	x := 3 // escapes: heap
	select {
	case c <- &x:
		return 1
	case p := <-d:
		return p.n
	}
}

//go:noinline
func mapKey(m map[[2]int]int, k int) int {
	return m[[2]int{k, k}] // escapes: no
}

//go:noinline
func mapStore(m map[string]*int) {
	x := 4 // escapes: heap
	m["x"] = &x
}

//go:noinline
func appends(s []*int) []*int {
	x := 5 // escapes: heap
	return append(s, &x)
}

//go:noinline
func panics() {
	defer func() { recover() }()
	x := 6 // escapes: heap
	panic(&x)
}

//go:noinline
func address() uintptr {
	x := 7 // escapes: no
	return uintptr(unsafe.Pointer(&x)) & 0
}

//go:noinline
func joins(a, b string) int {
	return len(a + b)
}

//go:noinline
func grows(n int) (int, int) {
	var s []int
	first := 0
	for i := range n {
		s = append(s, i)
		if i == 0 {
			first = cap(s)
		}
	}
	return first, len(s)
}

func main() {
	c, d := make(chan *int, 4), make(chan pair, 4)
	sends(c)
	sendsValue(d)
	m := map[string]*int{}
	mapStore(m)
	println(receives(d), selects(c, d), mapKey(map[[2]int]int{{1, 1}: 5}, 1), *m["x"], *appends(nil)[0], address(), joins("a", "b"))
	println(grows(10))
	panics()
}
