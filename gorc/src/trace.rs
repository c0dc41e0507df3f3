//! `-debug-trace`: what was done when and on which thread, as trace events that chrome://tracing and
//! Perfetto show. Source: "Trace Event Format", complete events (`"ph": "X"`), as an array.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A piece of work.
struct Event {
    category: &'static str,
    name: String,
    start: Duration,
    took: Duration,
    /// 0 is the thread that runs the stages; the pool's threads come after it.
    thread: usize,
}

/// What was done since the command started.
pub(crate) struct Trace {
    file: PathBuf,
    started: Instant,
    events: Mutex<Vec<Event>>,
}

impl Trace {
    /// An empty trace; it will be written to `file`.
    pub(crate) fn new(file: PathBuf, started: Instant) -> Trace {
        Trace { file, started, events: Mutex::default() }
    }

    /// Adds work that the calling thread has done.
    pub(crate) fn add(&self, category: &'static str, name: &str, start: Instant, took: Duration) {
        let thread = rayon::current_thread_index().map_or(0, |i| i + 1);
        let start = start.duration_since(self.started);
        if let Ok(mut events) = self.events.lock() {
            events.push(Event { category, name: name.to_owned(), start, took, thread });
        }
    }

    /// Writes the file, in order of time.
    pub(crate) fn write(&self) -> Result<(), String> {
        let Ok(mut events) = self.events.lock() else { return Ok(()) };
        events.sort_by_key(|e| (e.start, e.thread));
        std::fs::write(&self.file, text(&events)).map_err(|e| format!("gorc: {}: {e}", self.file.display()))
    }
}

fn text(events: &[Event]) -> String {
    let mut out = "[".to_owned();
    for (i, e) in events.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let (name, category, thread) = (crate::render::json::string(&e.name), e.category, e.thread);
        let (ts, dur) = (e.start.as_secs_f64() * 1e6, e.took.as_secs_f64() * 1e6);
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "{comma}\n{{\"name\":{name},\"cat\":\"{category}\",\"ph\":\"X\",\"ts\":{ts:.1},\"dur\":{dur:.1},\"pid\":1,\"tid\":{thread}}}"
        );
    }
    out.push_str("\n]\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_json() {
        let ms = Duration::from_millis;
        let event =
            |name: &str, at, thread| Event { category: "c", name: name.into(), start: ms(at), took: ms(1), thread };
        assert_eq!(
            text(&[event("a", 0, 0), event("q\"", 2, 1)]),
            "[\n{\"name\":\"a\",\"cat\":\"c\",\"ph\":\"X\",\"ts\":0.0,\"dur\":1000.0,\"pid\":1,\"tid\":0},\n\
             {\"name\":\"q\\\"\",\"cat\":\"c\",\"ph\":\"X\",\"ts\":2000.0,\"dur\":1000.0,\"pid\":1,\"tid\":1}\n]\n"
        );
        assert_eq!(text(&[]), "[\n]\n");
    }
}
