package main

type item struct {
	next *item
	val  int
}

//go:noinline
func use(p *item) int { return p.val }

//go:noinline
func perIteration(n int) int {
	s := 0
	for i := range n {
		p := &item{val: i} // escapes: no
		s += use(p)
	}
	return s
}

//go:noinline
func chained(n int) int {
	var head *item
	for i := range n {
		head = &item{next: head, val: i} // escapes: heap
	}
	s := 0
	for p := head; p != nil; p = p.next {
		s += use(p)
	}
	return s
}

//go:noinline
func previous(n int) int {
	var last *item
	s := 0
	for i := range n {
		p := &item{val: i} // escapes: heap
		if last != nil {
			s += use(last)
		}
		last = p
	}
	return s
}

//go:noinline
func inArray(n int) int {
	var all [4]*item
	for i := range n {
		all[i] = &item{val: i} // escapes: heap
	}
	s := 0
	for _, p := range all {
		s += use(p)
	}
	return s
}

//go:noinline
func loopVar(n int) int {
	s := 0
	for i := 0; i < n; i++ {
		add(&i, &s)
	}
	return s
}

//go:noinline
func add(p, s *int) { *s += *p }

//go:noinline
func funcsPerIteration(n int) int {
	var fs []func() int
	for i := 0; i < n; i++ {
		fs = append(fs, func() int { return i }) // escapes: heap
	}
	s := 0
	for _, f := range fs {
		s = s*10 + f()
	}
	return s
}

//go:noinline
func inner(n int) int {
	s := 0
	for i := range n {
		a := &item{val: i} // escapes: no
		for j := range n {
			b := &item{val: j} // escapes: no
			s += use(a) + use(b)
		}
	}
	return s
}

//go:noinline
func outerHolds(n int) int {
	s := 0
	for range n {
		a := &item{}
		for j := range n {
			a.next = &item{next: a.next, val: j} // escapes: heap
		}
		for p := a; p != nil; p = p.next {
			s += use(p)
		}
	}
	return s
}

//go:noinline
func gotos(n int) int {
	s := 0
	i := 0
	var last *item
again:
	p := &item{val: i, next: last} // escapes: heap
	last = p
	s += use(p)
	if p.next != nil {
		s += use(p.next) * 100
	}
	i++
	if i < n {
		goto again
	}
	return s
}

func main() {
	println(perIteration(4), chained(4), previous(4), inArray(4), loopVar(4), funcsPerIteration(4), inner(3), outerHolds(3), gotos(4))
}
