//! The build context: target, tags, and the rule for file names.

use std::fmt;
use std::str::FromStr;

/// GOOS values that a file name's suffix may name, sorted.
pub const KNOWN_OS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// GOARCH values that a file name's suffix may name, sorted.
pub const KNOWN_ARCH: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Systems for which the tag `unix` holds.
const UNIX_OS: [&str; 12] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

/// The minor version of the Go release whose standard library is compiled.
const RELEASE_MINOR: u32 = 27;

/// All experiment flags of Go 1.27 (as in internal/goexperiment, in lower case).
const EXPERIMENTS: [&str; 20] = [
    "fieldtrack",
    "preemptibleloops",
    "staticlockranking",
    "boringcrypto",
    "regabiwrappers",
    "regabiargs",
    "heapminimum512kib",
    "arenas",
    "cgocheck2",
    "loopvar",
    "newinliner",
    "dwarf5",
    "jsonv2",
    "greenteagc",
    "randomizedheapbase64",
    "runtimefreegc",
    "sizespecializedmalloc",
    "simd",
    "runtimesecret",
    "mapsplitgroup",
];

/// Target operating systems that gorc's loader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Os {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Darwin,
}

/// Target architectures that gorc's loader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arch {
    /// x86-64.
    Amd64,
    /// AArch64.
    Arm64,
}

impl Os {
    /// The GOOS value.
    pub fn name(self) -> &'static str {
        match self {
            Os::Linux => "linux",
            Os::Windows => "windows",
            Os::Darwin => "darwin",
        }
    }
}

impl Arch {
    /// The GOARCH value.
    pub fn name(self) -> &'static str {
        match self {
            Arch::Amd64 => "amd64",
            Arch::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Os {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        [Os::Linux, Os::Windows, Os::Darwin].into_iter().find(|o| o.name() == s).ok_or(())
    }
}

impl FromStr for Arch {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        [Arch::Amd64, Arch::Arm64].into_iter().find(|a| a.name() == s).ok_or(())
    }
}

/// GOEXPERIMENT names a flag that Go 1.27 does not have. The user's environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown GOEXPERIMENT {0}")]
pub struct ExperimentError(
    /// The name.
    pub String,
);

/// What decides about files: target and tags. Cgo is always off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildContext {
    os: Os,
    arch: Arch,
    user_tags: Vec<String>,
    tool_tags: Vec<String>,
}

impl BuildContext {
    /// The context of a target with Go 1.27's default experiments and lowest architecture level.
    pub fn new(os: Os, arch: Arch) -> Self {
        let mut ctx = BuildContext { os, arch, user_tags: Vec::new(), tool_tags: Vec::new() };
        ctx.set_experiments("").unwrap_or_default();
        ctx
    }

    /// The tags of `-tags`: for all packages, those of std included.
    pub fn with_tags(mut self, tags: impl IntoIterator<Item = String>) -> Self {
        self.user_tags = tags.into_iter().collect();
        self
    }

    /// Applies a GOEXPERIMENT value to the defaults: names separated by commas, `no` before a name
    /// switches it off, `none` all of them.
    pub fn set_experiments(&mut self, value: &str) -> Result<(), ExperimentError> {
        let mut on: Vec<&str> = vec![
            "regabiwrappers",
            "regabiargs",
            "dwarf5",
            "jsonv2",
            "greenteagc",
            "randomizedheapbase64",
            "sizespecializedmalloc",
        ];
        if self.os == Os::Darwin {
            on.retain(|e| *e != "dwarf5");
        }
        for name in value.split(',').filter(|n| !n.is_empty()) {
            if name == "none" {
                on.clear();
                continue;
            }
            let (enable, flag) = name.strip_prefix("no").map_or((true, name), |f| (false, f));
            let flags: &[&str] = if flag == "regabi" {
                &["regabiwrappers", "regabiargs"]
            } else {
                match EXPERIMENTS.iter().find(|e| **e == flag) {
                    Some(e) => std::slice::from_ref(e),
                    None => return Err(ExperimentError(flag.to_owned())),
                }
            };
            for f in flags {
                on.retain(|e| e != f);
                if enable {
                    on.push(f);
                }
            }
        }
        let level = match self.arch {
            Arch::Amd64 => "amd64.v1",
            Arch::Arm64 => "arm64.v8.0",
        };
        self.tool_tags = on.iter().map(|e| format!("goexperiment.{e}")).collect();
        self.tool_tags.push(level.to_owned());
        Ok(())
    }

    /// Target system.
    pub fn os(&self) -> Os {
        self.os
    }

    /// Target architecture.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// The tags of `-tags`.
    pub fn user_tags(&self) -> &[String] {
        &self.user_tags
    }

    /// Whether a tag holds; `extra` are tags for the package at hand.
    pub fn has_tag(&self, tag: &str, extra: &[&str]) -> bool {
        if tag == self.os.name() || tag == self.arch.name() || tag == "gc" {
            return true;
        }
        if tag == "unix" && UNIX_OS.contains(&self.os.name()) {
            return true;
        }
        let tag = if tag == "boringcrypto" { "goexperiment.boringcrypto" } else { tag };
        if let Some(minor) = tag.strip_prefix("go1.").and_then(|n| n.parse::<u32>().ok())
            && (1..=RELEASE_MINOR).contains(&minor)
            && !tag["go1.".len()..].starts_with('0')
        {
            return true;
        }
        extra.contains(&tag) || self.user_tags.iter().chain(&self.tool_tags).any(|t| t == tag)
    }

    /// Whether a file's name fits the target.
    ///
    /// Only what stands after the first `_` and before the first `.` counts: `linux.go` fits
    /// everywhere, `x_linux.go` and `x_linux_arm64_test.go` do not.
    pub fn matches_name(&self, name: &str) -> bool {
        let stem = name.split('.').next().unwrap_or(name);
        let Some(first) = stem.find('_') else {
            return true;
        };
        let mut parts = stem[first..].split('_').collect::<Vec<_>>();
        if parts.last() == Some(&"test") {
            parts.pop();
        }
        let is_os = |s: &str| KNOWN_OS.contains(&s);
        let is_arch = |s: &str| KNOWN_ARCH.contains(&s);
        match parts.as_slice() {
            [.., os, arch] if is_os(os) && is_arch(arch) => *arch == self.arch.name() && *os == self.os.name(),
            [.., last] if is_os(last) => *last == self.os.name(),
            [.., last] if is_arch(last) => *last == self.arch.name(),
            _ => true,
        }
    }
}
