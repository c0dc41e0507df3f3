//! What was decided and why, for `-m` and for explanations.

use go_ir::{FuncId, Function, Inst, Op, Program, Site};
use go_source::Pos;

/// Why a site is on the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Its address leaks: to global or unknown memory, to unknown code, to a heap object.
    Leaks,
    /// Its address is returned, or stored in memory of the caller.
    Outlives,
    /// An earlier instance can be in use when the site is executed again.
    Loop,
    /// Too large for the stack, or for the rest of its frame.
    TooLarge,
}

/// What is decided for a site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// A slot of the frame.
    Stack,
    /// The heap.
    Heap(Reason),
}

/// What a site is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SiteKind {
    /// A variable, `new`, a literal, `make` of constant size.
    Variable,
    /// A function literal or method value.
    Closure,
    /// A value in an interface.
    Interface,
}

/// A decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Function that contains the site (after inlining).
    pub func: FuncId,
    /// The site.
    pub site: Site,
    /// Its instruction.
    pub inst: Inst,
    /// What it is.
    pub kind: SiteKind,
    /// Position in the source.
    pub pos: Pos,
    /// Stack or heap.
    pub storage: Storage,
}

/// What happens to a parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParamFacts {
    /// It leaks.
    pub leaks: bool,
    /// What is stored in the memory it points to leaks.
    pub content_leaks: bool,
    /// Results that it can be.
    pub to_results: Vec<u32>,
}

/// All decisions of a program.
#[derive(Clone, Debug, Default)]
pub struct EscapeReport {
    /// Decisions, by function and in order of the code.
    pub decisions: Vec<Decision>,
    /// Conversions from strings to bytes (calls of `runtime.stringtoslicebyte`) that need no copy.
    pub borrowed: Vec<(FuncId, Inst)>,
    /// Facts per function with IR, by parameter.
    pub params: Vec<(FuncId, Vec<ParamFacts>)>,
}

/// Counts of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Sites on the stack.
    pub stack: usize,
    /// Sites on the heap, because they leak.
    pub leaks: usize,
    /// Because they outlive their function.
    pub outlives: usize,
    /// Because of a loop.
    pub loops: usize,
    /// Because of their size.
    pub large: usize,
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let heap = self.leaks + self.outlives + self.loops + self.large;
        write!(
            f,
            "{} allocation sites on the stack, {heap} on the heap ({} leak, {} outlive their function, {} in loops, {} too large)",
            self.stack, self.leaks, self.outlives, self.loops, self.large
        )
    }
}

impl EscapeReport {
    /// Counts of decisions.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut t = Totals::default();
        for d in &self.decisions {
            *match d.storage {
                Storage::Stack => &mut t.stack,
                Storage::Heap(Reason::Leaks) => &mut t.leaks,
                Storage::Heap(Reason::Outlives) => &mut t.outlives,
                Storage::Heap(Reason::Loop) => &mut t.loops,
                Storage::Heap(Reason::TooLarge) => &mut t.large,
            } += 1;
        }
        t
    }

    /// Lines as gc's `-m` prints them, with their positions, for functions that `wanted` accepts.
    /// `text_at` gives the source text of the expression or variable at a position, as far as known.
    pub fn lines(
        &self,
        prog: &Program,
        wanted: impl Fn(FuncId) -> bool,
        text_at: impl Fn(Pos) -> Option<String>,
    ) -> Vec<(Pos, String)> {
        let mut out: Vec<(Pos, String)> = Vec::new();
        for d in self.decisions.iter().filter(|d| wanted(d.func) && d.pos != Pos::NONE) {
            let Some(f) = prog.body(d.func) else { continue };
            let text = text_at(d.pos).unwrap_or_else(|| site_text(prog, f, d));
            let line = match (d.kind, d.storage) {
                (_, Storage::Stack) => format!("{text} does not escape"),
                (SiteKind::Variable, Storage::Heap(_)) if !is_composite(&text) => format!("moved to heap: {text}"),
                (_, Storage::Heap(_)) => format!("{text} escapes to heap"),
            };
            out.push((d.pos, line));
        }
        for (func, params) in self.params.iter().filter(|(f, _)| wanted(*f)) {
            let Some(f) = prog.body(*func) else { continue };
            for (k, p) in params.iter().enumerate() {
                let name = format!("#{k}");
                if p.leaks {
                    out.push((f.pos, format!("leaking param: {name}")));
                } else if p.content_leaks {
                    out.push((f.pos, format!("leaking param content: {name}")));
                } else if p.to_results.is_empty() {
                    out.push((f.pos, format!("{name} does not escape")));
                }
                for r in &p.to_results {
                    if !p.leaks {
                        out.push((f.pos, format!("leaking param: {name} to result ~r{r} level=0")));
                    }
                }
            }
        }
        out.sort_by(|a, b| (a.0.0, &a.1).cmp(&(b.0.0, &b.1)));
        out.dedup();
        out
    }
}

fn is_composite(text: &str) -> bool {
    text.starts_with('&') || text.starts_with("new(") || text.starts_with("make(") || text.ends_with('}')
}

fn site_text(prog: &Program, f: &Function, d: &Decision) -> String {
    match &f.insts[d.inst].op {
        Op::Alloc { ty, .. } => format!("new({})", go_ir::text::print::type_text(&prog.types, *ty)),
        Op::MakeInterface { ty, .. } => go_ir::text::print::type_text(&prog.types, *ty),
        _ => "func literal".to_owned(),
    }
}
