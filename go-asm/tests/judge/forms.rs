//! Combinations of operands for every instruction that the SDK's assembler knows: both assemblers take and
//! refuse the same, and write the same bytes.

use super::go::Sdk;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// What became of the combinations.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Both take them, with equal bytes.
    pub(crate) equal: usize,
    /// Both refuse them.
    pub(crate) refused: usize,
    /// Only the SDK takes them.
    pub(crate) missing: Vec<String>,
    /// Only we take them.
    pub(crate) lenient: Vec<String>,
    /// The bytes differ.
    pub(crate) different: Vec<String>,
}

impl Tally {
    pub(crate) fn summary(&self) -> String {
        format!(
            "{} equal, {} refused by both, {} missing, {} only here, {} different",
            self.equal,
            self.refused,
            self.missing.len(),
            self.lenient.len(),
            self.different.len()
        )
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.equal += other.equal;
        self.refused += other.refused;
        self.missing.extend(other.missing);
        self.lenient.extend(other.lenient);
        self.different.extend(other.different);
    }
}

/// Names of the instructions, from the SDK's list.
pub(crate) fn instructions(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join("src/cmd/internal/obj/x86/anames.go")).unwrap_or_default();
    let names = text.lines().filter_map(|l| l.trim().strip_prefix('"')?.strip_suffix("\","));
    names.filter(|n| *n != "LAST").map(str::to_owned).collect()
}

/// Compares the assemblers on single instructions.
pub(crate) fn compare(sdk: &Sdk, lines: &[String], scratch: &Path) -> Result<Tally, String> {
    let refused = refused(sdk, lines, scratch)?;
    let taken: Vec<&String> =
        lines.iter().enumerate().filter(|(i, _)| !refused.contains_key(i)).map(|(_, l)| l).collect();
    let bytes = bytes(sdk, &taken, scratch)?;
    let mut tally = Tally::default();
    let mut bytes = bytes.into_iter();
    for (i, line) in lines.iter().enumerate() {
        let source = format!("TEXT t(SB), 516, $0\n{line}\n");
        let got = super::run("t.s", &source, "p", &[]).map(|o| super::hex(&o.texts[0].code));
        match (refused.get(&i), got) {
            (Some(_), Err(_)) => tally.refused += 1,
            (Some(why), Ok(got)) => tally.lenient.push(format!("{line} // {got}: {why}")),
            (None, got) => match (bytes.next().ok_or("listing ends early")?, got) {
                (want, Ok(got)) if got == want => tally.equal += 1,
                (want, Ok(got)) => tally.different.push(format!("{line} // {got}, want {want}")),
                (want, Err(errors)) => tally.missing.push(format!("{line} // want {want}: {}", errors[0].message)),
            },
        }
    }
    Ok(tally)
}

fn program<'a>(lines: impl Iterator<Item = &'a String>) -> String {
    let mut text = String::new();
    for (i, line) in lines.enumerate() {
        let _ = writeln!(text, "TEXT t{i}(SB), 516, $0; {line}");
    }
    text
}

fn asm(sdk: &Sdk, text: &str, scratch: &Path) -> Result<std::process::Output, String> {
    std::fs::write(scratch.join("forms.s"), text).map_err(|e| e.to_string())?;
    let mut cmd = Command::new(sdk.tool("asm"));
    cmd.current_dir(scratch).env("GOOS", "linux").env("GOARCH", "amd64");
    cmd.args(["-S", "-e", "-p", "p", "-o", "forms.o", "forms.s"]);
    cmd.output().map_err(|e| e.to_string())
}

