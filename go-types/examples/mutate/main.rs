//! Mutated Go files through lexer, parser, printer and checker: none may panic, run on, or eat memory.
//!
//! `mutate [--count=N] [--seed=N] [--from=N] [--jobs=N] [--out=DIR] [--seconds=N] [--megabytes=N]`:
//! programs `from` to `from + count` of the seed, made from the files of the SDK in `GOROOT` (the standard
//! library, its tests, all test fixtures). `--show=N` prints program N instead.
//!
//! The work is done in child processes, so that an exhausted stack or a killed process is a finding like
//! any other. Each finding is written to `--out`; if there is one, the exit status is 1.

mod corpus;
mod mutator;

use corpus::Corpus;
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Programs that one child checks before another takes its place.
const PER_CHILD: u64 = 2000;
/// Stack of the thread that checks: that of gorc.
const STACK: usize = 512 << 20;

/// The command line.
struct Args {
    count: u64,
    seed: u64,
    from: u64,
    jobs: u64,
    seconds: u64,
    megabytes: u64,
    out: PathBuf,
}

/// What all children found.
#[derive(Default)]
struct Totals {
    done: u64,
    syntax: u64,
    types: u64,
    slowest: Vec<(u64, u64)>,
    peak_pages: u64,
    findings: Vec<String>,
}

fn main() -> ExitCode {
    let number = |name: &str, default: u64| {
        let mut args = std::env::args();
        let prefix = format!("--{name}=");
        let bare = format!("--{name}");
        let value = std::env::args().find_map(|a| a.strip_prefix(&prefix).map(str::to_owned));
        let value = value.or_else(|| args.by_ref().find(|a| *a == bare).and_then(|_| args.next()));
        value.map_or(default, |v| v.parse().unwrap_or_else(|_| panic!("--{name}: {v} is no number")))
    };
    let out = std::env::args().find_map(|a| a.strip_prefix("--out=").map(PathBuf::from));
    let args = Args {
        count: number("count", 1000),
        seed: number("seed", 1),
        from: number("from", 0),
        jobs: number("jobs", 2).max(1),
        seconds: number("seconds", 10),
        megabytes: number("megabytes", 4096),
        out: out.unwrap_or_else(|| std::env::temp_dir().join("gorc-mutations")),
    };
    let Some(goroot) = std::env::var_os("GOROOT").map(PathBuf::from).filter(|r| r.join("src/fmt").is_dir()) else {
        eprintln!("mutate: set GOROOT to a Go SDK");
        return ExitCode::from(2);
    };
    let show = number("show", u64::MAX);
    if show != u64::MAX {
        return with_stack(move || {
            let corpus = Corpus::new(&goroot);
            let (i, text) = corpus.program(args.seed, show);
            eprintln!("{}", corpus.name(i).display());
            let _ = std::io::stdout().write_all(&text);
        });
    }
    if std::env::args().any(|a| a == "--child") {
        return with_stack(move || child(&goroot, &args));
    }
    parent(&goroot, args)
}

