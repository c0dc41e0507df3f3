//! What is reached from the entry point: functions, data, sections of the runtime object.

use crate::runtime_object::{RtObject, RtTarget};
use crate::{LinkError, LinkInput};
use go_abi::object::{SymbolId, SymbolKind};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Where a symbol is defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Def {
    /// Function number.
    Func(usize),
    /// Data object number.
    Data(usize),
    /// Section of the runtime object, offset.
    Rt(usize, u64),
    /// A table the linker makes (see `layout::LinkerSymbol`), by number.
    Linker(usize),
}

/// Names that the linker defines, in order of their number.
pub(crate) const LINKER_NAMES: &[&str] =
    &[go_abi::layout::pctab::PCTAB_SYMBOL, "runtime.text", "runtime.etext", "go:buildinfo"];

/// Symbols and what of the input is reached.
pub(crate) struct Reached {
    symbols: FxHashMap<SymbolId, Def>,
    names: FxHashMap<Arc<str>, Def>,
    name_of: FxHashMap<SymbolId, Arc<str>>,
    pub(crate) funcs: Vec<bool>,
    pub(crate) datas: Vec<bool>,
    pub(crate) rt: Vec<bool>,
}

impl Reached {
    /// Definition of a symbol.
    pub(crate) fn symbol(&self, s: SymbolId) -> Option<Def> {
        if let Some(d) = self.symbols.get(&s) {
            return Some(*d);
        }
        self.name_of.get(&s).and_then(|n| self.names.get(n)).copied()
    }

    /// Definition of a name.
    pub(crate) fn name(&self, n: &str) -> Option<Def> {
        self.names.get(n).copied()
    }

    fn describe(&self, s: SymbolId) -> String {
        self.name_of.get(&s).map_or_else(|| format!("{:?} {}", s.kind(), s.index()), |n| n.to_string())
    }
}

/// Marks everything reached from `entry`.
pub(crate) fn reach(input: &LinkInput<'_>, rt: &RtObject<'_>, entry: &str) -> Result<Reached, LinkError> {
    let mut r = Reached {
        symbols: FxHashMap::default(),
        names: FxHashMap::default(),
        name_of: FxHashMap::default(),
        funcs: vec![false; input.functions.len()],
        datas: vec![false; input.data.len()],
        rt: vec![false; rt.sections.len()],
    };
    for (i, n) in LINKER_NAMES.iter().enumerate() {
        r.names.insert(Arc::from(*n), Def::Linker(i));
    }
    for (name, (sec, off)) in &rt.symbols {
        r.names.insert(Arc::from(name.as_str()), Def::Rt(*sec, *off));
    }
    for (i, d) in input.data.iter().enumerate() {
        r.symbols.insert(d.symbol, Def::Data(i));
        if !d.name.is_empty() {
            r.names.insert(Arc::from(d.name.as_str()), Def::Data(i));
        }
    }
    for (i, f) in input.functions.iter().enumerate() {
        r.symbols.insert(f.symbol, Def::Func(i));
        if f.symbol.kind() == SymbolKind::Func {
            r.names.insert(Arc::from(f.name.as_str()), Def::Func(i));
        }
    }
    for (s, n) in input.names {
        r.name_of.insert(*s, Arc::clone(n));
    }
    let mut work = Vec::new();
    let root = r.name(entry).ok_or_else(|| LinkError::Undefined { from: "entry".into(), symbol: entry.into() })?;
    mark(&mut r, &mut work, root);
    while let Some(d) = work.pop() {
        match d {
            Def::Linker(_) => {}
            Def::Func(i) => {
                let f = &input.functions[i];
                for reloc in &f.relocs {
                    let t = r.symbol(reloc.target).ok_or_else(|| LinkError::Undefined {
                        from: f.name.clone(),
                        symbol: r.describe(reloc.target),
                    })?;
                    mark(&mut r, &mut work, t);
                }
            }
            Def::Data(i) => {
                let o = &input.data[i];
                for reloc in &o.relocs {
                    let t = r.symbol(reloc.target).ok_or_else(|| LinkError::Undefined {
                        from: if o.name.is_empty() { r.describe(o.symbol) } else { o.name.clone() },
                        symbol: r.describe(reloc.target),
                    })?;
                    mark(&mut r, &mut work, t);
                }
            }
            Def::Rt(i, _) => {
                for (_, _, target, _) in &rt.sections[i].relocs {
                    match target {
                        RtTarget::Section(s, off) => mark(&mut r, &mut work, Def::Rt(*s, *off)),
                        RtTarget::Name { name, weak } => match r.name(name) {
                            Some(t) => mark(&mut r, &mut work, t),
                            None if *weak => {}
                            None => {
                                return Err(LinkError::Undefined {
                                    from: "runtime object".into(),
                                    symbol: name.clone(),
                                });
                            }
                        },
                    }
                }
            }
        }
    }
    Ok(r)
}

fn mark(r: &mut Reached, work: &mut Vec<Def>, d: Def) {
    let seen = match d {
        Def::Func(i) => &mut r.funcs[i],
        Def::Data(i) => &mut r.datas[i],
        Def::Rt(i, _) => &mut r.rt[i],
        Def::Linker(_) => return,
    };
    if !*seen {
        *seen = true;
        work.push(d);
    }
}
