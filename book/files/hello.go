package main

import "fmt"

func main() {
	fmt.Println("Hello,", square(12))
}

func square(n int) int {
	return n * n
}
