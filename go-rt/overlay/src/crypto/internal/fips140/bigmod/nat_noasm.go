// Rows of the multiplication of fixed sizes, over Rust's loop with hardware
// carries; its time depends on the size alone.

package bigmod

//go:noescape
func addmulvvw(z, x *uint, y uint, n int) uint

func addMulVVW1024(z, x *uint, y uint) (c uint) { return addmulvvw(z, x, y, 1024/_W) }

func addMulVVW1536(z, x *uint, y uint) (c uint) { return addmulvvw(z, x, y, 1536/_W) }

func addMulVVW2048(z, x *uint, y uint) (c uint) { return addmulvvw(z, x, y, 2048/_W) }
