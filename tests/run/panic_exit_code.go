package main

import "errors"

func main() {
	defer println("deferred")
	panic(errors.New("boom"))
}

// Exit: 2
// Stderr: (?s)^deferred\npanic: boom\n\ngoroutine 1 \[running\]:\nmain\.main\(\)
