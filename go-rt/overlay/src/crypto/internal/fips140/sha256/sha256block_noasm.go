// The block function of SHA-256, in Rust.

package sha256

//go:noescape
func blocks(h *[8]uint32, p *byte, n int)

func block(dig *Digest, p []byte) {
	if n := len(p) / blockSize; n > 0 {
		blocks(&dig.h, &p[0], n)
	}
}
