package main

import "fmt"

func f(n int) (r string, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("recovered: %v", x)
		}
	}()
	for i := range 3 {
		defer func() { r += fmt.Sprint(i) }()
	}
	a := []int{1, 2, 3}
	return fmt.Sprint("got ", a[n]), nil
}

func main() {
	fmt.Println(f(1))
	fmt.Println(f(5))
}

// Output:
// got 2210 <nil>
// 210 recovered: runtime error: index out of range [5] with length 3
