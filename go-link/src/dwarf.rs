//! DWARF 5 line tables: one compilation unit over Go text, with a subprogram per function.

use crate::LinkInput;
use crate::layout::Layout;
use crate::reach::Reached;
use gimli::write::{Address, AttributeValue, Dwarf, EndianVec, LineProgram, LineString, Sections, Unit};
use gimli::{Encoding, Format, LineEncoding, LittleEndian};

/// The debugging sections of the image.
pub(crate) fn sections(input: &LinkInput<'_>, r: &Reached, l: &Layout) -> Vec<(&'static str, Vec<u8>)> {
    let encoding = Encoding { address_size: 8, format: Format::Dwarf32, version: 5 };
    let mut program = LineProgram::new(
        encoding,
        LineEncoding::default(),
        LineString::String(b"/".to_vec()),
        None,
        LineString::String(b"main".to_vec()),
        None,
    );
    let dir = program.default_directory();
    let files: Vec<_> = (0..input.positions.file_count())
        .map(|i| program.add_file(LineString::String(input.positions.file_name(i).into_bytes()), dir, None))
        .collect();
    let mut dwarf = Dwarf::new();
    let mut subprograms = Vec::new();
    for (i, f) in input.functions.iter().enumerate().filter(|(i, _)| r.funcs[*i]) {
        let start = input.positions.resolve(f.pos);
        subprograms.push((i, start));
        if f.lines.is_empty() {
            continue;
        }
        program.begin_sequence(Some(Address::Constant(l.funcs[i])));
        for row in &f.lines {
            if let Some((file, line)) = input.positions.resolve(row.pos) {
                let out = program.row();
                out.address_offset = u64::from(row.offset);
                out.file = files[file as usize];
                out.line = u64::from(line);
                program.generate_row();
            }
        }
        program.end_sequence(f.code.len() as u64);
    }
    let unit_id = dwarf.units.add(Unit::new(encoding, program));
    let unit = dwarf.units.get_mut(unit_id);
    let root = unit.root();
    let text_size = l.text.size;
    {
        let e = unit.get_mut(root);
        e.set(gimli::DW_AT_name, AttributeValue::String(b"main".to_vec()));
        e.set(gimli::DW_AT_producer, AttributeValue::String(b"gorc".to_vec()));
        e.set(gimli::DW_AT_language, AttributeValue::Language(gimli::DW_LANG_Go));
        e.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(l.text.addr)));
        e.set(gimli::DW_AT_high_pc, AttributeValue::Udata(text_size));
    }
    for (i, start) in subprograms {
        let f = &input.functions[i];
        let id = unit.add(root, gimli::DW_TAG_subprogram);
        let e = unit.get_mut(id);
        e.set(gimli::DW_AT_name, AttributeValue::String(f.name.clone().into_bytes()));
        e.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(l.funcs[i])));
        e.set(gimli::DW_AT_high_pc, AttributeValue::Udata(f.code.len() as u64));
        if let Some((file, line)) = start {
            e.set(gimli::DW_AT_decl_file, AttributeValue::FileIndex(Some(files[file as usize])));
            e.set(gimli::DW_AT_decl_line, AttributeValue::Udata(u64::from(line)));
        }
    }
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    let mut out = Vec::new();
    if dwarf.write(&mut sections).is_ok() {
        let _ = sections.for_each(|id, data| -> Result<(), gimli::write::Error> {
            if !data.slice().is_empty() {
                out.push((id.name(), data.slice().to_vec()));
            }
            Ok(())
        });
    }
    out
}
