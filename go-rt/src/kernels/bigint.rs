//! Vectors of machine words for math/big. Leaf functions in
//! assembly: carries live in the carry flag, which no high-level language keeps there.
//!
//! All take `n ≥ 0` words; `z` may be `x` or `y`.

core::arch::global_asm!(
    ".section .text.gorc_bigint,\"ax\",@progbits",
    // addvv(rdi z, rsi x, rdx y, rcx n) → carry; subvv likewise → borrow
    ".globl \"math/big.addvv\"",
    ".p2align 4",
    "\"math/big.addvv\":",
    "mov r8, rcx",
    "and ecx, 3",
    "mov eax, 0",
    "shr r8, 2",
    "test r8, r8",
    "jz 2f",
    "1:",
    "mov r9, [rsi]",
    "mov r10, [rsi + 8]",
    "mov r11, [rsi + 16]",
    "adc r9, [rdx]",
    "adc r10, [rdx + 8]",
    "adc r11, [rdx + 16]",
    "mov [rdi], r9",
    "mov r9, [rsi + 24]",
    "adc r9, [rdx + 24]",
    "mov [rdi + 8], r10",
    "mov [rdi + 16], r11",
    "mov [rdi + 24], r9",
    "lea rsi, [rsi + 32]",
    "lea rdx, [rdx + 32]",
    "lea rdi, [rdi + 32]",
    "dec r8",
    "jnz 1b",
    "2:",
    "jrcxz 3f",
    "mov r9, [rsi]",
    "adc r9, [rdx]",
    "mov [rdi], r9",
    "lea rsi, [rsi + 8]",
    "lea rdx, [rdx + 8]",
    "lea rdi, [rdi + 8]",
    "lea rcx, [rcx - 1]",
    "jmp 2b",
    "3:",
    "setc al",
    "ret",
    ".globl \"math/big.subvv\"",
    ".p2align 4",
    "\"math/big.subvv\":",
    "mov r8, rcx",
    "and ecx, 3",
    "mov eax, 0",
    "shr r8, 2",
    "test r8, r8",
    "jz 2f",
    "1:",
    "mov r9, [rsi]",
    "mov r10, [rsi + 8]",
    "mov r11, [rsi + 16]",
    "sbb r9, [rdx]",
    "sbb r10, [rdx + 8]",
    "sbb r11, [rdx + 16]",
    "mov [rdi], r9",
    "mov r9, [rsi + 24]",
    "sbb r9, [rdx + 24]",
    "mov [rdi + 8], r10",
    "mov [rdi + 16], r11",
    "mov [rdi + 24], r9",
    "lea rsi, [rsi + 32]",
    "lea rdx, [rdx + 32]",
    "lea rdi, [rdi + 32]",
    "dec r8",
    "jnz 1b",
    "2:",
    "jrcxz 3f",
    "mov r9, [rsi]",
    "sbb r9, [rdx]",
    "mov [rdi], r9",
    "lea rsi, [rsi + 8]",
    "lea rdx, [rdx + 8]",
    "lea rdi, [rdi + 8]",
    "lea rcx, [rcx - 1]",
    "jmp 2b",
    "3:",
    "setc al",
    "ret",
    // muladdvww(rdi z, rsi x, rdx m, rcx a, r8 n): z = x*m + a → carry
    ".globl \"math/big.muladdvww\"",
    ".p2align 4",
    "\"math/big.muladdvww\":",
    "mov r9, rdx",
    "test r8, r8",
    "jz 2f",
    "1:",
    "mov rax, [rsi]",
    "mul r9",
    "add rax, rcx",
    "adc rdx, 0",
    "mov [rdi], rax",
    "mov rcx, rdx",
    "add rsi, 8",
    "add rdi, 8",
    "dec r8",
    "jnz 1b",
    "2:",
    "mov rax, rcx",
    "ret",
    // addmulvww(rdi z, rsi x, rdx y, rcx m, r8 a, r9 n): z = x + y*m + a → carry
    ".globl \"math/big.addmulvvww\"",
    ".p2align 4",
    "\"math/big.addmulvvww\":",
    "mov r10, rdx",
    "shr r9, 1",
    "jnc 1f",
    "mov rax, [r10]",
    "mul rcx",
    "add rax, [rsi]",
    "adc rdx, 0",
    "add rax, r8",
    "adc rdx, 0",
    "mov [rdi], rax",
    "mov r8, rdx",
    "add r10, 8",
    "add rsi, 8",
    "add rdi, 8",
    "1:",
    "test r9, r9",
    "jz 3f",
    "2:",
    "mov rax, [r10]",
    "mul rcx",
    "add rax, [rsi]",
    "adc rdx, 0",
    "add rax, r8",
    "adc rdx, 0",
    "mov [rdi], rax",
    "mov r8, rdx",
    "mov rax, [r10 + 8]",
    "mul rcx",
    "add rax, [rsi + 8]",
    "adc rdx, 0",
    "add rax, r8",
    "adc rdx, 0",
    "mov [rdi + 8], rax",
    "mov r8, rdx",
    "add r10, 16",
    "add rsi, 16",
    "add rdi, 16",
    "dec r9",
    "jnz 2b",
    "3:",
    "mov rax, r8",
    "ret",
    // lshvu(rdi z, rsi x, rdx s, rcx n), 1 ≤ s ≤ 63, n ≥ 1 → bits shifted out at the top
    ".globl \"math/big.lshvu\"",
    ".p2align 4",
    "\"math/big.lshvu\":",
    "mov r8, rcx",
    "mov ecx, edx",
    "xor eax, eax",
    "mov r9, [rsi + r8 * 8 - 8]",
    "shld rax, r9, cl",
    "dec r8",
    "jz 2f",
    "1:",
    "mov r10, [rsi + r8 * 8 - 8]",
    "shld r9, r10, cl",
    "mov [rdi + r8 * 8], r9",
    "mov r9, r10",
    "dec r8",
    "jnz 1b",
    "2:",
    "shl r9, cl",
    "mov [rdi], r9",
    "ret",
    // rshvu(rdi z, rsi x, rdx s, rcx n) → bits shifted out at the bottom, left-aligned
    ".globl \"math/big.rshvu\"",
    ".p2align 4",
    "\"math/big.rshvu\":",
    "mov r8, rcx",
    "mov ecx, edx",
    "xor eax, eax",
    "mov r9, [rsi]",
    "shrd rax, r9, cl",
    "dec r8",
    "jz 2f",
    "1:",
    "mov r10, [rsi + 8]",
    "shrd r9, r10, cl",
    "mov [rdi], r9",
    "mov r9, r10",
    "add rsi, 8",
    "add rdi, 8",
    "dec r8",
    "jnz 1b",
    "2:",
    "shr r9, cl",
    "mov [rdi], r9",
    "ret",
    ".text",
);

