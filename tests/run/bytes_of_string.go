// Bytes made of a string are the string's own only if nobody writes them, in whatever way: the string stays.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"
)

type buffer struct{ b []byte }

func (b *buffer) set(i int, c byte) { b.b[i] = c }

type setter interface{ set(int, byte) }

func through(b []byte) []byte { return b[1:] }

func index(b []byte, i int) *byte { return &b[i] }

func word(b []byte) {
	p := (*uint32)(unsafe.Pointer(&b[0]))
	*p = 0x41414141
}

func header(b []byte) {
	u := *(*[]uint32)(unsafe.Pointer(&b))
	u[0] = 0x42424242
}

func fill(b []byte, n int) {
	if n > 0 {
		b[n] = 'x'
		fill(b, n-1)
	}
}

func parts(s string) (a, b []byte) { c := []byte(s); return c[:2], c[2:] }

//go:noinline
func text(n int) string { return fmt.Sprint("a string that is long enough, number ", n) }

func main() {
	s := text(1)
	check := func(what string) {
		if s != text(1) {
			fmt.Println(what, "changed the string:", s)
		}
	}

	b := []byte(s)
	b[0] = 'X'
	check("assignment")
	through([]byte(s))[3] = 'X'
	check("result")
	*index([]byte(s), 2) = 'X'
	check("address")
	(&buffer{[]byte(s)}).set(1, 'X')
	check("method")
	var i setter = &buffer{[]byte(s)}
	i.set(1, 'X')
	check("interface")
	word([]byte(s))
	check("word")
	header([]byte(s))
	check("header")
	fill([]byte(s), 5)
	check("recursion")
	x, y := parts(s)
	x[0], y[0] = 'X', 'Y'
	check("results")
	copy([]byte(s), "XXXX")
	check("copy")
	clear([]byte(s))
	check("clear")
	slices.Reverse([]byte(s))
	check("generic")
	io.ReadFull(strings.NewReader("XXXXX"), []byte(s)[:5])
	check("reader")
	binary.LittleEndian.PutUint64([]byte(s), 1)
	check("encoding")
	_ = append([]byte(s)[:3], "XXXX"...)
	check("append")
	arr := (*[4]byte)([]byte(s))
	arr[1] = 'X'
	check("array")
	c := make(chan byte, 1)
	c <- 'X'
	d := []byte(s)
	d[1] = <-c
	check("receive")
	c <- 'X'
	e := []byte(s)
	select {
	case e[2] = <-c:
	default:
	}
	check("select")
	f := []byte(s)
	func() { f[0] = 'X' }()
	check("closure")
	g := []byte(s)
	defer func() { check("deferred") }()
	defer func() { g[0] = 'X' }()
	h := map[int][]byte{1: []byte(s)}
	h[1][0] = 'X'
	check("map")
	for k, v := range [][]byte{[]byte(s), []byte(s)} {
		v[k] = 'X'
	}
	check("range")
	for k := range []byte(s) {
		b[k] = 'Y'
	}
	check("range of bytes")

	// A slice of an earlier round.
	var last []byte
	sum := 0
	for n := range 4 {
		t := text(n)[37:]
		now := []byte(t)
		if last != nil {
			sum = sum*10 + int(last[0]-'0')
		}
		last = now
	}
	fmt.Println(sum, string(last))

	// Strings on the stack.
	var words []byte
	for n := range 3 {
		small := string(append(words, byte('a'+n), 'z'))
		now := []byte(small)
		words = append(words, now[0])
	}
	fmt.Println(string(words))
	k := []byte("abc")
	l := string(k)
	k[0] = 'X'
	fmt.Println(l, string(k), l+string(k)+"!", len(l+string(k)))
	switch string(k) {
	case "Xbc":
		k[1] = 'Y'
		fallthrough
	case "XYc":
		fmt.Println(string(k))
	}
}

// Output:
// 12 3
// aaa
// abc Xbc abcXbc! 6
// XYc
