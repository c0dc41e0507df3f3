//! Remembers what a command printed for a file: `memo FOLDER FILE COMMAND [ARG...]`. The second time, with
//! the same bytes in the file and the same command, it is not run.

use go_cache::{KeyBuilder, Store};
use std::error::Error;
use std::io::Write;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, file, command @ ..] = &args[..] else { return Err("usage: memo FOLDER FILE COMMAND [ARG...]".into()) };
    let (program, rest) = command.split_first().ok_or("no command")?;
    let text = std::fs::read(file)?;
    let mut key = KeyBuilder::new("memo, 1").input("file", &text);
    for a in command {
        key = key.input("arg", a.as_bytes());
    }
    let (store, key) = (Store::open(folder)?, key.finish());
    let out = match store.get(&key) {
        Some(out) => out,
        None => {
            eprintln!("running {program}");
            let out = Command::new(program).args(rest).arg(file).output()?.stdout;
            store.put(&key, &out)?;
            out
        }
    };
    std::io::stdout().write_all(&out)?;
    Ok(())
}
