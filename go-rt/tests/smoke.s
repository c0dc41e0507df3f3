# A "Go program" written by hand to the machine contract, linked with the runtime object by
# tests/smoke.rs. Every scenario prints a line; the driver compares.
.intel_syntax noprefix

.macro CHECK name
    cmp rsp, [r15 + G_STACK_LO]
    jae 771f
    lea rax, [rip + \name]
    mov [r15 + G_MORESTACK_FN], rax
    mov [r15 + G_MORESTACK_SP], rsp
    mov rsp, rbp
    pop rbp
    jmp "runtime.morestack"
771:
.endm
.macro FRAME size
    push rbp
    mov rbp, rsp
    sub rsp, \size
.endm
.macro DONE
    mov rsp, rbp
    pop rbp
    ret
.endm
.macro SAY text
    lea rdi, [rip + 772f]
    mov esi, 773f - 772f
    call print
    .pushsection .rodata
772: .ascii "\text\n"
773:
    .popsection
.endm

.section .gotext,"ax",@progbits
.globl "runtime.text"
"runtime.text":

.globl "runtime.gostart"
"runtime.gostart":
    FRAME 16
    mov rdi, [r15 + G_STARTFN]
    test rdi, rdi
    jz 1f
    call [rdi]
    mov rdi, [rip + maing]
    mov dword ptr [r15 + G_STATUS], 6
    call "runtime.gexit"
1:  call main
    ud2
gostart_end:

print: # rdi text, rsi length
    FRAME 64
    mov qword ptr [rsp], 1
    mov [rsp + 8], rdi
    mov [rsp + 16], rsi
    mov edi, 1
    mov rsi, rsp
    call "runtime.rawsyscall"
    DONE

exit: # rdi status
    FRAME 64
    mov [rsp], rdi
    mov edi, 231
    mov rsi, rsp
    call "runtime.rawsyscall"
    ud2

bad:
    SAY "BAD"
    mov edi, 1
    call exit

main:
    FRAME 32
    CHECK main
    mov [rip + maing], r15
    # argv[1] selects the fatal scenario
    call "runtime.initialsp"
    cmp qword ptr [rax], 1
    jne 2f
    call test_heap
    SAY "heap"
    call test_gc_frees
    SAY "frees"
    call test_deep
    SAY "deep"
    call test_switch
    SAY "switch"
    call test_nil
    SAY "nil"
    call test_nil_leaf
    SAY "nil leaf"
    call test_preempt
    SAY "preempt"
    call test_reflect
    SAY "reflect"
    call test_big_frame
    SAY "big frame"
    call test_tables
    SAY "tables"
    call test_helper
    SAY "helper"
    xor edi, edi
    call exit
2:  mov edi, 1
    call forever
    ud2

# A list of 100,000 nodes {value, next} among garbage, then its sum.
test_heap:
    FRAME 64
    CHECK test_heap
    mov qword ptr [rsp], 0
    mov qword ptr [rsp + 8], 100000
1:  mov edi, 24
    lea rsi, [rip + node_type]
    mov edx, 1
    call "runtime.mallocgc"
    cmp qword ptr [rax], 0
    jne bad
    cmp qword ptr [rax + 16], 0
    jne bad
    mov rcx, [rsp + 8]
    mov [rax], rcx
    mov rcx, [rsp]
    mov [rax + 8], rcx
    mov [rsp], rax
    mov edi, 200            # garbage without pointers
    xor esi, esi
    mov edx, 1
    call "runtime.mallocgc"
    mov dword ptr [rax + 150], 0x11111111
    mov edi, 3              # tiny
    xor esi, esi
    xor edx, edx
    call "runtime.mallocgc"
    mov word ptr [rax], 0x2222
    dec qword ptr [rsp + 8]
    jnz 1b
    call "runtime.gcstart"
    mov rax, [rsp]
    xor ecx, ecx
    xor edx, edx
2:  test rax, rax
    jz 3f
    add rcx, [rax]
    inc edx
    mov rax, [rax + 8]
    jmp 2b
3:  cmp edx, 100000
    jne bad
    mov rax, 5000050000
    cmp rcx, rax
    jne bad
    DONE

