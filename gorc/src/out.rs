//! Standard output. A reader that goes away (`gorc build --emit=ir | head`) ends the command; it is
//! never a panic, as it would be with `println!`.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Prints to standard output like `print!`.
macro_rules! out {
    ($($arg:tt)*) => { $crate::out::write(format_args!($($arg)*)) };
}

/// Prints a line to standard output like `println!`.
macro_rules! outln {
    ($($arg:tt)*) => { $crate::out::write(format_args!("{}\n", format_args!($($arg)*))) };
}

pub(crate) use {out, outln};

/// Writes to standard output. Ends the process if nobody reads it or it cannot be written.
pub(crate) fn write(text: Arguments<'_>) {
    let Err(e) = std::io::stdout().lock().write_fmt(text) else { return };
    if e.kind() != ErrorKind::BrokenPipe {
        eprintln!("gorc: standard output: {e}");
    }
    std::process::exit(1);
}
