// The block function of MD5, in Rust.

package md5

const haveAsm = true

//go:noescape
func blocks(s *[4]uint32, p *byte, n int)

func block(dig *digest, p []byte) {
	if n := len(p) / BlockSize; n > 0 {
		blocks(&dig.s, &p[0], n)
	}
}
