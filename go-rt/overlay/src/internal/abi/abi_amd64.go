// Register counts of gorc's calling convention on amd64. Everything in reflect
// that lays out calls follows from these three numbers. The same counts hold for
// arguments and for results. Never describes gc's convention.

package abi

const (
	// IntArgRegs is the number of integer registers: RDI, RSI, RDX, RCX, R8 (a
	// closure body has them one place later, after its context).
	IntArgRegs = 5

	// FloatArgRegs counts X0 to X7.
	FloatArgRegs = 8

	// EffectiveFloatRegSize is 8: only the low half of an X register is used.
	EffectiveFloatRegSize = 8
)
