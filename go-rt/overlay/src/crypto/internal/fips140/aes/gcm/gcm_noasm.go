// AES-GCM over Rust's use of the processor's instructions, else the portable code.

package gcm

import (
	"crypto/internal/fips140/aes"
	"crypto/internal/fips140/subtle"
	"crypto/internal/fips140deps/byteorder"
)

// counter XORs n bytes of src with the key stream into dst and advances ctr. False:
// nothing was done, the processor lacks the instructions.
//
//go:noescape
func counter(rounds int, keys *uint32, dst, src *byte, n int, ctr *[16]byte) bool

// ghashUpdate continues the hash y over n bytes, zero-padded to whole blocks.
//
//go:noescape
func ghashUpdate(y, h *[16]byte, p *byte, n int) bool

type gcmPlatformData struct{}

func initGCM(g *GCM) {}

func checkGenericIsExpected() {}

// message is the state of one message.
type message struct {
	keys         []uint32
	h, ctr, mask [gcmBlockSize]byte
}

// begin derives hash key, counter and tag mask. False: use the portable code.
func (m *message) begin(g *GCM, nonce []byte) bool {
	m.keys = aes.EncryptionKeySchedule(&g.cipher)
	aes.EncryptBlockInternal(&g.cipher, m.h[:], m.h[:])
	deriveCounterGeneric(&m.h, &m.ctr, nonce)
	return m.crypt(m.mask[:], m.mask[:])
}

func (m *message) crypt(dst, src []byte) bool {
	if len(src) == 0 {
		return true
	}
	return counter(len(m.keys)/4-1, &m.keys[0], &dst[:len(src)][0], &src[0], len(src), &m.ctr)
}

func (m *message) tag(data, ciphertext []byte) (t [gcmTagSize]byte) {
	if len(data) > 0 {
		ghashUpdate(&t, &m.h, &data[0], len(data))
	}
	if len(ciphertext) > 0 {
		ghashUpdate(&t, &m.h, &ciphertext[0], len(ciphertext))
	}
	var sizes [gcmBlockSize]byte
	byteorder.BEPutUint64(sizes[:8], uint64(len(data))*8)
	byteorder.BEPutUint64(sizes[8:], uint64(len(ciphertext))*8)
	ghashUpdate(&t, &m.h, &sizes[0], len(sizes))
	subtle.XORBytes(t[:], t[:], m.mask[:])
	return t
}

func seal(out []byte, g *GCM, nonce, plaintext, data []byte) {
	var m message
	if !m.begin(g, nonce) {
		sealGeneric(out, g, nonce, plaintext, data)
		return
	}
	m.crypt(out, plaintext)
	t := m.tag(data, out[:len(plaintext)])
	copy(out[len(plaintext):], t[:])
}

func open(out []byte, g *GCM, nonce, ciphertext, data []byte) error {
	var m message
	if !m.begin(g, nonce) {
		return openGeneric(out, g, nonce, ciphertext, data)
	}
	n := len(ciphertext) - g.tagSize
	t := m.tag(data, ciphertext[:n])
	if subtle.ConstantTimeCompare(t[:g.tagSize], ciphertext[n:]) != 1 {
		return errOpen
	}
	m.crypt(out, ciphertext[:n])
	return nil
}
