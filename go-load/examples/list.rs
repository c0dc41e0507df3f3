//! Lists the packages that a program needs: `cargo run --example list -- GOROOT [PATTERN…]`.

use go_load::{LoadConfig, OsFileSystem, load};

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let goroot = args.next().unwrap_or_else(|| "/usr/local/go".into());
    let patterns: Vec<String> = args.collect();
    let config = LoadConfig::new(goroot, std::env::current_dir()?);
    let start = std::time::Instant::now();
    let (graph, errors) = load(&config, &OsFileSystem, &patterns);
    eprintln!("{} packages in {:?}", graph.packages.len(), start.elapsed());
    print!("{}", graph.dump());
    for e in &errors {
        eprintln!("{e}");
    }
    Ok(())
}
