package main

import (
	"fmt"
	"os"
)

func main() {
	var n int = "twelve"
	fmt.Println(n + undefined)
}
