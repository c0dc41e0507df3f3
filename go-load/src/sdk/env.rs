//! The environment as far as it decides about SDKs, given as a value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Environment variables, and the go command's own file of settings behind them.
#[derive(Clone, Debug, Default)]
pub struct Env {
    vars: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl Env {
    /// Takes variables (usually `std::env::vars()`), and reads the file that `go env -w` writes:
    /// `GOENV`, else `go/env` in the user's configuration folder.
    pub fn new(vars: impl IntoIterator<Item = (String, String)>) -> Env {
        let mut env = Env { vars: vars.into_iter().collect(), file: BTreeMap::new() };
        if let Some(path) = env.settings_file()
            && let Ok(text) = std::fs::read_to_string(path)
        {
            for line in text.lines() {
                if let Some((k, v)) = line.trim().split_once('=')
                    && !k.starts_with('#')
                {
                    env.file.insert(k.to_owned(), v.to_owned());
                }
            }
        }
        env
    }

    fn settings_file(&self) -> Option<PathBuf> {
        match self.get("GOENV") {
            Some("off") => None,
            Some(path) => Some(PathBuf::from(path)),
            None => Some(self.config_dir()?.join("go/env")),
        }
    }

    /// The user's configuration folder.
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        match self.get("XDG_CONFIG_HOME").filter(|d| Path::new(d).is_absolute()) {
            Some(d) => Some(PathBuf::from(d)),
            None if cfg!(target_os = "macos") => Some(self.home()?.join("Library/Application Support")),
            None => Some(self.home()?.join(".config")),
        }
    }

    /// A variable, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A setting of the go command: the variable, else its file.
    pub fn go_setting(&self, name: &str) -> Option<&str> {
        self.get(name).or_else(|| self.file.get(name).map(String::as_str).filter(|v| !v.is_empty()))
    }

    /// The user's home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").or_else(|| self.get("USERPROFILE")).map(PathBuf::from)
    }

    /// GOMODCACHE: where the go command keeps downloaded modules.
    pub fn mod_cache(&self) -> Option<PathBuf> {
        if let Some(dir) = self.go_setting("GOMODCACHE") {
            return Some(PathBuf::from(dir));
        }
        let gopath = match self.go_setting("GOPATH") {
            Some(list) => std::env::split_paths(list).next()?,
            None => self.home()?.join("go"),
        };
        Some(gopath.join("pkg/mod"))
    }
}
