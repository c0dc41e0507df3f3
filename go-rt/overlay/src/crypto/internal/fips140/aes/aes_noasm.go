// AES over Rust's use of the processor's instructions, else the portable code.

package aes

//go:noescape
func encrypt1(rounds int, keys *uint32, dst, src *byte) bool

//go:noescape
func decrypt1(rounds int, keys *uint32, dst, src *byte) bool

type block struct {
	blockExpanded
}

func newBlock(c *Block, key []byte) *Block {
	newBlockExpanded(&c.blockExpanded, key)
	return c
}

// EncryptionKeySchedule gives package gcm the round keys.
func EncryptionKeySchedule(c *Block) []uint32 { return c.enc[:c.roundKeysSize()] }

func encryptBlock(c *Block, dst, src []byte) {
	_, _ = dst[BlockSize-1], src[BlockSize-1]
	if !encrypt1(c.rounds, &c.enc[0], &dst[0], &src[0]) {
		encryptBlockGeneric(&c.blockExpanded, dst, src)
	}
}

func decryptBlock(c *Block, dst, src []byte) {
	_, _ = dst[BlockSize-1], src[BlockSize-1]
	if !decrypt1(c.rounds, &c.dec[0], &dst[0], &src[0]) {
		decryptBlockGeneric(&c.blockExpanded, dst, src)
	}
}

func checkGenericIsExpected() {}
