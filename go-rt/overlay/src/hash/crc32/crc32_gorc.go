// Both common polynomials over Rust, which uses the processor's instructions or
// tables of its own.

package crc32

//go:noescape
func ieee(crc uint32, p *byte, n int) uint32

//go:noescape
func castagnoli(crc uint32, p *byte, n int) uint32

func archAvailableIEEE() bool { return true }
func archInitIEEE()           {}

func archUpdateIEEE(crc uint32, p []byte) uint32 {
	if len(p) == 0 {
		return crc
	}
	return ieee(crc, &p[0], len(p))
}

func archAvailableCastagnoli() bool { return true }
func archInitCastagnoli()           {}

func archUpdateCastagnoli(crc uint32, p []byte) uint32 {
	if len(p) == 0 {
		return crc
	}
	return castagnoli(crc, &p[0], len(p))
}
