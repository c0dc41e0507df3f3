// What Go 1.26 and 1.27 added: new of an expression, methods with type parameters.
package p

type list[T any] []T

func (l list[T]) apply[U any](f func(T) U) list[U] {
	var out list[U]
	for _, x := range l {
		out = append(out, f(x))
	}
	return out
}

func use() {
	var p *int = new(42)
	var q *string = new("s")
	_, _ = p, q
	_ = *new(1.5) + 1
	var s *int = new /* ERROR "cannot use new(\"s\") (value of type *string) as *int value in variable declaration" */ ("s")
	_ = s

	l := list[int]{1, 2}
	var t list[string] = l.apply(func(i int) string { return "" })
	_ = t
	_ = l.apply[float64](func(i int) float64 { return float64(i) })
}

type applier interface {
	m()
}

var _ applier = list /* ERROR "cannot use list[int](nil) (value of slice type list[int]) as applier value in variable declaration: list[int] does not implement applier (missing method m)" */ [int](nil)
