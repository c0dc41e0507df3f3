// Exp is assembly in gc's math: its last bits, and those of what is made of it, are the same.

package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
)

func main() {
	r := rand.New(rand.NewPCG(1, 2))
	fs := []struct {
		name string
		f    func(float64) float64
	}{
		{"exp", math.Exp},
		{"pow", func(x float64) float64 { return math.Pow(math.Abs(x), 1.7) }},
		{"sinh", math.Sinh},
		{"cosh", math.Cosh},
		{"tanh", math.Tanh},
		{"gamma", math.Gamma},
		{"log", math.Log},
		{"hypot", func(x float64) float64 { return math.Hypot(x, 3.3) }},
		{"erf", math.Erf},
	}
	for _, f := range fs {
		h := fnv.New64a()
		for range 3000 {
			x := r.NormFloat64() * 20
			y := f.f(x)
			if math.IsNaN(y) {
				y = 0
			}
			fmt.Fprintf(h, "%x", math.Float64bits(y))
		}
		fmt.Printf("%s %x\n", f.name, h.Sum64())
	}
	for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN(), 0, 709.7, 709.8, -745.1, -745.2, 1e-300, -1e-9} {
		fmt.Println(x, math.Exp(x))
	}
}

// Output:
// exp 53882f0d46a313dc
// pow 5849ac695e033fec
// sinh bcc8c37a81494577
// cosh 41d72796e6b6e8d6
// tanh 580b7424f184c94f
// gamma f6a8d35a7729ccc3
// log c9fbe5e48de85429
// hypot 7a8d245eb00ad04f
// erf af48bbf108ba623c
// +Inf +Inf
// -Inf 0
// NaN NaN
// 0 1
// 709.7 +Inf
// 709.8 +Inf
// -745.1 5e-324
// -745.2 0
// 1e-300 1
// -1e-09 0.999999999