/// The lines that the SDK's assembler refuses, with its message.
fn refused(sdk: &Sdk, lines: &[String], scratch: &Path) -> Result<BTreeMap<usize, String>, String> {
    let mut out: BTreeMap<usize, String> = BTreeMap::new();
    loop {
        let kept: Vec<usize> = (0..lines.len()).filter(|i| !out.contains_key(i)).collect();
        let run = asm(sdk, &program(kept.iter().map(|&i| &lines[i])), scratch)?;
        if run.status.success() {
            return Ok(out);
        }
        let before = out.len();
        for message in String::from_utf8_lossy(&run.stderr).lines() {
            // `forms.s:7: …` or `asm: … (forms.s:7) …`
            let Some((_, rest)) = message.split_once("forms.s:") else { continue };
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let Ok(line) = digits.parse::<usize>() else { continue };
            if let Some(&i) = kept.get(line.wrapping_sub(1)) {
                out.entry(i).or_insert_with(|| message.to_owned());
            }
        }
        if out.len() == before {
            return Err(String::from_utf8_lossy(&run.stderr).chars().take(600).collect());
        }
    }
}

fn bytes(sdk: &Sdk, lines: &[&String], scratch: &Path) -> Result<Vec<String>, String> {
    let run = asm(sdk, &program(lines.iter().copied()), scratch)?;
    let listing = super::go::parse_listing(&String::from_utf8_lossy(&run.stdout));
    let texts = listing.iter().filter(|s| s.kind == "STEXT");
    Ok(texts.map(|s| super::hex(&s.bytes)).collect())
}

/// Operands of each kind.
const OPERANDS: &[&str] = &[
    "AX",
    "CX",
    "DX",
    "R9",
    "SI",
    "AL",
    "AH",
    "(BX)",
    "8(SP)(CX*2)",
    "(X1*2)",
    "(Y20*1)",
    "$1",
    "$-1",
    "$200",
    "$300",
    "$0x80000000",
    "$0x123456789a",
    "X0",
    "X9",
    "X20",
    "Y2",
    "Y20",
    "Z3",
    "K0",
    "K3",
    "M1",
    "F0",
    "F1",
    "CR0",
    "DS",
    "s(SB)",
    "$s(SB)",
    "[Z4-Z7]",
];

/// Instructions with that name.
pub(crate) fn combinations(name: &str) -> Vec<String> {
    let mut out = vec![name.to_owned()];
    // Fewer kinds for more operands.
    let few: Vec<&str> = "R9 (BX) $7 X2 X20 Y2 Z3 K3".split(' ').collect();
    for a in OPERANDS {
        out.push(format!("{name} {a}"));
        for b in OPERANDS {
            out.push(format!("{name} {a}, {b}"));
        }
    }
    for a in &few {
        for b in &few {
            for c in &few {
                out.push(format!("{name} {a}, {b}, {c}"));
                if name.starts_with('V') {
                    for d in ["R9", "(BX)", "X2", "Y20", "Z3", "K3"] {
                        out.push(format!("{name} {a}, {b}, {c}, {d}"));
                    }
                }
            }
        }
    }
    out
}

/// Instructions with that name and suffixes.
pub(crate) fn suffixes(name: &str) -> Vec<String> {
    let mut out = Vec::new();
    if !name.starts_with('V') {
        return out;
    }
    let operands = ["R9", "(BX)", "X2", "Y2", "Z3"];
    for suffix in ["Z", "SAE", "SAE.Z", "RN_SAE", "RU_SAE.Z", "RD_SAE", "RZ_SAE", "BCST", "BCST.Z"] {
        for a in operands {
            for b in operands {
                for mask in ["", "K1, "] {
                    out.push(format!("{name}.{suffix} {a}, {mask}{b}"));
                    out.push(format!("{name}.{suffix} $1, {a}, {mask}{b}"));
                    out.push(format!("{name}.{suffix} $1, {a}, {b}, {mask}K2"));
                    out.push(format!("{name}.{suffix} {a}, {b}, {mask}K2"));
                    for c in operands {
                        out.push(format!("{name}.{suffix} {a}, {b}, {mask}{c}"));
                        out.push(format!("{name}.{suffix} $1, {a}, {b}, {mask}{c}"));
                    }
                }
            }
        }
    }
    out
}
