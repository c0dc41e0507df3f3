//! Finds a Go SDK, fetching one if there is none: `cargo run --example sdk`.

use go_load::sdk::{Env, InstallOptions, Sdk};

fn main() {
    let env = Env::new(std::env::vars());
    let start = std::time::Instant::now();
    match Sdk::find_or_install(&env, &InstallOptions::default()) {
        Ok(sdk) => println!("{} {} ({:?}, {:?})", sdk.release, sdk.root.display(), sdk.source, start.elapsed()),
        Err(e) => eprintln!("{e}"),
    }
}
