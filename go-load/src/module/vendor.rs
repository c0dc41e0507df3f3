//! vendor/modules.txt: which packages a vendor folder holds, and whether it fits go.mod.

use std::collections::BTreeMap;

use super::modfile::{ModFile, ModuleVersion};

/// What modules.txt says of a module.
#[derive(Clone, Debug, Default)]
struct Meta {
    explicit: bool,
    go: Option<String>,
    replacement: Option<ModuleVersion>,
}

/// A vendor folder's contents.
#[derive(Clone, Debug, Default)]
pub(crate) struct VendorList {
    /// Package → module.
    packages: BTreeMap<String, ModuleVersion>,
    meta: BTreeMap<ModuleVersion, Meta>,
    /// Modules in the order of the file.
    modules: Vec<ModuleVersion>,
    replaced: Vec<ModuleVersion>,
}

fn is_version(s: &str) -> bool {
    s.strip_prefix('v').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
}

impl VendorList {
    pub(crate) fn parse(text: &str) -> VendorList {
        let mut list = VendorList::default();
        let mut current: Option<ModuleVersion> = None;
        for line in text.lines() {
            if line.starts_with("# ") {
                let f: Vec<&str> = line.split_whitespace().collect();
                if f.len() < 3 {
                    continue;
                }
                let (module, rest) = if is_version(f[2]) {
                    (ModuleVersion { path: f[1].into(), version: f[2].into() }, &f[3..])
                } else if f[2] == "=>" {
                    (ModuleVersion { path: f[1].into(), version: String::new() }, &f[2..])
                } else {
                    current = None;
                    continue;
                };
                if let ["=>", path, version @ ..] = rest {
                    let version = version.first().map_or(String::new(), |v| (*v).to_owned());
                    let meta = list.meta.entry(module.clone()).or_default();
                    meta.replacement = Some(ModuleVersion { path: (*path).to_owned(), version });
                    list.replaced.push(module.clone());
                }
                current = Some(module);
            } else if let Some(module) = &current {
                if let Some(notes) = line.strip_prefix("## ") {
                    let meta = list.meta.entry(module.clone()).or_default();
                    for note in notes.split(';').map(str::trim) {
                        if note == "explicit" {
                            meta.explicit = true;
                        } else if let Some(v) = note.strip_prefix("go ") {
                            meta.go = Some(v.to_owned());
                        }
                    }
                } else if !line.trim().is_empty() && !line.trim().contains(' ') {
                    list.packages.insert(line.trim().to_owned(), module.clone());
                    if !list.modules.contains(module) {
                        list.modules.push(module.clone());
                    }
                }
            }
        }
        list
    }

    /// The module that a vendored package comes from.
    pub(crate) fn module_of(&self, package: &str) -> Option<&ModuleVersion> {
        self.packages.get(package)
    }

    /// All packages, sorted.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().map(String::as_str)
    }

    /// The go line of a vendored module.
    pub(crate) fn go_version(&self, module: &ModuleVersion) -> Option<&str> {
        self.meta.get(module)?.go.as_deref()
    }

    /// Compares with go.mod; each string is one finding in cmd/go's words.
    pub(crate) fn inconsistencies(&self, file: &ModFile) -> Vec<String> {
        let mut out = Vec::new();
        for r in &file.require {
            if !self.meta.get(r).is_some_and(|m| m.explicit) {
                out.push(format!(
                    "{r}: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt"
                ));
            }
        }
        for r in &file.replace {
            match self.meta.get(&r.old).and_then(|m| m.replacement.as_ref()) {
                None => out.push(format!(
                    "{}: is replaced in go.mod, but not marked as replaced in vendor/modules.txt",
                    r.old
                )),
                Some(v) if *v != r.new => out.push(format!(
                    "{}: is replaced by {} in go.mod, but marked as replaced by {v} in vendor/modules.txt",
                    r.old, r.new
                )),
                Some(_) => {}
            }
        }
        for (module, _) in self.meta.iter().filter(|(_, m)| m.explicit) {
            if self.modules.contains(module) && !file.require.contains(module) {
                out.push(format!(
                    "{module}: is marked as explicit in vendor/modules.txt, but not explicitly required in go.mod"
                ));
            }
        }
        for module in &self.replaced {
            if !file.replace.iter().any(|r| r.old.path == module.path) {
                out.push(format!("{module}: is marked as replaced in vendor/modules.txt, but not replaced in go.mod"));
            }
        }
        out
    }
}