# Allocates 2 GB in 1 MB pieces, touching them; HeapSys must stay small and HeapAlloc drop.
test_gc_frees:
    FRAME 4400
    CHECK test_gc_frees
    mov qword ptr [rbp - 8], 2000
1:  mov edi, 1048576
    xor esi, esi
    mov edx, 1
    call "runtime.mallocgc"
    cmp qword ptr [rax + 4096], 0
    jne bad
    mov qword ptr [rax + 4096], 7
    dec qword ptr [rbp - 8]
    jnz 1b
    call "runtime.gcstart"
    mov rdi, rsp
    call "runtime.memstats1"
    cmp qword ptr [rsp + 40], 67108864   # heapSys
    ja bad
    cmp qword ptr [rsp + 8], 2000000000  # totalAlloc
    jb bad
    cmp qword ptr [rsp], 8000000         # heapAlloc
    ja bad
    cmp qword ptr [rsp + 136], 100       # numGC
    jb bad
    mov rax, [rsp + 24]
    sub rax, [rsp + 32]
    cmp rax, [rsp + 72]                  # mallocs - frees = heapObjects
    jne bad
    DONE

# rec(n, a, x): n deep; results n in rax, a in rdi, x in xmm0; collects at the bottom.
rec:
    FRAME 96
    CHECK rec
    test rdi, rdi
    jz 1f
    mov [rsp], rdi
    dec rdi
    call rec
    inc rax
    DONE
1:  mov [rsp], rsi
    movsd [rsp + 8], xmm0
    call "runtime.gcstart"
    xor eax, eax
    mov rdi, [rsp]
    movsd xmm0, [rsp + 8]
    DONE

test_deep:
    FRAME 32
    CHECK test_deep
    mov dword ptr [rsp + 16], 3
1:  mov edi, 1000000
    mov esi, 4242
    mov rax, 0x4045000000000000
    movq xmm0, rax
    call rec
    cmp rax, 1000000
    jne bad
    cmp rdi, 4242
    jne bad
    movq rax, xmm0
    mov rcx, 0x4045000000000000
    cmp rax, rcx
    jne bad
    mov rax, [r15 + G_STACK_LO]          # back on the first segment: limit is near
    mov rcx, rsp
    sub rcx, rax
    cmp rcx, 270000
    ja bad
    dec dword ptr [rsp + 16]
    jnz 1b
    DONE

# Two goroutines add to a counter in turn.
pong:
    FRAME 16
    CHECK pong
    mov [rsp], rdi
1:  mov rdi, [rsp]
    inc qword ptr [rdi + 8]
    mov rdi, [rip + maing]
    call "runtime.gswitch"
    mov rdi, [rsp]
    cmp qword ptr [rdi + 8], 2000
    jb 1b
    DONE

test_switch:
    FRAME 32
    CHECK test_switch
    mov qword ptr [rip + pong_closure + 8], 0
    lea rdi, [rip + pong_closure]
    call "runtime.newg"
    mov [rsp], rax
    cmp qword ptr [rax + G_GOID], 0
    je bad
    mov ebx, 77
1:  mov rdi, [rsp]
    call "runtime.gswitch"
    cmp ebx, 77
    jne bad
    inc qword ptr [rip + pong_closure + 8]
    cmp qword ptr [rip + pong_closure + 8], 2000
    jb 1b
    mov rdi, [rsp]
    call "runtime.gswitch"   # it ends and comes back through gexit
    mov rax, [rsp]
    cmp dword ptr [rax + G_STATUS], 6
    jne bad
    lea rdi, [rip + pong_closure]
    call "runtime.newg"
    cmp rax, [rsp]           # recycled
    jne bad
    mov dword ptr [rax + G_STATUS], 6
    DONE

# Nil dereference deep in a call chain; sigpanic resumes test_nil at its landing pad.
deref:
    FRAME 200
    CHECK deref
    mov rax, [rdi + 8]
    ud2
    DONE
derefchain:
    FRAME 3000
    CHECK derefchain
    test rsi, rsi
    jz 1f
    dec rsi
    call derefchain
1:  call deref
    ud2
