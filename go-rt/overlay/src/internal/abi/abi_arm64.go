// Register counts of gorc's calling convention on arm64; see abi_amd64.go.

package abi

const (
	// IntArgRegs is kept equal to amd64's count.
	IntArgRegs = 5

	// FloatArgRegs counts F0 to F7.
	FloatArgRegs = 8

	// EffectiveFloatRegSize is 8: only D registers are used.
	EffectiveFloatRegSize = 8
)
