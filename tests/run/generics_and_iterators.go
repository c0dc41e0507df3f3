package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

type Number interface{ ~int | ~float64 }

func Sum[T Number](seq iter.Seq[T]) (t T) {
	for x := range seq {
		t += x
	}
	return
}

type Tree[K any] struct {
	left, right *Tree[K]
	key         K
}

func (t *Tree[K]) All(yield func(K) bool) bool {
	return t == nil || t.left.All(yield) && yield(t.key) && t.right.All(yield)
}

func (t *Tree[K]) Seq() iter.Seq[K] { return func(yield func(K) bool) { t.All(yield) } }

func main() {
	t := &Tree[int]{key: 2, left: &Tree[int]{key: 1}, right: &Tree[int]{key: 3}}
	fmt.Println(Sum(t.Seq()), Sum(slices.Values([]float64{1.5, 2})))
	m := map[string]int{"b": 2, "a": 1, "c": 3}
	fmt.Println(slices.Sorted(maps.Keys(m)))
	for k := range t.Seq() {
		if k == 2 {
			break
		}
		fmt.Println(k)
	}
}

// Output:
// 6 3.5
// [a b c]
// 1
