package p

import (
	"fmt"
	. "strings"
	_ "os"
	m "math"
)

func f(a, b int, c ...string) (x int, err error) {
outer:
	for i := 0; i < 10; i++ {
		switch y := i; {
		case y > 3:
			continue outer
		case y == 2:
			fallthrough
		default:
			break outer
		}
	}
	for range 10 {
	}
	for i := range a {
		_ = i
	}
	for k, v := range map[string]int{"a": 1} {
		_, _ = k, v
	}
	for {
		break
	}
	var ch chan<- (<-chan int)
	select {
	case ch <- nil:
	case v, ok := <-recv():
		_, _ = v, ok
	default:
	}
	switch x := any(a).(type) {
	case nil, int:
	case []string, func(int) bool:
		_ = x
	}
	if x := b; x > 0 {
		goto done
	} else if x < 0 {
		go func() {}()
	} else {
		defer recover()
	}
done:
	x += b &^ 3 << 2
	x++
	return x, nil
}

type (
	point struct{ x, y int "tag" }
	embed struct {
		point
		*m.T
		G[int]
		H[int, string]
		a [4]int
	}
)

func composite() {
	_ = []point{{1, 2}, {x: 3}}
	_ = [...]string{2: "c", "d"}
	_ = map[point][]int{{1, 2}: {3}}
	if (point{1, 2}) == (point{}) {
	}
	for _, p := range []point{{}} {
		_ = p.x
	}
	_ = a[1:2:3][:][1:]
	fmt.Println(ToUpper("x"), 'a', 0x1p-2, 1_000, 0b11i)
}
