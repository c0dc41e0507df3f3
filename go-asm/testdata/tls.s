#include "flags.h"
#define get_tls(r) MOVQ TLS, r
#define slot(r) 0(r)(TLS*1)

// The goroutine's slot in thread-local storage: the base is no register, loading it takes no code.
TEXT ·pair(SB), NOSPLIT, $0-8
	get_tls(CX)
	MOVQ slot(CX), AX
	MOVQ AX, ret+0(FP)
	MOVL TLS, R9
	MOVQ 8(R9)(TLS*1), R10
	MOVQ DX, slot(R13)
	RET

TEXT ·direct(SB), NOSPLIT, $0
again:
	MOVQ (TLS), R14
	MOVQ -16(TLS), BX
	MOVQ AX, (TLS)
	MOVL $7, 24(TLS)
	MOVB 1(TLS), AL
	MOVW AX, 2(TLS)
	CMPQ SP, (TLS)
	LEAQ (TLS), CX
	MOVSD (TLS), X0
	VMOVUPD (TLS), Y1
	CALL 8(TLS)
	JMP again
