package main

import "fmt" /* ERROR "\x22fmt\x22 imported and not used" */
import "os"

func main() {
	x := 1 // ERROR "declared and not used: x"
L: // ERROR "label L defined and not used"
	for {
		os.Exit(0)
	}
}
