package p

type (
	a1 [n]int
	a2 [n * 2]int
	a3 [len(x)]int
	g1[P any] struct{ v P }
	g2[P *T,] struct{}
	g3[P *[]int] struct{}
	g4[P interface{ ~int | ~string }] []P
	g5[P ~int | *T, Q any] map[P]Q
	g6[K comparable, V any] = map[K]V
	s1 []int
)

type list[T any] struct{ next *list[T] }

func (l *list[T]) each[R any](f func(T) R) iter.Seq[R] { return nil }

func apply[S ~[]E, E, F any](s S, f func(E) F) (out []F) {
	for _, e := range s {
		out = append(out, f(e))
	}
	g := apply[[]int, int, string]
	_ = g
	_ = list[int]{}
	_ = pair[int, string]{1, "x"}
	return
}

type constraint interface {
	comparable
	~int | ~string | g1[int]
	m(x, y int) (z int)
	fmt.Stringer
}
