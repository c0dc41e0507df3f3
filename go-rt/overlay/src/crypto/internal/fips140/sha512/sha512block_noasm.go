// The block function of SHA-512, in Rust.

package sha512

//go:noescape
func blocks(h *[8]uint64, p *byte, n int)

func block(dig *Digest, p []byte) {
	if n := len(p) / blockSize; n > 0 {
		blocks(&dig.h, &p[0], n)
	}
}
