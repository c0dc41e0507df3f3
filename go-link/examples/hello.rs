//! Links hand-written machine code and a string into an executable: `hello OUTPUT`.

use go_abi::object::{DataObject, DataSection, MachineFunction, Reloc, RelocKind, SymbolId, SymbolKind};
use go_link::{LinkInput, link};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let output = std::env::args().nth(1).ok_or("usage: hello OUTPUT")?;
    let text = b"hello from a linker\n";
    let message = DataObject {
        symbol: SymbolId::new(SymbolKind::Data, 0),
        name: "message".into(),
        section: DataSection::Rodata,
        bytes: text.to_vec(),
        size: text.len() as u64,
        align: 1,
        relocs: Vec::new(),
    };
    let mut code = vec![0xbf, 1, 0, 0, 0]; // mov edi, 1
    code.extend([0xbe, 0, 0, 0, 0]); // mov esi, message
    code.extend([0xba, text.len() as u8, 0, 0, 0]); // mov edx, length
    code.extend([0xb8, 1, 0, 0, 0, 0x0f, 0x05]); // mov eax, 1 (write); syscall
    code.extend([0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05]); // xor edi, edi; mov eax, 60 (exit); syscall
    let mut start = MachineFunction::new(SymbolId::new(SymbolKind::Func, 0), "start", code);
    start.relocs.push(Reloc { offset: 6, kind: RelocKind::Abs32, target: message.symbol, addend: 0 });

    let image = link(&LinkInput::bare(&[start], &[message], "start"))?;
    image.write_to(output.as_ref())?;
    println!("{output}: {} bytes", image.bytes().len());
    Ok(())
}
