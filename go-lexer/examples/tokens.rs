//! Prints the tokens of a file, one a line: `tokens FILE`.

use go_lexer::tokenize;

fn main() -> std::io::Result<()> {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: tokens FILE");
        return Ok(());
    };
    let text = std::fs::read(path)?;
    let toks = tokenize(&text);
    for i in 0..toks.len() {
        let shown = String::from_utf8_lossy(toks.text(i, &text)).into_owned();
        println!("{}\t{:?}\t{shown:?}", toks.starts[i], toks.kinds[i]);
    }
    for (offset, message) in toks.errors() {
        println!("{offset}\terror: {message}");
    }
    Ok(())
}
