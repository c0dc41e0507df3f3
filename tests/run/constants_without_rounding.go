// Untyped constants reach their place without going through their default type.
package main

import (
	"fmt"
	"math"
)

type number interface {
	~int64 | ~float32 | ~float64 | ~complex64 | ~complex128
}

func three[T number]() T { return T(3) }

type complexes interface{ ~complex64 | ~complex128 }

func pi[T complexes]() T { return T(3.14) }

func root[T complexes]() T { return T(-1i) }

//go:noinline
func one() int { return 1 }

func main() {
	const most = math.MaxUint
	x := one()
	fmt.Println(x<<(most+0), x<<(most+0.), x<<(most+0.+0i), x<<(2+0i))
	x <<= most + 0.
	fmt.Println(x)
	fmt.Println(three[int64](), three[float32](), three[float64](), three[complex64](), three[complex128]())
	fmt.Println(pi[complex64](), pi[complex128](), root[complex64](), root[complex128]())
}

// Output:
// 0 0 0 4
// 0
// 3 3 3 (3+0i) (3+0i)
// (3.14+0i) (3.14+0i) (0-1i) (0-1i)
