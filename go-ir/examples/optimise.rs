//! Runs passes over the functions of an `.ir` file and prints them: `optimise FILE.ir [PASS…]`, all
//! passes if none is named.

use go_ir::passes::{Options, PassId, Verify, run};
use go_ir::text::{parse::parse, print::function_text};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, names @ ..] = args.as_slice() else { return Err("usage: optimise FILE.ir [PASS…]".into()) };
    let wanted = |p: &PassId| names.is_empty() || names.iter().any(|n| n == p.name());
    let disabled: Vec<PassId> = PassId::ALL.into_iter().filter(|p| !wanted(p)).collect();

    let text = std::fs::read_to_string(path)?;
    // Test files hold the expected text behind this line.
    let input = text.split("; ----\n").next().unwrap_or_default();
    let mut program = parse(input, &go_source::Interner::new())?;
    let report = run(&mut program, &Options { disabled, verify: Verify::On, ..Options::default() });
    for complaint in report.complaints {
        eprintln!("{complaint}");
    }
    for f in program.funcs.ids() {
        if let Some(body) = program.body(f) {
            println!("{}", function_text(&program, body));
        }
    }
    Ok(())
}