test_nil:
    FRAME 64
    CHECK test_nil
    mov [rip + target_fp], rbp
    lea rax, [rip + nil_ret]
    mov [rip + target_pc], rax
    mov qword ptr [rip + want_pc_lo], offset deref
    mov qword ptr [rsp + 8], 99
    xor edi, edi
    mov esi, 20
    call derefchain
nil_ret:
    ud2
nil_land:
    cmp qword ptr [rsp + 8], 99
    jne bad
    mov rax, [r15 + G_STACK_LO]
    mov rcx, rsp
    sub rcx, rax
    cmp rcx, 270000
    ja bad
    DONE

# memmove from nil: reported at the call in Go code.
movenil:
    FRAME 32
    CHECK movenil
    mov rdi, rsp
    mov esi, 16
    mov edx, 24
    call "runtime.memmove"
    ud2
eqnil:
    FRAME 32
    CHECK eqnil
    mov rdi, rsp
    mov esi, 16
    mov edx, 24
    call "runtime.memequal"
    ud2
callnil:
    FRAME 32
    CHECK callnil
    xor eax, eax
    call rax
    ud2
test_nil_leaf:
    FRAME 64
    CHECK test_nil_leaf
    mov [rip + target_fp], rbp
    lea rax, [rip + leaf_ret]
    mov [rip + target_pc], rax
    mov qword ptr [rip + want_pc_lo], offset movenil
    call movenil
leaf_ret:
    ud2
leaf_land:
    lea rax, [rip + leaf_ret2]
    mov [rip + target_pc], rax
    mov qword ptr [rip + want_pc_lo], offset eqnil
    call eqnil
leaf_ret2:
    ud2
leaf_land2:
    lea rax, [rip + leaf_ret3]
    mov [rip + target_pc], rax
    mov qword ptr [rip + want_pc_lo], offset callnil
    call callnil
leaf_ret3:
    ud2
leaf_land3:
    DONE

# A loop without calls, all registers live, until preempted 5 times.
test_preempt:
    FRAME 96
    CHECK test_preempt
    mov qword ptr [rip + yields], 0
    mov qword ptr [rip + yield_collects], 1
    mov qword ptr [r15 + G_ARGBLOCK], 0x1234
    mov rax, 101
    mov rbx, 102
    mov rcx, 103
    mov rdx, 104
    mov rsi, 105
    mov rdi, 106
    mov r8, 107
    mov r9, 108
    mov r10, 109
    mov r11, 110
    mov r12, 111
    mov r13, 112
    mov r14, 113
    movq xmm0, rax
    movq xmm15, rbx
1:  stc
    mov [rsp + 8], rax
    mov rax, [rip + yields]
    mov rax, [rsp + 8]
    jnc bad
    cmp qword ptr [rip + yields], 5
    jb 1b
    cmp rax, 101
    jne bad
    cmp rbx, 102
    jne bad
    cmp rcx, 103
    jne bad
    cmp rdx, 104
    jne bad
    cmp rsi, 105
    jne bad
    cmp rdi, 106
    jne bad
    cmp r8, 107
    jne bad
    cmp r9, 108
    jne bad
    cmp r10, 109
    jne bad
    cmp r11, 110
    jne bad
    cmp r12, 111
    jne bad
    cmp r13, 112
    jne bad
    cmp r14, 113
    jne bad
    movq rax, xmm0
    cmp rax, 101
    jne bad
    movq rax, xmm15
    cmp rax, 102
    jne bad
    cmp qword ptr [r15 + G_ARGBLOCK], 0x1234
    jne bad
    mov qword ptr [rip + yield_collects], 0
    DONE

.globl "runtime.preemptyield"
"runtime.preemptyield":
    FRAME 600
    CHECK "runtime.preemptyield"
    inc qword ptr [rip + yields]
    cmp qword ptr [rip + yield_collects], 0
    je 1f
    call "runtime.gcstart"
1:
    mov qword ptr [r15 + G_ARGBLOCK], 0
    mov rax, -1
    mov rbx, rbx
    mov rcx, -1
    mov rdx, -1
    mov r8, -1
    mov r9, -1
    mov r10, -1
    mov r11, -1
    pxor xmm0, xmm0
    pxor xmm15, xmm15
    DONE
