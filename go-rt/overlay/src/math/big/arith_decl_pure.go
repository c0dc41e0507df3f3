// The vector kernels of math/big, over Rust's loops with hardware carries. Every
// function works on len(z) words.

package big

//go:noescape
func addvv(z, x, y *Word, n int) Word

//go:noescape
func subvv(z, x, y *Word, n int) Word

//go:noescape
func muladdvww(z, x *Word, m, a Word, n int) Word

//go:noescape
func addmulvvww(z, x, y *Word, m, a Word, n int) Word

//go:noescape
func lshvu(z, x *Word, s uint, n int) Word

//go:noescape
func rshvu(z, x *Word, s uint, n int) Word

func addVV(z, x, y []Word) (c Word) {
	n := len(z)
	if n == 0 {
		return 0
	}
	return addvv(&z[0], &x[:n][0], &y[:n][0], n)
}

func subVV(z, x, y []Word) (c Word) {
	n := len(z)
	if n == 0 {
		return 0
	}
	return subvv(&z[0], &x[:n][0], &y[:n][0], n)
}

func lshVU(z, x []Word, s uint) (c Word) {
	n := len(z)
	if n == 0 {
		return 0
	}
	if s == 0 {
		copy(z, x)
		return 0
	}
	return lshvu(&z[0], &x[:n][0], s, n)
}

func rshVU(z, x []Word, s uint) (c Word) {
	n := len(z)
	if n == 0 {
		return 0
	}
	if s == 0 {
		copy(z, x)
		return 0
	}
	return rshvu(&z[0], &x[:n][0], s, n)
}

func mulAddVWW(z, x []Word, y, r Word) (c Word) {
	n := len(z)
	if n == 0 {
		return r
	}
	return muladdvww(&z[0], &x[:n][0], y, r, n)
}

func addMulVVWW(z, x, y []Word, m, a Word) (c Word) {
	n := len(z)
	if n == 0 {
		return a
	}
	return addmulvvww(&z[0], &x[:n][0], &y[:n][0], m, a, n)
}
