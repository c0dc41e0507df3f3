#include "flags.h"
#define FILL QUAD $0; QUAD $0; QUAD $0; QUAD $0; QUAD $0; QUAD $0; QUAD $0; QUAD $0

TEXT ·short(SB), NOSPLIT, $0
again:
	DECQ CX
	JNZ again
	JMP done
	UNDEF
done:
	RET

TEXT ·near(SB), NOSPLIT, $0
	JEQ far
	JMP far
back:
	FILL
	FILL
far:
	JLT back
	JMP back

// A jump to a jump goes where that one goes.
TEXT ·chain(SB), NOSPLIT, $0
	JCS first
	RET
first:
	JMP second
	RET
second:
	JMP third
	RET
third:
	RET

TEXT ·relative(SB), NOSPLIT, $0
	JMP 2(PC)
	INCQ AX
	INCQ BX
	JHI -2(PC)
	JMP AX
	JMP (BX)
	JMP 8(BX)(CX*8)
	RET

TEXT ·loops(SB), NOSPLIT, $0
top:
	LOOP top
	LOOPEQ top
	JCXZL abort
	JCXZQ top
	XBEGIN abort
	XEND
abort:
	RET

TEXT ·aligned(SB), NOSPLIT, $0
	INCQ AX
	PCALIGN $32
loop:
	SUBB $4, AX
	JNE loop
	PCALIGN $16
	JMP out
	FILL
	FILL
out:
	RET

TEXT ·spellings(SB), NOSPLIT, $0
end:
	JO end; JNO end; JB end; JAE end; JE end; JNZ end; JBE end; JA end
	JS end; JNS end; JPE end; JPO end; JL end; JGE end; JLE end; JG end
	JOS end; JOC end; JLO end; JHS end; JMI end; JPL end; JPS end; JPC end
	RET
