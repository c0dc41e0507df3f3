//! Compiles the functions of an `.ir` file and prints Cranelift's text and the machine code:
//! `compile FILE.ir`.

use go_codegen::{Backend, Options};
use go_ir::{StorageMap, text::parse::parse};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: compile FILE.ir")?;
    let text = std::fs::read_to_string(path)?;
    let program = parse(text.split("; ----\n").next().unwrap_or_default(), &go_source::Interner::new())?;
    let storage = StorageMap::all_heap();
    let backend = Backend::new(&Options::default())?;
    let mut worker = backend.worker();
    for f in program.funcs.ids().filter(|f| program.body(*f).is_some()) {
        println!("{}", worker.clif(&program, f, &storage)?);
        let code = worker.compile(&program, f, &storage)?;
        println!("{}: {} bytes", code.name, code.code.len());
        for (i, line) in code.code.chunks(16).enumerate() {
            let hex: Vec<String> = line.iter().map(|b| format!("{b:02x}")).collect();
            println!("{:5x}: {}", i * 16, hex.join(" "));
        }
        for r in &code.relocs {
            println!("{:5x}: {:?} {:?} {}{:+}", r.offset, r.kind, r.target.kind(), r.target.index(), r.addend);
        }
    }
    Ok(())
}
