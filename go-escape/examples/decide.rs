//! Prints where each allocation of the functions of an `.ir` file lives, and why: `decide FILE.ir`.

use go_escape::{Storage, analyze};
use go_ir::text::parse::parse;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: decide FILE.ir")?;
    let program = parse(&std::fs::read_to_string(path)?, &go_source::Interner::new())?;
    let (_storage, report) = analyze(&program);
    for d in &report.decisions {
        let place = match d.storage {
            Storage::Stack => "stack".to_owned(),
            Storage::Heap(reason) => format!("heap ({reason:?})"),
        };
        println!("{} #{}: {:?} on the {place}", program.funcs[d.func].name, d.site.0, d.kind);
    }
    Ok(())
}
