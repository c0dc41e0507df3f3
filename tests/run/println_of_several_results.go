// print and println take a call with several results.
package main

func two() (int, bool) { return 3, true }

func three() (string, any, []int) { return "a", nil, nil }

func main() {
	println(two())
	print(two())
	println()
	println(three())
	defer println(two())
}

// Stderr: ^3 true\n3true\na \(0x0,0x0\) \[0/0\]0x0\n3 true\n$
