package p
type T struct{ name string // of the thing
  n int }
func (t *T)  area( ) int{return t.n*t.n+1}
