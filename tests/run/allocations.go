// How often common idioms allocate: as with gc, which keeps temporary strings, boxed values, small maps and
// results of constructors on the stack or does without them.
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	raw   = []byte("1234567")
	long  = "héllo, wörld, and some more text that is long"
	small = "abc"
	m     = map[string]int{"1234567": 1}
	seed  = maphash.MakeSeed()
	n     int
	u     uint64
	ok    bool
	sink  any
	str   string
	runes []rune
)

type point struct{ x, y int }

func newPoint(x int) *point {
	p := new(point)
	if x > 0 {
		p.x = x
	}
	p.y = x
	return p
}

type adder interface{ add(int) int }

func (p *point) add(k int) int { p.x += k; return p.x + p.y }

func (p *point) both(k int) int { return p.x + p.y + k }

type value struct{ a, b int }

func (v value) add(k int) int { return v.a + v.b + k }

func newAdder(x int) adder { return newPoint(x) }

func length(b []byte) int { return len(b) }

func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func scribble(b []byte) int { b[0] = 'z'; return len(b) }

// Writes through another type.
func scribbleWord(b []byte) int { p := (*[4]byte)(b); p[1] = 'z'; return len(b) }

func allocs(f func()) uint64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / runs
}

func main() {
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"m[string(b)]", func() { n += m[string(raw)] }},
		{"string(b) == s", func() { ok = string(raw) == "1234567" }},
		{"switch string(b)", func() {
			switch string(raw) {
			case "1234567":
				n++
			}
		}},
		{"switch string(b), many", func() {
			switch string(raw) {
			case "1", "2", "3", "4", "5", "6", "7":
				n++
			}
		}},
		{"Atoi(string(b))", func() { n, _ = strconv.Atoi(string(raw)) }},
		{"range []byte(s)", func() {
			for _, b := range []byte(long) {
				n += int(b)
			}
		}},
		{"range []rune(short)", func() {
			for _, r := range []rune(small) {
				n += int(r)
			}
		}},
		{"len([]rune(s))", func() { n += len([]rune(long)) }},
		{"len([]byte(s))", func() { n += len([]byte(long)) }},
		{"append(b, []byte(s)...)", func() { var b [64]byte; n += len(append(b[:0], []byte(long)...)) }},
		{"copy(b, []byte(s))", func() { var b [64]byte; n += copy(b[:], []byte(long)) }},
		{"read only []byte(s)", func() { n += int(first([]byte(long))) + length([]byte(long)) }},
		{"written []byte(s)", func() { n += scribble([]byte(long)) }},
		{"written as an array", func() { n += scribbleWord([]byte(long)) }},
		{"written short []byte(s)", func() { n += scribble([]byte(small)) }},
		{"RuneCount([]byte(s))", func() { n += utf8.RuneCount([]byte(long)) }},
		{"string(rune)", func() { n += len(string(rune(n&0x7f))) }},
		{"concatenation, short", func() { ok = small+string(raw)+"!" == "x" }},
		{"concatenation, long", func() { ok = long+small == "x" }},
		{"concatenation, kept", func() { str = small + "!" }},
		{"Builder.Grow", func() {
			var b strings.Builder
			b.Grow(32)
			b.WriteString("abc")
			n += len(b.String())
		}},
		{"bytes.Buffer", func() {
			var b bytes.Buffer
			b.WriteString("abc")
			n += b.Len()
		}},
		{"sha256.Sum256", func() { s := sha256.Sum256(raw); n += int(s[0]) }},
		{"sha256.New", func() {
			h := sha256.New()
			h.Write(raw)
			var out [32]byte
			n += len(h.Sum(out[:0]))
		}},
		{"maphash.Comparable", func() { u = maphash.Comparable(seed, value{1, 2}) }},
		{"constructor", func() { n += newPoint(3).x }},
		{"constructor, interface", func() { n += newAdder(3).add(4) }},
		{"value in an interface", func() { var a adder = value{n, 1}; n += a.add(1) & 1 }},
		{"byte in an interface", func() { sink = byte(n) }},
		{"small int in an interface", func() { sink = n & 0xff }},
		{"large int in an interface", func() { sink = n | 0x10000 }},
		{"zero float in an interface", func() { sink = float64(0 * len(small)) }},
		{"float in an interface", func() { sink = float64(len(small)) }},
		{"empty string in an interface", func() { sink = small[:0] }},
		{"string in an interface", func() { sink = small[:1] }},
		{"nil slice in an interface", func() { sink = runes }},
		{"slice in an interface", func() { sink = raw }},
		{"constant string in an interface", func() { sink = "abc" }},
		{"constant variable", func() { s := "abc"; sink = s }},
		{"constant struct in an interface", func() { sink = value{1, 2} }},
		{"assertion to an interface", func() { n += newAdder(3).(interface{ both(int) int }).both(4) }},
		{"local map", func() { l := map[int]int{1: 2}; l[n] = 3; n += l[1] }},
		{"local map of strings", func() { l := make(map[string]string); l[small] = long; n += len(l[small]) }},
		{"local map that grows", func() {
			l := map[int]int{}
			for i := range 9 {
				l[i] = i
			}
			n += len(l)
		}},
		{"local array of interfaces", func() { a := [...]any{n, small, 2.5}; n += len(a) }},
		{"closure", func() { k := 3; f := func() int { return k }; n += f() }},
		{"defer closure", func() { defer func() { n++ }() }},
	} {
		fmt.Printf("%-31s %d\n", c.name, allocs(c.f))
	}
}

// Modes: run
//
// Output:
// m[string(b)]                    0
// string(b) == s                  0
// switch string(b)                0
// switch string(b), many          0
// Atoi(string(b))                 0
// range []byte(s)                 0
// range []rune(short)             0
// len([]rune(s))                  0
// len([]byte(s))                  0
// append(b, []byte(s)...)         0
// copy(b, []byte(s))              0
// read only []byte(s)             0
// written []byte(s)               1
// written as an array             1
// written short []byte(s)         0
// RuneCount([]byte(s))            1
// string(rune)                    0
// concatenation, short            0
// concatenation, long             1
// concatenation, kept             1
// Builder.Grow                    1
// bytes.Buffer                    1
// sha256.Sum256                   0
// sha256.New                      0
// maphash.Comparable              0
// constructor                     0
// constructor, interface          0
// value in an interface           0
// byte in an interface            0
// small int in an interface       0
// large int in an interface       1
// zero float in an interface      0
// float in an interface           1
// empty string in an interface    0
// string in an interface          1
// nil slice in an interface       0
// slice in an interface           1
// constant string in an interface 0
// constant variable               0
// constant struct in an interface 0
// assertion to an interface       0
// local map                       0
// local map of strings            0
// local map that grows            3
// local array of interfaces       0
// closure                         0
// defer closure                   0
