package main

import "fmt"

func main() {
	n := uint(64)
	fmt.Println(int8(-1)>>n, 1<<n == 0)
}

// Output: -1 true
