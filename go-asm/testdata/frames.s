#include "flags.h"

// No frame: a leaf that stays where its caller was.
TEXT ·leaf(SB), NOSPLIT, $0-16
	MOVQ x+0(FP), AX
	MOVQ AX, ret+8(FP)
	RET

// Locals: the frame pointer is saved, x-8(SP) is the topmost local.
TEXT ·locals(SB), NOSPLIT, $24-16
	MOVQ x+0(FP), AX
	MOVQ AX, x-8(SP)
	MOVQ AX, 0(SP)
	LEAQ y-24(SP), BX
	MOVQ $ret+8(FP), CX
	RET

// A call makes a frame of its own.
TEXT ·calls(SB), NOSPLIT, $0
	CALL ·leaf(SB)
	CALL other∕pkg·name(SB)
	CALL *AX
	CALL 8(DX)
	CALL *·pointer(SB)
	RET

TEXT ·frameless(SB), NOSPLIT|NOFRAME, $0
	CALL ·leaf(SB)
	JMP ·leaf(SB)

// 128 and -128 take the byte form; 136 does not.
TEXT ·bytes(SB), NOSPLIT, $128
	RET

TEXT ·words(SB), NOSPLIT, $136
	RET

// What is pushed moves the arguments away.
TEXT ·pushes(SB), NOSPLIT, $16-8
	PUSHQ AX
	MOVQ x+0(FP), AX
	MOVQ l-16(SP), BX
	PUSHFQ
	MOVQ x+0(FP), AX
	POPFQ
	POPQ AX
	RET

// Two ways out, one of them elsewhere.
TEXT ·exits(SB), NOSPLIT, $8-8
	TESTQ AX, AX
	JNE other
	RET
other:
	RET ·leaf(SB)

TEXT local<>(SB), NOSPLIT, $-8
	JMP local<>(SB)

TEXT ·wrapper(SB), NOSPLIT|WRAPPER, $8-8
	CALL local<>(SB)
	RET

// Room that the assembler does not know of.
TEXT ·room(SB), NOSPLIT, $0
	MOVQ SP, AX
	SUBQ $64, SP
	ANDQ $~31, SP
	LEAQ -16(SP), SP
	MOVQ AX, SP
	RET

// A second operand of ADJSP is the stack pointer, whatever is written.
TEXT ·adjusts(SB), NOSPLIT|NOFRAME, $0
	ADJSP $112, SP
	MOVQ x+0(FP), AX
	ADJSP $-112, BX
	RET
