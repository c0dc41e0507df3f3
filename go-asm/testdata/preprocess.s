#include "flags.h"
#define ONE 1
#define TWO (ONE + ONE)
#define LOAD(from, to) MOVQ from, to
#define SWAP(a, b) \
	MOVQ a, R8; \
	MOVQ b, a; \
	MOVQ R8, b
#define EMPTY
#define NESTED(x) LOAD(x, AX) ; LOAD($TWO, BX)

#ifdef GOARCH_amd64
#define WORDS 8
#else
#define WORDS 4
#endif

#ifndef GOARCH_amd64
not read at all: $$$
#ifdef ONE
nor this
#else
nor that
#endif
#endif

TEXT ·macros(SB), NOSPLIT, $0
	LOAD($ONE, AX); LOAD((BX)(CX*WORDS), DX) /* between */; EMPTY
	SWAP(AX, BX)
	NESTED(8(SI))
	MOVQ $(1<<10 | 0x0f & 0b0110), CX // after
	MOVQ $-(3*7 + 10%4), CX
	MOVQ $~0, CX
	MOVB $'a', CX
	MOVB $'\n', CX
	MOVL $0o17, CX
	MOVL $1_000_000, CX
#undef ONE
#define ONE 11
	MOVQ $TWO, DX
	SHLL CX, R11:AX
	RET
