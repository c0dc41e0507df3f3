package main

var kept func() int

//go:noinline
func call(f func() int) int { return f() }

//go:noinline
func keepFunc(f func() int) { kept = f }

//go:noinline
func each(n int, f func(int)) {
	for i := range n {
		f(i)
	}
}

//go:noinline
func captures(n int) int {
	sum := 0            // escapes: no
	each(n, func(i int) { // escapes: no
		sum += i
	})
	return sum
}

//go:noinline
func escapes(n int) {
	x := n // escapes: heap
	keepFunc(func() int { // escapes: heap
		x++
		return x
	})
}

//go:noinline
func started(n int) int {
	x := n // escapes: heap
	done := make(chan bool)
	go func() { // escapes: heap
		x++
		done <- true
	}()
	<-done
	return x
}

//go:noinline
func deferred(n int) (r int) {
	x := n        // escapes: no
	defer func() { // escapes: no
		r = x
	}()
	x += 2
	return 0
}

//go:noinline
func deferredInLoop(n int) (r int) {
	for i := range n {
		defer func() { // escapes: heap
			r += i
		}()
	}
	return 0
}

//go:noinline
func storesInCapture(n int) *int {
	var p *int
	each(n, func(i int) {
		x := i // escapes: heap
		p = &x
	})
	return p
}

//go:noinline
func returnsCapture(n int) int {
	p := &n
	f := func() *int { return p }
	return *f()
}

type counter struct{ n int }

//go:noinline
func (c *counter) inc() int { c.n++; return c.n }

//go:noinline
func methodValue() int {
	c := &counter{}     // escapes: no
	return call(c.inc) // escapes: no
}

//go:noinline
func methodValueKept() {
	c := &counter{}  // escapes: heap
	keepFunc(c.inc) // escapes: heap
}

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

//go:noinline
func rangeFunc(n int) int {
	s := 0 // escapes: no
	for i := range count(n) {
		s += i
	}
	return s
}

func main() {
	println(captures(5), started(1), deferred(4), deferredInLoop(4), *storesInCapture(3), returnsCapture(8), methodValue(), rangeFunc(6))
	escapes(1)
	methodValueKept()
	println(kept())
}
