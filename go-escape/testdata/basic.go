package main

// Notes: "escapes: no" means that no allocation on the line is on the heap, "escapes: heap" that there
// is one and that all are.

type node struct {
	left, right *node
	val         int
}

var global *node
var sink any

//go:noinline
func read(n *node) int { return n.val + n.left.val }

//go:noinline
func keep(n *node) { global = n }

//go:noinline
func keepLeft(n *node) { global = n.left }

//go:noinline
func id(n *node) *node { return n }

//go:noinline
func leftOf(n *node) *node { return n.left }

//go:noinline
func link(a, b *node) { a.left = b }

//go:noinline
func sum(n *node) int {
	if n == nil {
		return 0
	}
	return n.val + sum(n.left) + sum(n.right)
}

//go:noinline
func local() int {
	a := &node{val: 1}  // escapes: no
	b := &node{left: a} // escapes: no
	return read(b)
}

//go:noinline
func leaked() {
	a := &node{} // escapes: heap
	keep(a)
}

//go:noinline
func contentLeaked() {
	a := &node{}        // escapes: heap
	b := &node{left: a} // escapes: no
	keepLeft(b)
}

//go:noinline
func returned() *node {
	return &node{} // escapes: heap
}

//go:noinline
func throughResult() int {
	a := &node{val: 2} // escapes: no
	return id(a).val
}

//go:noinline
func resultReturned() *node {
	a := &node{val: 2} // escapes: heap
	return id(a)
}

//go:noinline
func partOfContent() *node {
	a := &node{}        // escapes: heap
	b := &node{left: a} // escapes: no
	return leftOf(b)
}

//go:noinline
func linked() int {
	a := &node{} // escapes: no
	b := &node{} // escapes: no
	link(a, b)
	return read(a)
}

//go:noinline
func linkedToParam(p *node) {
	b := &node{} // escapes: heap
	link(p, b)
}

//go:noinline
func recursive() int {
	a := &node{val: 1}            // escapes: no
	b := &node{left: a, right: a} // escapes: no
	return sum(b)
}

//go:noinline
func globalOrLocal(c bool) int {
	n := global
	if c {
		n = &node{val: 3} // escapes: no
	}
	return n.val
}

//go:noinline
func slices(k int) int {
	a := make([]int, 10)     // escapes: no
	b := []int{1, 2, 3, k}   // escapes: no
	c := make([]byte, 70000) // no site: the runtime makes what is too large
	s := 0
	for i := range a {
		s += a[i] + b[i%4] + int(c[i])
	}
	return s
}

//go:noinline
func big(k int) byte {
	var a [100000]byte // escapes: no
	var b [200000]byte // escapes: heap
	fill(a[:])
	fill(b[:])
	return a[k] + b[k]
}

//go:noinline
func fill(b []byte) {
	for i := range b {
		b[i] = byte(i)
	}
}

//go:noinline
func asInterface(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case [2]int:
		return v[0]
	}
	return 0
}

//go:noinline
func boxed(k int) int {
	return asInterface([2]int{k, 1}) // escapes: no
}

//go:noinline
func boxedLeaks(k int) {
	sink = [2]int{k, 1} // escapes: heap
}

type shape interface{ area(*int) }

//go:noinline
func dynamic(s shape) int {
	x := 4 // escapes: heap
	s.area(&x)
	return x
}

func (n *node) area(p *int) { *p = n.val }

func main() {
	println(local(), throughResult(), linked(), recursive(), globalOrLocal(true), slices(3), big(77), boxed(5))
	leaked()
	contentLeaked()
	returned()
	resultReturned()
	partOfContent()
	linkedToParam(global)
	boxedLeaks(1)
	println(dynamic(&node{val: 9}))
}
