//! Shows a place of a file the way compilers do: `frame FILE LINE COLUMN`.

use go_source::{Code, Diagnostic, SourceMap, Span};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, line, column] = args.as_slice() else { return Err("usage: frame FILE LINE COLUMN".into()) };
    let mut sources = SourceMap::new();
    let id = sources.add(path.clone(), std::fs::read(path)?.into()).ok_or("4 GiB of sources")?;
    let file = sources.file(id);
    // Whoever finds a problem knows a position; lines are only made for people.
    let start = file.line_starts().get(line.parse::<usize>()? - 1).ok_or("no such line")?;
    let pos = file.base.offset(start + column.parse::<u32>()? - 1);
    let finding = Diagnostic::error(Code("Example"), Span::at(pos), "here");

    let at = sources.location(finding.span.lo);
    println!("{}:{}:{}: {}", at.file, at.line, at.column, finding.message);
    let text = String::from_utf8_lossy(&file.text[*start as usize..]).into_owned();
    println!("{:4} | {}", at.line, text.lines().next().unwrap_or_default());
    println!("     | {:>1$}", "^", at.column as usize);
    Ok(())
}
