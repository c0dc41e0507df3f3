// The README's first program.
package main

import "fmt"

func main() {
	fmt.Println("Hello, Go!")
}

// Output: Hello, Go!
