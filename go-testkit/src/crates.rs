//! What every published crate brings with it: README with an example that is compiled, change log, programs
//! in `examples/`, licences, and a manifest that a registry accepts.

use crate::layers::cargo_metadata;
use serde_json::Value;
use std::path::Path;

/// Longest runnable example of a README, in lines.
pub const EXAMPLE_LINES: usize = 20;

/// What published crates of the workspace lack.
///
/// # Errors
/// If cargo cannot tell the workspace's metadata.
pub fn missing(workspace: &Path) -> Result<Vec<String>, String> {
    let metadata = cargo_metadata(workspace)?;
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        // `publish = false` is an empty list of registries.
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        one(package, &mut problems);
    }
    Ok(problems)
}

fn one(package: &Value, problems: &mut Vec<String>) {
    let name = package["name"].as_str().unwrap_or_default();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
    let dir = manifest.parent().unwrap_or(manifest);
    for field in ["description", "license", "repository", "readme"] {
        if package[field].as_str().is_none_or(str::is_empty) {
            problems.push(format!("{name}: manifest without {field}"));
        }
    }
    for list in ["keywords", "categories"] {
        // Registries take one to five of each.
        if !(1..=5).contains(&package[list].as_array().map_or(0, Vec::len)) {
            problems.push(format!("{name}: manifest needs one to five {list}"));
        }
    }
    for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        if !dir.join(file).is_file() {
            problems.push(format!("{name}: no {file}"));
        }
    }
    let examples = std::fs::read_dir(dir.join("examples")).into_iter().flatten().flatten();
    if !examples.map(|e| e.path()).any(|p| p.extension().is_some_and(|e| e == "rs" || e == "go")) {
        problems.push(format!("{name}: no program in examples/"));
    }
    // A command has no documentation tests; its README's transcripts are checked with the book.
    let Ok(lib) = std::fs::read_to_string(dir.join("src/lib.rs")) else { return };
    let readme = std::fs::read_to_string(dir.join("README.md")).unwrap_or_default();
    readme_example(name, &lib, &readme, problems);
    for dep in package["dependencies"].as_array().into_iter().flatten() {
        let dev = dep["kind"].as_str() == Some("dev");
        if dep["path"].is_string() && !dev && dep["req"].as_str() == Some("*") {
            problems.push(format!("{name}: dependency {} has no version", dep["name"]));
        }
    }
}

fn readme_example(name: &str, lib: &str, readme: &str, problems: &mut Vec<String>) {
    if !lib.contains("#![doc = include_str!(\"../README.md\")]") {
        problems.push(format!("{name}: lib.rs does not include the README, so its example is not compiled"));
    }
    let lengths: Vec<usize> = readme
        .split("```")
        .skip(1)
        .step_by(2)
        .filter(|block| block.starts_with("rust\n") || block.starts_with("rust,no_run\n"))
        .map(|block| block.lines().count() - 1)
        .collect();
    match lengths.first() {
        None => problems.push(format!("{name}: README without an example in Rust")),
        Some(n) if *n > EXAMPLE_LINES => {
            problems.push(format!("{name}: the README's example has {n} lines, more than {EXAMPLE_LINES}"));
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_that_are_missing_or_long_are_found() {
        let lib = "#![doc = include_str!(\"../README.md\")]\n";
        let mut found = Vec::new();
        readme_example("a", lib, "# a\n```sh\nls\n```\n", &mut found);
        readme_example("b", lib, &format!("```rust\n{}```\n", "f();\n".repeat(21)), &mut found);
        readme_example("c", "", "```rust\nf();\n```\n", &mut found);
        assert_eq!(
            found,
            [
                "a: README without an example in Rust",
                "b: the README's example has 21 lines, more than 20",
                "c: lib.rs does not include the README, so its example is not compiled"
            ]
        );
    }

    #[test]
    fn published_crates_are_complete() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert_eq!(missing(&root.canonicalize().unwrap()).unwrap(), Vec::<String>::new());
    }
}
