//! What a command knows about its surroundings: environment, folder, SDK, target, log.
//!
//! The environment is read here and nowhere below; everything else gets values.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use go_ast::DepthLimit;
use go_load::constraint::{Arch, BuildContext, Os};
use go_load::sdk::{Env, InstallOptions, Progress, Sdk};
use go_load::{LoadConfig, ModMode, Overlay, RuntimeDependency};

use crate::trace::Trace;

/// gorc's own version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How much is told on standard error about the work itself (`GORC_LOG`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// Stages, counts, times, memory.
    Info,
}

/// The surroundings of a command.
pub(crate) struct Session {
    /// Environment variables and the go command's settings.
    pub(crate) env: Env,
    /// Working folder.
    pub(crate) cwd: PathBuf,
    /// Log level.
    pub(crate) log: LogLevel,
    /// Depth of the trees that the stack of the thread of this session holds.
    pub(crate) depth: DepthLimit,
    started: Instant,
    trace: OnceLock<Trace>,
}

impl Session {
    /// The session of this process, whose work is done on a stack for trees of such depth.
    pub(crate) fn new(depth: DepthLimit) -> Result<Session, String> {
        let env =
            Env::new(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))));
        let cwd = working_folder(&env).map_err(|e| format!("go: cannot find the working directory: {e}"))?;
        let log = match env.get("GORC_LOG") {
            None | Some("off") => LogLevel::Off,
            Some(_) => LogLevel::Info,
        };
        Ok(Session { env, cwd, log, depth, started: Instant::now(), trace: OnceLock::new() })
    }

    /// Goes to another folder (`-C`).
    pub(crate) fn change_dir(&mut self, dir: &str) -> Result<(), String> {
        let to = self.cwd.join(dir);
        std::env::set_current_dir(&to).map_err(|e| format!("go: chdir {dir}: {}", plain(&e)))?;
        self.cwd = to.canonicalize().unwrap_or(to);
        Ok(())
    }

    /// The SDK, fetched if there is none.
    pub(crate) fn sdk(&self) -> Result<Sdk, String> {
        let options = InstallOptions { progress: Progress::Bar, ..InstallOptions::default() };
        let sdk = Sdk::find_or_install(&self.env, &options).map_err(|e| format!("gorc: {e}"))?;
        self.info(format_args!("SDK {} in {} ({:?})", sdk.release, sdk.root.display(), sdk.source));
        Ok(sdk)
    }

    /// Target and tags.
    pub(crate) fn build_context(&self, tags: &[String]) -> Result<BuildContext, String> {
        let os = self.env.go_setting("GOOS").unwrap_or("linux");
        let arch = self.env.go_setting("GOARCH").unwrap_or("amd64");
        let (Ok(Os::Linux), Ok(Arch::Amd64)) = (os.parse::<Os>(), arch.parse::<Arch>()) else {
            return Err(format!("go: unsupported GOOS/GOARCH pair {os}/{arch}"));
        };
        let mut context = BuildContext::new(Os::Linux, Arch::Amd64).with_tags(tags.iter().cloned());
        if let Some(e) = self.env.go_setting("GOEXPERIMENT") {
            context.set_experiments(e).map_err(|e| format!("go: {e}"))?;
        }
        Ok(context)
    }

    /// What packages are loaded with: gorc's overlay over the SDK.
    pub(crate) fn load_config(&self, sdk: &Sdk, tags: &[String], mod_mode: ModMode) -> Result<LoadConfig, String> {
        let context = self.build_context(tags)?;
        let files = go_rt::overlay_files().iter().map(|(path, text)| (*path, text.as_bytes()));
        let overlay = Overlay::new(go_rt::overlay_selection(), files, context.arch())
            .map_err(|e| format!("gorc: internal error: {e}"))?;
        Ok(LoadConfig {
            goroot: sdk.root.clone(),
            go_release: sdk.release.clone(),
            cwd: self.cwd.clone(),
            context,
            overlay: Arc::new(overlay),
            mod_mode,
            mod_cache: self.env.mod_cache(),
            runtime: RuntimeDependency::Implicit,
        })
    }

    /// Writes a line of the log.
    pub(crate) fn info(&self, text: std::fmt::Arguments<'_>) {
        if self.log >= LogLevel::Info {
            eprintln!("gorc: {text}");
        }
    }

    /// Runs a stage and notes how long it took.
    pub(crate) fn stage<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let out = work();
        let took = start.elapsed();
        if let Some(t) = self.trace() {
            t.add("stage", name, start, took);
        }
        self.info(format_args!("{name:10} {:8.1} ms", took.as_secs_f64() * 1e3));
        out
    }

    /// Notes from now on what is done when, for `finish` to write to a file (`-debug-trace`).
    pub(crate) fn start_trace(&self, file: &str) {
        // Given twice: the first one stands.
        let _ = self.trace.set(Trace::new(self.cwd.join(file), self.started));
    }

    /// The trace, if one was asked for.
    pub(crate) fn trace(&self) -> Option<&Trace> {
        self.trace.get()
    }

    /// The end of gorc's own work: the trace is written, and the last line of the log (total time and
    /// peak memory).
    pub(crate) fn finish(&self) -> Result<(), String> {
        self.trace().map_or(Ok(()), Trace::write)?;
        self.last_line();
        Ok(())
    }

    fn last_line(&self) {
        if self.log < LogLevel::Info {
            return;
        }
        let total = self.started.elapsed().as_secs_f64() * 1e3;
        let rss = peak_rss().map_or_else(String::new, |kb| format!(", peak memory {:.1} MB", kb as f64 / 1024.0));
        self.info(format_args!("total      {total:8.1} ms{rss}"));
    }
}

/// The working folder under the name that the user knows it by (`PWD`), if that is right.
fn working_folder(env: &Env) -> std::io::Result<PathBuf> {
    let real = std::env::current_dir()?;
    if let Some(pwd) = env.get("PWD").map(Path::new)
        && pwd.is_absolute()
        && pwd.canonicalize().ok() == real.canonicalize().ok()
    {
        return Ok(pwd.to_path_buf());
    }
    Ok(real)
}

/// What the system said, in Go's words.
fn plain(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        _ => e.to_string(),
    }
}

/// Peak resident memory of this process in KiB, if the system tells.
pub(crate) fn peak_rss() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
