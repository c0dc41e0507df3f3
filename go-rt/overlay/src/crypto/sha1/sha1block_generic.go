// The block function of SHA-1, in Rust.

package sha1

//go:noescape
func blocks(h *[5]uint32, p *byte, n int)

func block(dig *digest, p []byte) {
	if n := len(p) / chunk; n > 0 {
		blocks(&dig.h, &p[0], n)
	}
}
