//! Labels and branch statements of a function body. Source: the Go specification, "Labeled
//! statements" to "Fallthrough statements"; words and places are gc's.
//!
//! Function literals inside a body are bodies of their own. Never looks at types.

use crate::ast::{Block, BranchKind, DeclKind, ExprKind, File, Ident, StmtId, StmtKind};
use crate::expr_string::emphasized;
use crate::parser::Parsed;
use go_source::{Code, Diagnostic, Interner, Pos, SourceMap, Symbol};
use std::collections::HashMap;

/// Checks every function body of a file in which there was no syntax error, in gc's order. `//line` directives
/// must have been recorded in `sources`, since messages name positions.
#[must_use]
pub fn check_all_branches(parsed: &Parsed, interner: &Interner, sources: &SourceMap) -> Vec<Diagnostic> {
    let file = &parsed.file;
    let decls = file.all_decls.iter().filter_map(|d| match &d.kind {
        DeclKind::Func { body, .. } => body.as_ref(),
        _ => None,
    });
    let literals = file.exprs.iter().filter_map(|e| match &e.kind {
        ExprKind::FuncLit { body, .. } => Some(body),
        _ => None,
    });
    // Functions are checked when they end: literals before what encloses them.
    let mut bodies: Vec<&Block> = decls.chain(literals).collect();
    bodies.sort_by_key(|b| b.rbrace);
    let mut out = Vec::new();
    for body in bodies {
        if !parsed.broken_bodies.contains(&body.lbrace) {
            out.extend(check_branches(file, interner, sources, body));
        }
    }
    out
}

/// Checks one function body. Errors come in the order in which gc reports them, which is not that of
/// their positions.
#[must_use]
pub fn check_branches(file: &File, interner: &Interner, sources: &SourceMap, body: &Block) -> Vec<Diagnostic> {
    let mut c = Checker {
        file,
        interner,
        sources,
        labels: Vec::new(),
        by_name: HashMap::new(),
        blocks: Vec::new(),
        out: Vec::new(),
    };
    let unresolved = c.block(None, Targets::default(), None, body.lbrace, &body.stmts);
    for g in unresolved {
        let name = interner.resolve(g.name);
        if let Some(&l) = c.by_name.get(&g.name) {
            c.labels[l].used = true;
            let start = c.show(c.blocks[c.labels[l].block].start);
            let message = format!("goto {name} jumps into block starting at {start}");
            c.error("JumpIntoBlock", g.pos, message);
        } else {
            c.error("UndeclaredLabel", g.pos, format!("label {name} not defined"));
        }
    }
    for i in 0..c.labels.len() {
        let l = c.labels[i];
        if !l.used {
            let name = interner.resolve(l.ident.name);
            c.error("UnusedLabel", l.ident.pos, format!("label {name} defined and not used"));
        }
    }
    c.out
}

/// A declared label.
#[derive(Clone, Copy)]
struct Label {
    ident: Ident,
    /// The block it stands in.
    block: usize,
    /// The labelled statement.
    stmt: StmtId,
    used: bool,
}

/// A block being checked, or checked before.
struct BlockInfo {
    parent: Option<usize>,
    start: Pos,
    /// The label (by number) of the statement that the block belongs to.
    label: Option<usize>,
}

/// What encloses a statement.
#[derive(Clone, Copy, Default)]
struct Targets {
    breaks: Option<Enclosing>,
    in_loop: bool,
    /// Number of the case whose list the statement stands in directly, and how many there are.
    case: Option<(usize, usize)>,
}

/// The innermost statement that `break` leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Enclosing {
    ForOrSelect,
    Switch,
    TypeSwitch,
}

/// What a label name means for `break` and `continue`.
enum Target {
    Undefined,
    NotEnclosing,
    Stmt(StmtId),
}

