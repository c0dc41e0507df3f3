package main

import "fmt"

func seq(yield func(int) bool) {
	for i := range 3 {
		if !yield(i) {
			return
		}
	}
}

// Deferred calls of a loop body run when the function returns, whatever else is
// on its stack then.
func find(n int) (res string) {
	defer func() { res += "+deferred" }()
	for i := range seq {
		defer fmt.Println("loop defer", i)
		if i == n {
			return fmt.Sprint("found ", n)
		}
	}
	return "none"
}

func main() {
	fmt.Println(find(1))
	fmt.Println(find(7))
}

// Output:
// loop defer 1
// loop defer 0
// found 1+deferred
// loop defer 2
// loop defer 1
// loop defer 0
// none+deferred
