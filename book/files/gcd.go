package p

// gcd returns the greatest common divisor of two positive numbers.
func gcd(a, b uint) uint {
	for a != b {
		if a > b {
			a -= b
		} else {
			b -= a
		}
	}
	return a
}