preemptyield_end:

# Calls by register file, both kinds of code pointer, and back through makeFuncStub.
plainsum: # plain: rdi rsi -> rax sum, rcx product; xmm0+xmm1 -> xmm0; argblock word +8 = 55
    FRAME 16
    mov rax, [r15 + G_ARGBLOCK]
    mov qword ptr [rax + 8], 55
    mov rax, rdi
    add rax, rsi
    imul rdi, rsi
    mov rcx, rdi
    addsd xmm0, xmm1
    DONE
ctxsum: # closure body: rdi ctx
    FRAME 16
    mov rax, rsi
    add rax, rdx
    add rax, [rdi + 8]
    xor ecx, ecx
    DONE
test_reflect:
    FRAME 288
    CHECK test_reflect
    mov qword ptr [rsp], 6
    mov qword ptr [rsp + 8], 7
    mov rax, 0x3ff0000000000000
    mov [rsp + 40], rax
    mov rax, 0x4000000000000000
    mov [rsp + 48], rax
    lea rdi, [rip + plain_ptr]
    lea rsi, [rsp + 200]
    mov rdx, rsp
    call "runtime.reflectcall1"
    cmp qword ptr [rsp], 13
    jne bad
    cmp qword ptr [rsp + 8], 42
    jne bad
    cmp qword ptr [rsp + 104], 13
    jne bad
    cmp qword ptr [rsp + 208], 55
    jne bad
    mov rax, 0x4008000000000000
    cmp [rsp + 40], rax
    jne bad
    mov qword ptr [rsp], 6
    mov qword ptr [rsp + 8], 7
    lea rdi, [rip + ctx_closure]
    lea rsi, [rsp + 200]
    mov rdx, rsp
    call "runtime.reflectcall1"
    cmp qword ptr [rsp], 1013
    jne bad
    # a MakeFunc function called as a closure
    lea rdi, [rip + made_closure]
    mov esi, 31
    mov edx, 32
    lea rax, [rsp + 200]
    mov [r15 + G_ARGBLOCK], rax
    call [rdi]
    cmp rax, 63
    jne bad
    cmp rcx, 4711
    jne bad
    DONE

.globl "reflect.callReflect"
"reflect.callReflect": # rdi ctx, rsi frame, rdx retValid, rcx regs
    FRAME 32
    CHECK "reflect.callReflect"
    cmp byte ptr [rdx], 0
    jne bad
    lea rax, [rip + made_closure]
    cmp rdi, rax
    jne bad
    cmp rsi, [r15 + G_ARGBLOCK]
    jne bad
    mov rax, [rcx]
    add rax, [rcx + 112]
    mov [rcx], rax
    mov qword ptr [rcx + 8], 4711
    mov byte ptr [rdx], 1
    DONE

# One frame of 1 MB.
bigframe:
    FRAME 1048576
    CHECK bigframe
    mov qword ptr [rsp], 5
    mov qword ptr [rsp + 1048560], 5
    mov eax, 8
    DONE
test_big_frame:
    FRAME 16
    CHECK test_big_frame
    call bigframe
    cmp eax, 8
    jne bad
    DONE

# pcinfo of a known place.
test_tables:
    FRAME 112
    CHECK test_tables
    lea rdi, [rip + plainsum + 5]
    mov dword ptr [rsp], 0
    mov rsi, rsp
    call "runtime.pcinfo"
    cmp al, 1
    jne bad
    cmp qword ptr [rsp + 32], 8
    jne bad
    mov rax, [rsp + 24]
    mov rax, [rax]
    mov rcx, 0x6d75736e69616c70 # "plainsum"
    cmp rax, rcx
    jne bad
    cmp dword ptr [rsp + 56], 12  # line
    jne bad
    mov dword ptr [rsp], 1
    lea rdi, [rip + plainsum + 5]
    mov rsi, rsp
    call "runtime.pcinfo"
    cmp al, 0
    jne bad
    DONE