#[cfg(test)]
mod tests {
    unsafe extern "C" {
        #[link_name = "math/big.addvv"]
        fn addvv(z: *mut u64, x: *const u64, y: *const u64, n: usize) -> u64;
        #[link_name = "math/big.subvv"]
        fn subvv(z: *mut u64, x: *const u64, y: *const u64, n: usize) -> u64;
        #[link_name = "math/big.muladdvww"]
        fn muladdvww(z: *mut u64, x: *const u64, m: u64, a: u64, n: usize) -> u64;
        #[link_name = "math/big.addmulvvww"]
        fn addmulvvww(z: *mut u64, x: *const u64, y: *const u64, m: u64, a: u64, n: usize) -> u64;
        #[link_name = "math/big.lshvu"]
        fn lshvu(z: *mut u64, x: *const u64, s: u64, n: usize) -> u64;
        #[link_name = "math/big.rshvu"]
        fn rshvu(z: *mut u64, x: *const u64, s: u64, n: usize) -> u64;
    }

    #[test]
    fn agree_with_wide_arithmetic() {
        let mut s = 3u64;
        let mut rnd = move || {
            s = s.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            match s >> 61 {
                0 => 0,
                1 => u64::MAX,
                _ => s.rotate_left(23),
            }
        };
        for n in 0..40usize {
            for _ in 0..50 {
                let x: Vec<u64> = (0..n).map(|_| rnd()).collect();
                let y: Vec<u64> = (0..n).map(|_| rnd()).collect();
                let (m, a, sh) = (rnd(), rnd(), 1 + rnd() % 63);
                let mut z = vec![0; n];
                let (mut c, mut want) = (0u64, vec![0; n]);
                unsafe {
                    for i in 0..n {
                        let t = x[i] as u128 + y[i] as u128 + c as u128;
                        (want[i], c) = (t as u64, (t >> 64) as u64);
                    }
                    assert_eq!((addvv(z.as_mut_ptr(), x.as_ptr(), y.as_ptr(), n), &z), (c, &want));
                    let back = z.clone();
                    assert_eq!((subvv(z.as_mut_ptr(), back.as_ptr(), y.as_ptr(), n), &z), (c, &x));
                    c = a;
                    for i in 0..n {
                        let t = x[i] as u128 * m as u128 + c as u128;
                        (want[i], c) = (t as u64, (t >> 64) as u64);
                    }
                    assert_eq!((muladdvww(z.as_mut_ptr(), x.as_ptr(), m, a, n), &z), (c, &want));
                    c = a;
                    for i in 0..n {
                        let t = y[i] as u128 * m as u128 + x[i] as u128 + c as u128;
                        (want[i], c) = (t as u64, (t >> 64) as u64);
                    }
                    assert_eq!((addmulvvww(z.as_mut_ptr(), x.as_ptr(), y.as_ptr(), m, a, n), &z), (c, &want));
                    if n > 0 {
                        for i in 0..n {
                            want[i] = x[i] << sh | if i > 0 { x[i - 1] >> (64 - sh) } else { 0 };
                        }
                        z.copy_from_slice(&x);
                        assert_eq!((lshvu(z.as_mut_ptr(), z.as_ptr(), sh, n), &z), (x[n - 1] >> (64 - sh), &want));
                        for i in 0..n {
                            want[i] = x[i] >> sh | if i + 1 < n { x[i + 1] << (64 - sh) } else { 0 };
                        }
                        z.copy_from_slice(&x);
                        assert_eq!((rshvu(z.as_mut_ptr(), z.as_ptr(), sh, n), &z), (x[0] << (64 - sh), &want));
                    }
                }
            }
        }
    }
}
