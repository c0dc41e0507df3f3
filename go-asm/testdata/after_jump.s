// No header: behind a jump gc's parser takes an undefined name for a label, which counts as zero.
TEXT ·loop(SB), 4, $0
	JMP out
out:
	RET
	JMP out

TEXT ·plain(SB), NOSPLIT, $0-8
	MOVQ $2, AX
	JMP 2(PC)
	UNDEF
	CALL *AX

// With what is added to it.
TEXT ·added(SB), NOSPLIT+4, $16
	JNE end
end:
	RET
	LOOP end
	PCALIGN $16
	PCDATA $0, $0

DATA bytes<>+0(SB)/8, $7
GLOBL bytes<>(SB), RODATA<>, $8
GLOBL zeros<>(SB), NOPTR+16, $32

TEXT ·last(SB), DUPOK-0|4, $0
	XBEGIN done
done:
	RET