# A pause on a helper thread.
test_helper:
    FRAME 160
    CHECK test_helper
    mov qword ptr [rsp], 39     # getpid
    lea rax, [rsp + 64]
    mov qword ptr [rsp + 56], 0
    mov rdi, rsp
    mov esi, -1
    call "runtime.blockingsyscall"
    cmp al, 1
    jne bad
1:  pause
    cmp qword ptr [rsp + 56], 1
    jne 1b
    mov rax, [rsp]
    mov [rsp + 96], rax
    lea rsi, [rsp]
    mov edi, 39
    call "runtime.rawsyscall"
    cmp rax, [rsp + 96]
    jne bad
    DONE

forever:
    FRAME 1000
    CHECK forever
    call forever
    DONE

.globl "runtime.sigpanic"
"runtime.sigpanic":
    FRAME 16
    CHECK "runtime.sigpanic"
    cmp dword ptr [r15 + G_SIGNO], 11
    jne bad
    mov rax, [r15 + G_SIGPC]
    mov rcx, [rip + want_pc_lo]
    sub rax, rcx
    cmp rax, 100
    ja bad
    mov rax, [rbp + 8]          # the fault pc is our return address
    cmp rax, [r15 + G_SIGPC]
    jne bad
    mov rdi, [rip + target_fp]
    mov rsi, [rip + target_pc]
    call "runtime.resumeframe"
    ud2

.globl "runtime.rtfatal"
"runtime.rtfatal": # rdi text, rsi length
    FRAME 32
    CHECK "runtime.rtfatal"
    call print
    SAY ""
    # the frame chain must lead back to gostart
    mov rax, rbp
    xor ecx, ecx
1:  inc ecx
    mov rdx, [rax + 8]
    mov rax, [rax]
    test rax, rax
    jnz 1b
    lea rax, [rip + "runtime.gostart"]
    sub rdx, rax
    cmp ecx, 1000
    jb bad
    mov edi, 2
    call exit
.globl "runtime.etext"
"runtime.etext":

.section .gotab,"a",@progbits
.p2align 3
functab:
    .long "runtime.gostart", gostart_end, 8, 4, 0, 1, 2, 0, 0, 0
    .long gostart_end, test_preempt, 8, 4, 0, 1, 0, 0, 0, 0
    .long test_preempt, "runtime.preemptyield", 8, 4, 0, 1, 0, 0, 0, 0
    .long "runtime.preemptyield", preemptyield_end, 8, 4, 0, 1, 2, 0, 0, 0
    .long plainsum, ctxsum, 0, 8, 0, 10, 0, 0, 0, 0
    .long ctxsum, test_reflect, 8, 4, 0, 1, 8, 0, 0, 0
    .long test_reflect, "runtime.etext", 8, 4, 0, 1, 0, 0, 0, 0
functab_end:
callsites:
    .long nil_ret, nil_land, 64
    .long leaf_ret, leaf_land, 64
    .long leaf_ret2, leaf_land2, 64
    .long leaf_ret3, leaf_land3, 64
callsites_end:
strings: .ascii "plainsumname"
lines:
    .byte 2, 0, 0, 0, 0, 4, 0, 4, 0
lines_end:
files: .long 0, 4

.data
.p2align 3
.globl "runtime.pctab"
"runtime.pctab":
    .quad functab, (functab_end - functab) / 40
    .quad callsites, (callsites_end - callsites) / 12
    .quad files, 1, strings, 12, lines, lines_end - lines, 0, 0
    .quad "runtime.text", "runtime.etext"
    .quad godata, godata_end, 0, 0
    .quad 0, 0, 0, 0, 0, 0
    .quad 0, 0, 0, 0, 0, 0, 0, 0
node_type:
    .quad 24, 16
    .long 1
    .byte 0, 8, 8, 25
    .quad 0, node_mask
    .long 0, 0
node_mask: .quad 2
plain_ptr: .quad plainsum
ctx_closure: .quad ctxsum, 1000
made_closure: .quad "reflect.makeFuncStub"
godata:
maing: .quad 0
pong_closure: .quad pong, 0
target_fp: .quad 0
target_pc: .quad 0
want_pc_lo: .quad 0
yields: .quad 0
yield_collects: .quad 0
godata_end:
.section .note.GNU-stack,"",@progbits
