//! Lists the functions of the runtime object by size, what it needs from the program, and the overlay:
//! `object [COUNT]`.

use object::{Object, ObjectSymbol, SymbolKind};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(10), |n| n.parse())?;
    let bytes = go_rt::runtime_object(go_rt::RuntimeTarget::LinuxAmd64);
    let file = object::File::parse(bytes)?;
    let mut functions: Vec<(u64, &str)> = Vec::new();
    let mut needs: Vec<&str> = Vec::new();
    for s in file.symbols() {
        match s.name()? {
            "" => {}
            name if s.is_undefined() => needs.push(name),
            name if s.kind() == SymbolKind::Text && s.is_global() => functions.push((s.size(), name)),
            _ => {}
        }
    }
    functions.sort_by(|a, b| b.cmp(a));
    println!("{} bytes, {} functions for Go code; the largest:", bytes.len(), functions.len());
    for (size, name) in functions.iter().take(count) {
        println!("{size:6} {name}");
    }
    println!("needs {}", needs.join(", "));
    let overlay = go_rt::overlay_files();
    let lines: usize = overlay.iter().map(|(_, text)| text.lines().count()).sum();
    println!("overlay: {} files, {lines} lines", overlay.len());
    Ok(())
}