struct Checker<'a> {
    file: &'a File,
    interner: &'a Interner,
    sources: &'a SourceMap,
    labels: Vec<Label>,
    by_name: HashMap<Symbol, usize>,
    blocks: Vec<BlockInfo>,
    out: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, code: &'static str, pos: Pos, message: String) {
        self.out.push(Diagnostic::error_at(Code(code), pos, message));
    }

    /// A position inside a message.
    fn show(&self, pos: Pos) -> String {
        let l = self.sources.location(pos);
        let with_column = |file: &str, line: u32, column: u32| {
            if column == 0 { format!("{file}:{line}") } else { format!("{file}:{line}:{column}") }
        };
        let shown = with_column(&l.file, l.line, l.column);
        let Some(id) = self.sources.file_of(pos) else { return shown };
        let f = self.sources.file(id);
        let (line, column) = f.line_col(pos.0 - f.base.0);
        let real = with_column(&f.name, line, column);
        if real == shown { shown } else { format!("{shown}[{real}]") }
    }

    fn declare(&mut self, block: usize, ident: Ident, stmt: StmtId) -> usize {
        if let Some(&old) = self.by_name.get(&ident.name) {
            let at = self.show(self.labels[old].ident.pos);
            let name = self.interner.resolve(ident.name);
            let message = format!("label {name} already defined at {at}");
            self.error("DuplicateLabel", ident.pos, message);
            return old;
        }
        self.labels.push(Label { ident, block, stmt, used: false });
        self.by_name.insert(ident.name, self.labels.len() - 1);
        self.labels.len() - 1
    }

    /// Whether `goto name` from `block` finds its label in that block or one around it.
    fn goto_resolves(&mut self, block: usize, name: Symbol) -> bool {
        let Some(&l) = self.by_name.get(&name) else { return false };
        self.labels[l].used = true;
        let target = self.labels[l].block;
        self.enclosing(block).any(|b| b == target)
    }

    /// `block` and the blocks around it.
    fn enclosing(&self, block: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(block), |b| self.blocks[*b].parent)
    }

    fn enclosing_target(&mut self, block: usize, name: Symbol) -> Target {
        let Some(&l) = self.by_name.get(&name) else { return Target::Undefined };
        self.labels[l].used = true;
        if self.enclosing(block).any(|b| self.blocks[b].label == Some(l)) {
            Target::Stmt(self.labels[l].stmt)
        } else {
            Target::NotEnclosing
        }
    }

    /// Checks a list of statements and returns the gotos whose labels were not found yet.
    fn block(
        &mut self,
        parent: Option<usize>,
        targets: Targets,
        label: Option<usize>,
        start: Pos,
        body: &[StmtId],
    ) -> Vec<Ident> {
        let b = self.blocks.len();
        self.blocks.push(BlockInfo { parent, start, label });
        // Gotos still to be resolved, and those of them that jump over the last variable declared.
        let mut gotos: Vec<Ident> = Vec::new();
        let mut over: Option<(Pos, String, Vec<Ident>)> = None;

        // Empty statements at the end do not count for `fallthrough`.
        let is_empty = |s: &StmtId| matches!(self.file.stmts[*s].kind, StmtKind::Empty);
        let len = body.iter().rposition(|s| !is_empty(s)).map_or(0, |i| i + 1);
        for (i, &listed) in body[..len].iter().enumerate() {
            let mut stmt = listed;
            let mut label = None;
            while let StmtKind::Labeled { label: ident, stmt: inner } = &self.file.stmts[stmt].kind {
                if !ident.name.is_blank() {
                    let l = self.declare(b, *ident, *inner);
                    label = (self.labels[l].ident == *ident).then_some(l);
                    for g in gotos.extract_if(.., |g| g.name == ident.name) {
                        self.labels[l].used = true;
                        if let Some((pos, var, jumping)) = &over
                            && jumping.contains(&g)
                        {
                            let name = self.interner.resolve(g.name);
                            let at = self.show(*pos);
                            self.error(
                                "JumpOverDecl",
                                g.pos,
                                format!("goto {name} jumps over declaration of {var} at {at}"),
                            );
                        }
                    }
                }
                stmt = *inner;
            }
            let s = &self.file.stmts[stmt];
            match &s.kind {
                StmtKind::Decl(list) => {
                    let var = list.iter().find_map(|d| match &self.file.all_decls[*d].kind {
                        DeclKind::Var { names, .. } => Some((self.file.all_decls[*d].span.lo, names.first()?.name)),
                        _ => None,
                    });
                    if let Some((pos, name)) = var {
                        let name = self.interner.resolve(name).to_owned();
                        over = Some((pos, name, gotos.clone()));
                    }
                }
                StmtKind::Assign { lhs, define: true, .. } => {
                    let names = emphasized(self.file, self.interner, lhs);
                    over = Some((s.pos, names, gotos.clone()));
                }
                StmtKind::Branch { kind, label: None } => {
                    self.plain_branch(*kind, s.pos, targets, i + 1 == len);
                }
                StmtKind::Branch { kind: BranchKind::Goto, label: Some(l) } => {
                    if !self.goto_resolves(b, l.name) {
                        gotos.push(*l);
                    }
                }
                StmtKind::Branch { kind, label: Some(l) } => self.labeled_branch(*kind, *l, b),
                kind => self.inner_blocks(kind, b, targets, label, &mut gotos),
            }
        }
        gotos
    }

    /// Checks the blocks inside a statement.
    fn inner_blocks(
        &mut self,
        kind: &StmtKind,
        b: usize,
        targets: Targets,
        label: Option<usize>,
        gotos: &mut Vec<Ident>,
    ) {
        let nested = Targets { case: None, ..targets };
        match kind {
            StmtKind::Block(block) => {
                gotos.extend(self.block(Some(b), nested, label, block.lbrace, &block.stmts));
            }
            StmtKind::If { then, els, .. } => {
                gotos.extend(self.block(Some(b), nested, label, then.lbrace, &then.stmts));
                // A chain of else-ifs is a chain of nested blocks of one statement each.
                let (mut parent, mut next) = (b, *els);
                while let Some(e) = next {
                    let pos = self.file.stmts[e].pos;
                    if let StmtKind::If { then, els, .. } = &self.file.stmts[e].kind {
                        self.blocks.push(BlockInfo { parent: Some(parent), start: pos, label });
                        parent = self.blocks.len() - 1;
                        let inner = self.block(Some(parent), nested, None, then.lbrace, &then.stmts);
                        gotos.extend(inner);
                        next = *els;
                    } else {
                        gotos.extend(self.block(Some(parent), nested, label, pos, &[e]));
                        next = None;
                    }
                }
            }
            StmtKind::For { body, .. } | StmtKind::Range { body, .. } => {
                let inner = Targets { breaks: Some(Enclosing::ForOrSelect), in_loop: true, case: None };
                gotos.extend(self.block(Some(b), inner, label, body.lbrace, &body.stmts));
            }
            StmtKind::Switch { clauses, .. } | StmtKind::TypeSwitch { clauses, .. } => {
                let is_type_switch = matches!(kind, StmtKind::TypeSwitch { .. });
                let breaks = Some(if is_type_switch { Enclosing::TypeSwitch } else { Enclosing::Switch });
                for (i, c) in clauses.iter().enumerate() {
                    let inner = Targets { breaks, case: Some((i, clauses.len())), ..targets };
                    gotos.extend(self.block(Some(b), inner, label, c.pos, &c.body));
                }
            }
            StmtKind::Select { clauses, .. } => {
                let inner = Targets { breaks: Some(Enclosing::ForOrSelect), ..nested };
                for c in clauses {
                    gotos.extend(self.block(Some(b), inner, label, c.pos, &c.body));
                }
            }
            _ => {}
        }
    }

    fn plain_branch(&mut self, kind: BranchKind, pos: Pos, targets: Targets, is_last: bool) {
        let (code, message) = match kind {
            BranchKind::Break if targets.breaks.is_none() => {
                ("MisplacedBreak", "break is not in a loop, switch, or select")
            }
            BranchKind::Continue if !targets.in_loop => ("MisplacedContinue", "continue is not in a loop"),
            BranchKind::Fallthrough => {
                let message = match (targets.breaks, targets.case) {
                    (Some(Enclosing::TypeSwitch), _) => "cannot fallthrough in type switch",
                    (Some(Enclosing::Switch), Some((i, n))) if is_last => {
                        if i + 1 < n {
                            return;
                        }
                        "cannot fallthrough final case in switch"
                    }
                    _ => "fallthrough statement out of place",
                };
                ("MisplacedFallthrough", message)
            }
            BranchKind::Break | BranchKind::Continue | BranchKind::Goto => return,
        };
        self.error(code, pos, message.to_owned());
    }

    fn labeled_branch(&mut self, kind: BranchKind, label: Ident, block: usize) {
        let name = self.interner.resolve(label.name);
        let (word, is_continue) = match kind {
            BranchKind::Break => ("break", false),
            BranchKind::Continue => ("continue", true),
            BranchKind::Goto | BranchKind::Fallthrough => return,
        };
        let fits = match self.enclosing_target(block, label.name) {
            Target::Undefined => {
                let message = format!("{word} label not defined: {name}");
                return self.error("UndeclaredLabel", label.pos, message);
            }
            Target::NotEnclosing => false,
            Target::Stmt(s) => match &self.file.stmts[s].kind {
                StmtKind::For { .. } | StmtKind::Range { .. } => true,
                StmtKind::Switch { .. } | StmtKind::TypeSwitch { .. } | StmtKind::Select { .. } => !is_continue,
                _ => false,
            },
        };
        if !fits {
            self.error("MisplacedLabel", label.pos, format!("invalid {word} label {name}"));
        }
    }
}
