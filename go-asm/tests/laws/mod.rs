//! What holds for any text.

use go_asm::{Arch, Options, Source, assemble};

/// Assembles the text twice and checks what comes out; tells whether it was right.
pub(crate) fn check(text: &str) -> bool {
    let include = |_: &str, name: &str| (name == "flags.h").then(|| "#define NOSPLIT 4\n#define RODATA 8\n".to_owned());
    let options = Options { package: "p", arch: Arch::Amd64, defines: &[("GOARCH_amd64", "1")], include: &include };
    let source = [Source { name: "x.s", text }];
    let result = assemble(&source, &options);
    assert_eq!(result, assemble(&source, &options), "the same text, another result");
    match &result {
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a message");
            for e in errors {
                assert!(e.line > 0 && !e.file.is_empty() && !e.message.is_empty(), "{e:?}");
            }
        }
        Ok(object) => {
            for t in &object.texts {
                assert!(t.align.is_power_of_two());
                assert!(t.relocs.is_sorted_by_key(|r| r.offset));
                assert!(t.relocs.iter().all(|r| r.offset as usize + 4 <= t.code.len()));
                assert!(t.lines.is_sorted_by(|a, b| a.offset < b.offset), "{:?}", t.lines);
                assert!(t.lines.iter().all(|l| (l.offset as usize) < t.code.len() && l.line > 0));
                assert!(t.stack >= t.frame);
            }
            for d in &object.data {
                assert!(d.bytes.len() as u64 <= d.size && d.align.is_power_of_two());
                assert!(d.relocs.iter().all(|r| r.offset as usize + 8 <= d.bytes.len()));
            }
        }
    }
    result.is_ok()
}
