// Messages about statements, as gc words them.
package p

import "os" // ERROR "\"os\" imported and not used"

type T struct{ a int }

func f() (int, error)

func unused() {
	x /* ERROR "declared and not used: x" */ := 1
	y := 2
	y = 3
	var z /* ERROR "declared and not used: z" */ int
	z = 1
	func() {
		w /* ERROR "declared and not used: w" */ := y
	}()
}

func assign() {
	a, b := len /* ERROR "assignment mismatch: 2 variables but len returns 1 value" */ ("")
	_, _ = a, b
	c := f /* ERROR "assignment mismatch: 1 variable but f returns 2 values" */ ()
	_ = c
	m := map[string]T{}
	m /* ERROR "cannot assign to struct field m[\"x\"].a in map" */ ["x"].a = 1
	"x" /* ERROR "cannot assign to \"x\" (neither addressable nor a map index expression)" */ = "y"
	_, _ = 1 /* ERROR "assignment mismatch: 2 variables but 3 values" */, 2, 3
}

func missing() int {
	for {
		break
	}
} // ERROR "missing return"

func results() (int, string) {
	return 1 /* ERROR "not enough return values\n\thave (number)\n\twant (int, string)" */
}

func more() int {
	return 1, 2 /* ERROR "too many return values\n\thave (number, number)\n\twant (int)" */
}

func ranges() {
	for range 10 {
	}
	for i := range func(yield func(int) bool) {} {
		_ = i
	}
	for i, j /* ERROR "range over 10 (untyped int constant) permits only one iteration variable" */ := range 10 {
		_ = i
	}
	for range 1.5 /* ERROR "cannot range over 1.5 (untyped float constant)" */ {
	}
}

func switches(x any, n int) {
	switch n {
	case 1, 1 /* ERROR "duplicate case 1 (constant of type int) in expression switch" */ :
	}
	switch v /* ERROR "v declared and not used" */ := x.(type) {
	case int:
	case int /* ERROR "duplicate case int in type switch" */ :
	}
}
