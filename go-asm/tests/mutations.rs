//! Damaged programs: whatever the text is, there is an object or a message, never a panic.

mod laws;

use std::path::Path;

/// A small generator of numbers (xorshift), the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// The words of a text, with the spaces between them.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = false;
    for (i, c) in text.char_indices() {
        let word = c.is_alphanumeric();
        if i > start && !(word && last) {
            out.push(&text[start..i]);
            start = i;
        }
        last = word;
    }
    out.push(&text[start..]);
    out
}

const BITS: &[&str] = &[
    "(",
    ")",
    ",",
    "$",
    "*",
    "+",
    "-",
    "<>",
    "<<",
    "/",
    "[",
    "]",
    "\n",
    ";",
    ":",
    "\"",
    "'",
    "\\",
    "#",
    ".Z",
    ".SAE",
    "AX",
    "AH",
    "X31",
    "Z3",
    "K1",
    "F0",
    "TLS",
    "SB",
    "SP",
    "FP",
    "PC",
    "CR8",
    "9223372036854775808",
    "-1",
    "1.5",
    "0x",
    "é",
    "·",
    "#define A(x) x\n",
    "A(",
    "#include \"flags.h\"\n",
    "/*",
    "TEXT",
    "DATA",
    "GLOBL",
    "PCALIGN",
];

#[test]
fn no_damage_makes_it_panic() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let programs: Vec<String> = ["frames", "preprocess", "data", "jumps", "instructions"]
        .iter()
        .map(|name| std::fs::read_to_string(dir.join(name).with_extension("s")).expect("a program"))
        .collect();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut good, mut bad) = (0, 0);
    for round in 0..6000 {
        let mut text = words(&programs[round % programs.len()]);
        let other = words(&programs[numbers.below(programs.len())]);
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(text.len());
            match numbers.below(5) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, BITS[numbers.below(BITS.len())]),
                2 => text[at] = BITS[numbers.below(BITS.len())],
                3 => text[at] = other[numbers.below(other.len())],
                _ => {
                    let from = numbers.below(text.len());
                    text.swap(at, from);
                }
            }
        }
        if laws::check(&text.concat()) {
            good += 1;
        } else {
            bad += 1;
        }
    }
    assert!(good > 100 && bad > 100, "{good} {bad}");
}
