#include "flags.h"

DATA ·numbers+0(SB)/8, $1
DATA ·numbers+8(SB)/4, $-1
DATA ·numbers+12(SB)/2, $0x1234
DATA ·numbers+14(SB)/1, $'x'
DATA ·numbers+16(SB)/8, $1.5
DATA ·numbers+24(SB)/4, $-0.25
GLOBL ·numbers(SB), RODATA, $32

DATA text<>+0(SB)/8, $"go\tasm\n"
DATA text<>+8(SB)/8, $"\x01\377\u00e9"
GLOBL text<>(SB), RODATA|NOPTR|DUPOK, $16

DATA ·addresses+0(SB)/8, $text<>(SB)
DATA ·addresses+8(SB)/8, $·numbers+24(SB)
DATA ·addresses+16(SB)/8, $·function(SB)
GLOBL ·addresses(SB), 0, $24

GLOBL ·empty(SB), NOPTR, $4096
GLOBL ·scanned(SB), $64

TEXT ·function(SB), NOSPLIT, $0
	MOVQ text<>+8(SB), AX
	LEAQ text<>(SB), BX
	MOVQ $·numbers+16(SB), CX
	CMPQ ·numbers(SB), $1000
	CMPB ·numbers+14(SB), $'x'
	MOVSD $2.5, X0
	MOVSS $2.5, X1
	MOVSD $0.0, X2
	ADDSD $2.5, X3
	VPADDD.BCST ·numbers(SB), Z1, Z2
	PINSRW $3, text<>(SB), X4
	RET
