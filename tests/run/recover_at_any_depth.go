package main

import "fmt"

var empty []int

func try(i int) (r int) {
	defer func() {
		if x := recover(); x != nil {
			r = -i
		}
	}()
	return empty[i]
}

// dive calls try with more and more of the stack in use, so that recover itself
// sometimes is the call that needs a new piece of stack.
func dive(n int) int {
	var pad [40]byte
	pad[n%len(pad)] = byte(n)
	r := try(n)
	if n < 3000 {
		r += dive(n + 1)
	}
	return r + int(pad[(n+1)%len(pad)])
}

func main() {
	done := make(chan int)
	for i := range 4 {
		go func() {
			var a [16]int
			a[i] = dive(i)
			done <- a[i]
		}()
		fmt.Println(<-done)
	}
}

// Output:
// -4501500
// -4501500
// -4501499
// -4501497
