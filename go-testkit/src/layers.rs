//! The layers of the workspace: which crate may use which. A new edge is a decision, made here.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Crates, and what each may use besides go-source, which is open to all above it. Names are folders.
/// Tests and examples may use more.
pub const LAYERS: &[(&str, &[&str])] = &[
    ("go-source", &[]),
    ("go-abi", &[]),
    ("go-lexer", &[]),
    ("go-ast", &["go-lexer"]),
    // Literals are evaluated by the lexer's own functions.
    ("go-types", &["go-ast", "go-lexer", "go-abi"]),
    ("go-load", &["go-ast", "go-lexer"]),
    ("go-ir", &["go-abi"]),
    ("go-lower", &["go-ir", "go-types", "go-ast", "go-abi"]),
    // The list of runtime functions says which of them keep their arguments.
    ("go-escape", &["go-ir", "go-abi"]),
    ("go-codegen", &["go-ir", "go-abi"]),
    ("go-cache", &["go-abi"]),
    ("go-link", &["go-abi"]),
    ("go-asm", &[]),
    ("go-rt", &["go-abi"]),
    (
        "gorc",
        &[
            "go-abi",
            "go-lexer",
            "go-ast",
            "go-types",
            "go-load",
            "go-ir",
            "go-lower",
            "go-escape",
            "go-codegen",
            "go-cache",
            "go-link",
            "go-asm",
            "go-rt",
        ],
    ),
    ("go-testkit", &[]),
    ("xtask", &["go-testkit"]),
];

/// Crates that stand alone: not even go-source.
const ALONE: &[&str] = &["go-source", "go-abi", "go-rt", "go-link", "go-asm", "go-cache", "go-testkit", "xtask"];

/// The edges of the workspace that the table does not allow.
///
/// # Errors
/// If cargo cannot tell the workspace's metadata.
pub fn violations(workspace: &Path) -> Result<Vec<String>, String> {
    let metadata = cargo_metadata(workspace)?;
    Ok(check(&metadata))
}

/// What cargo says of the workspace's packages.
pub(crate) fn cargo_metadata(workspace: &Path) -> Result<Value, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(workspace)
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    if !out.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&out.stderr)));
    }
    serde_json::from_slice(&out.stdout).map_err(|e| e.to_string())
}

fn check(metadata: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let folder = folder_of(package["manifest_path"].as_str().unwrap_or_default());
        let Some((_, allowed)) = LAYERS.iter().find(|(c, _)| *c == folder) else {
            problems.push(format!("{folder}: not in the table of layers"));
            continue;
        };
        for dep in package["dependencies"].as_array().into_iter().flatten() {
            let Some(path) = dep["path"].as_str() else { continue };
            if dep["kind"].as_str() == Some("dev") {
                continue;
            }
            let to = path.rsplit('/').next().unwrap_or(path);
            let open = to == "go-source" && !ALONE.contains(&folder);
            if !open && !allowed.contains(&to) {
                problems.push(format!("{folder} must not use {to}"));
            }
        }
    }
    problems
}

fn folder_of(manifest: &str) -> &str {
    let dir = manifest.strip_suffix("/Cargo.toml").unwrap_or(manifest);
    dir.rsplit('/').next().unwrap_or(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_outside_the_table_are_found() {
        let m: Value = serde_json::from_str(
            r#"{"packages":[{"manifest_path":"/w/go-ast/Cargo.toml","dependencies":[
                {"path":"/w/go-lexer","kind":null},{"path":"/w/go-types","kind":null},{"path":"/w/go-load","kind":"dev"}]}]}"#,
        )
        .unwrap();
        assert_eq!(check(&m), ["go-ast must not use go-types"]);
    }

    #[test]
    fn the_workspace_keeps_its_layers() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert_eq!(violations(&root.canonicalize().unwrap()).unwrap(), Vec::<String>::new());
    }
}