fn with_stack(run: impl FnOnce() + Send + 'static) -> ExitCode {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("thread");
    if thread.join().is_ok() { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

/// Checks a range of programs, and says before and after each what it is about.
fn child(goroot: &Path, args: &Args) {
    let message = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&message);
    std::panic::set_hook(Box::new(move |info| {
        *told.lock().expect("lock") = info.to_string().replace('\n', " ");
    }));
    let mut corpus = Corpus::new(goroot);
    println!("files {}", corpus.len());
    for index in args.from..args.from + args.count {
        println!("start {index}");
        let start = Instant::now();
        let run = catch_unwind(AssertUnwindSafe(|| {
            let (i, text) = corpus.program(args.seed, index);
            corpus.check(i, &text)
        }));
        match run {
            Ok(f) => println!("done {} {} {}", f.syntax, f.types, start.elapsed().as_millis()),
            Err(_) => {
                println!("panic {}", message.lock().expect("lock"));
                corpus.reset();
            }
        }
    }
    println!("end");
}

fn parent(goroot: &Path, args: Args) -> ExitCode {
    let start = Instant::now();
    let next = AtomicU64::new(args.from);
    let end = args.from + args.count;
    let totals = Mutex::new(Totals::default());
    std::thread::scope(|s| {
        for _ in 0..args.jobs {
            s.spawn(|| {
                loop {
                    let from = next.fetch_add(PER_CHILD, Ordering::Relaxed);
                    if from >= end {
                        return;
                    }
                    range(&args, from, (from + PER_CHILD).min(end), &totals);
                    let t = totals.lock().expect("lock");
                    eprintln!("{} of {}, {} findings, {:.0?}", t.done, args.count, t.findings.len(), start.elapsed());
                }
            });
        }
    });
    let t = totals.into_inner().expect("lock");
    println!(
        "{} programs in {:.0?}: {} with syntax errors, {} with errors of types only, {} without errors",
        t.done,
        start.elapsed(),
        t.syntax,
        t.types,
        t.done - t.syntax - t.types - t.findings.len() as u64
    );
    let slowest: Vec<String> = t.slowest.iter().rev().map(|(ms, i)| format!("{ms} ms (program {i})")).collect();
    println!("slowest: {}", slowest.join(", "));
    println!("peak memory of a process: {} MB", (t.peak_pages * 4096) >> 20);
    println!("findings: {}", t.findings.len());
    if t.findings.is_empty() {
        return ExitCode::SUCCESS;
    }
    for f in &t.findings {
        println!("{f}");
    }
    if std::fs::create_dir_all(&args.out).is_ok() {
        let corpus = Corpus::new(goroot);
        for index in t.findings.iter().filter_map(|f| f.split(':').next()?.parse().ok()) {
            // The mutator parses too, and so may be what fails.
            let Ok((_, text)) = catch_unwind(AssertUnwindSafe(|| corpus.program(args.seed, index))) else { continue };
            let path = args.out.join(format!("{}-{index}.go", args.seed));
            match std::fs::write(&path, text) {
                Ok(()) => println!("written: {}", path.display()),
                Err(e) => println!("{}: {e}", path.display()),
            }
        }
    }
    ExitCode::FAILURE
}

/// Sees a range of programs through, with a new child after each that died.
fn range(args: &Args, mut from: u64, to: u64, totals: &Mutex<Totals>) {
    while from < to {
        let mut command = Command::new(std::env::current_exe().expect("own path"));
        command.args(["--child", &format!("--seed={}", args.seed)]);
        command.args([format!("--from={from}"), format!("--count={}", to - from)]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("child");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (tx, rx) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = tx.send(line);
            }
        });
        from = watch(args, &mut child, &rx, from, totals);
        let _ = child.kill();
        let _ = child.wait();
        let _ = reader.join();
    }
}

/// Listens to a child until it ends or fails; the next program is the answer.
fn watch(args: &Args, child: &mut Child, rx: &mpsc::Receiver<String>, from: u64, totals: &Mutex<Totals>) -> u64 {
    let mut current = from;
    let mut since = Instant::now();
    // Reading the SDK takes a child a moment.
    let mut limit = Duration::from_secs(60 + args.seconds);
    let fail = |index: u64, what: &str| {
        let mut t = totals.lock().expect("lock");
        t.done += 1;
        t.findings.push(format!("{index}: {what}"));
        eprintln!("{index}: {what}");
    };
    loop {
        let pages = resident_pages(child.id());
        {
            let mut t = totals.lock().expect("lock");
            t.peak_pages = t.peak_pages.max(pages);
        }
        if (pages * 4096) >> 20 > args.megabytes {
            fail(current, "too much memory");
            return current + 1;
        }
        let line = match rx.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) if since.elapsed() < limit => continue,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                fail(current, "no end");
                return current + 1;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                fail(current, &format!("process died: {:?}", child.wait()));
                return current + 1;
            }
        };
        let mut words = line.split(' ');
        match words.next() {
            Some("start") => {
                current = words.next().and_then(|w| w.parse().ok()).unwrap_or(current);
                since = Instant::now();
                limit = Duration::from_secs(args.seconds);
            }
            Some("done") => {
                let n: Vec<u64> = words.filter_map(|w| w.parse().ok()).collect();
                let mut t = totals.lock().expect("lock");
                t.done += 1;
                t.syntax += u64::from(n[0] > 0);
                t.types += u64::from(n[0] == 0 && n[1] > 0);
                t.slowest.push((n[2], current));
                t.slowest.sort_unstable();
                if t.slowest.len() > 5 {
                    t.slowest.remove(0);
                }
            }
            Some("panic") => fail(current, &line),
            Some("end") => return args.from + args.count + PER_CHILD,
            _ => {}
        }
    }
}

/// Pages of memory that a process holds (0 where there is no `/proc`).
fn resident_pages(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    text.split(' ').nth(1).and_then(|w| w.parse().ok()).unwrap_or(0)
}
