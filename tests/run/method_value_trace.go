package main

type counter struct{ n int }

var none []int

func (c *counter) add(i int) { c.n += none[i] }

// Wrappers of method values do not show in traces, inlined or not.
func main() {
	g := new(counter).add
	g(1)
}

// Exit: 2
// Stderr: index out of range \[1\] with length 0
// Stderr: main\.\(\*counter\)\.add\(\.\.\.\)\n.*method_value_trace\.go:7.*\nmain\.main\(.*\n.*method_value_trace\.go:12
