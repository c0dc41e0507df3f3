//! The build information that goes into executables (`go version -m`, debug.ReadBuildInfo).
//! Source: package runtime/debug, `BuildInfo.String`.

use go_link::BuildInfo;
use go_load::{Package, PackageGraph};

/// The information about a program.
pub(crate) fn build_info(
    graph: &PackageGraph,
    main: &Package,
    release: &str,
    settings: &[(String, String)],
) -> BuildInfo {
    let mut text = format!("path\t{}\n", main.path);
    if let Some(m) = main.module.as_ref().or(graph.main_module.as_ref()) {
        text.push_str(&format!("mod\t{}\t{}\t\n", m.path, version(&m.version)));
        let mut deps: Vec<(&str, &str)> = graph
            .packages
            .iter()
            .filter_map(|p| p.module.as_ref())
            .filter(|d| d.path != m.path)
            .map(|d| (d.path.as_str(), version(&d.version)))
            .collect();
        deps.sort_unstable();
        deps.dedup();
        for (path, version) in deps {
            text.push_str(&format!("dep\t{path}\t{version}\t\n"));
        }
    }
    for (key, value) in settings {
        text.push_str(&format!("build\t{key}={value}\n"));
    }
    BuildInfo { go_version: release.to_owned(), modinfo: text }
}

fn version(v: &str) -> &str {
    if v.is_empty() { "(devel)" } else { v }
}
