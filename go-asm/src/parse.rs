//! Lines to functions and data.

use crate::amd64;
use crate::amd64::reg::Class;
use crate::lex::{Interner, Name, Tok, Token};
use crate::model::{Data, Diagnostic, Flags, Options, Reloc, RelocKind, Source, Symbol};
use crate::operand::{Context, Operand};
use crate::preprocess::Input;
use crate::prog::{Addr, Base, Func, Kind, Prog, Rounding, Suffix};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Errors of a file after which reading it stops.
const MAX_ERRORS: usize = 10;

/// All functions and data of the sources.
#[derive(Default)]
pub(crate) struct Program {
    pub(crate) names: Interner,
    pub(crate) files: Vec<String>,
    pub(crate) funcs: Vec<Func>,
    pub(crate) data: DataTable,
    /// Symbols of functions.
    defined: FxHashSet<Rc<Symbol>>,
    pub(crate) errors: Vec<Diagnostic>,
}

/// Data under construction.
#[derive(Default)]
pub(crate) struct DataTable {
    index: FxHashMap<Rc<Symbol>, usize>,
    items: Vec<Item>,
}

struct Item {
    data: Data,
    /// It has its GLOBL.
    declared: bool,
    /// End of the last DATA.
    end: i64,
}

impl DataTable {
    fn get(&mut self, symbol: &Rc<Symbol>) -> &mut Item {
        let items = &mut self.items;
        let i = *self.index.entry(Rc::clone(symbol)).or_insert_with(|| {
            items.push(Item {
                data: Data {
                    symbol: (**symbol).clone(),
                    flags: Flags::default(),
                    size: 0,
                    bytes: Vec::new(),
                    relocs: Vec::new(),
                    align: 1,
                },
                declared: false,
                end: 0,
            });
            items.len() - 1
        });
        &mut items[i]
    }

    /// A constant in read-only memory.
    pub(crate) fn constant(&mut self, name: &str, bytes: &[u8]) -> Rc<Symbol> {
        let symbol = Rc::new(Symbol { name: name.to_owned(), local: None });
        let item = self.get(&symbol);
        item.declared = true;
        item.data.flags = Flags(Flags::RODATA | Flags::NOPTR | Flags::DUPOK);
        item.data.size = bytes.len() as u64;
        item.data.bytes = bytes.to_vec();
        symbol
    }

    /// The data that was declared.
    pub(crate) fn finish(self) -> Vec<Data> {
        let mut out = Vec::with_capacity(self.items.len());
        for mut item in self.items {
            if !item.declared {
                continue;
            }
            let size = item.data.size.max(item.data.bytes.len() as u64);
            item.data.size = size;
            // As large data is addressed by vector instructions, but small data is packed.
            let mut align = 1;
            while align < 32 && u64::from(align) * 2 <= size && size.is_multiple_of(u64::from(align) * 2) {
                align *= 2;
            }
            item.data.align = align;
            item.data.relocs.sort_by_key(|r| r.offset);
            out.push(item.data);
        }
        out
    }
}

/// Reads one source into the program.
pub(crate) fn parse(program: &mut Program, source: Source<'_>, index: u32, options: &Options<'_>) {
    let names = &mut program.names;
    let input = Input::new(source.name, source.text, names, &mut program.files, options.defines, options.include);
    let input = match input {
        Ok(input) => input,
        Err(stop) => return program.errors.push(stop),
    };
    let mut parser = Parser {
        input,
        context: Context { package: options.package, file: index },
        funcs: &mut program.funcs,
        data: &mut program.data,
        defined: &mut program.defined,
        errors: Vec::new(),
        error_line: 0,
        file_index: 0,
        func: None,
        labels: FxHashMap::default(),
        pending: Vec::new(),
        jump: false,
        line: 0,
        col: 0,
    };
    if let Err(stop) = parser.run() {
        parser.errors.push(stop);
    }
    parser.end_func();
    let errors = parser.errors;
    program.errors.extend(errors);
}

struct Parser<'a> {
    input: Input<'a>,
    context: Context<'a>,
    funcs: &'a mut Vec<Func>,
    data: &'a mut DataTable,
    defined: &'a mut FxHashSet<Rc<Symbol>>,
    errors: Vec<Diagnostic>,
    error_line: u32,
    file_index: u32,
    func: Option<Func>,
    labels: FxHashMap<Name, usize>,
    pending: Vec<Name>,
    /// The last instruction was a jump. gc's parser asks that of the operands of directives, too: behind a
    /// jump a bare name is a label there as well.
    jump: bool,
    line: u32,
    col: u32,
}

type Stop = Diagnostic;

struct Line {
    word: Name,
    suffix: Vec<Name>,
    operands: Vec<Vec<Token>>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), Stop> {
        while let Some(line) = self.line()? {
            let word = self.input.names.text(line.word);
            match &*word {
                "TEXT" => self.text(&line.operands),
                "DATA" => self.data(&line.operands),
                "GLOBL" => self.globl(&line.operands),
                "FUNCDATA" | "PCDATA" => {
                    if line.operands.len() == 2 {
                        self.append(line.word, Suffix::default(), Vec::new());
                    } else {
                        self.error(format!("expect two operands for {word}"));
                    }
                }
                "PCALIGN" if line.operands.len() != 1 => self.error("expect one operand for PCALIGN"),
                _ if amd64::is_instruction(&word) => self.instruction(line, &word),
                _ => self.error(format!("unrecognized instruction {word:?}")),
            }
            if self.errors.len() > MAX_ERRORS {
                break;
            }
        }
        Ok(())
    }

    fn error(&mut self, message: impl Into<String>) {
        // One for each line: the rest follows from it.
        if self.error_line == self.line {
            return;
        }
        self.error_line = self.line;
        self.errors.push(Diagnostic {
            file: self.input.file_name(self.file_index),
            line: self.line,
            col: self.col,
            message: message.into(),
        });
    }

    /// `{label:} WORD[.suffix] [operand {, operand}]`
    fn line(&mut self) -> Result<Option<Line>, Stop> {
        'next: loop {
            let mut token = self.input.next()?;
            while matches!(token.tok, Tok::Newline | Tok::Punct(';')) {
                token = self.input.next()?;
            }
            if token.tok == Tok::Eof {
                return Ok(None);
            }
            (self.line, self.col) = (token.line, token.col);
            if self.input.file() != self.file_index {
                self.file_index = self.input.file();
            }
            if token.tok != Tok::Ident {
                let text = self.input.names.text(token.text);
                self.error(format!("expected identifier, found {text:?}"));
                return Ok(None);
            }
            let mut line = Line { word: token.text, suffix: Vec::new(), operands: Vec::new() };
            let mut items = Vec::new();
            let mut nesting = 0;
            // Where the first operand of an old register pair `AX:DX` is.
            let mut colon = None;
            loop {
                let token = self.input.next()?;
                if line.operands.is_empty() && items.is_empty() {
                    if token.tok == Tok::Punct('.') {
                        let suffix = self.input.next()?;
                        if suffix.tok != Tok::Ident {
                            let text = self.input.names.text(suffix.text);
                            self.error(format!("instruction suffix expected identifier, found {text}"));
                        }
                        line.suffix.push(suffix.text);
                        continue;
                    }
                    if token.tok == Tok::Punct(':') {
                        self.pending.push(line.word);
                        continue 'next;
                    }
                }
                let end = match token.tok {
                    Tok::Eof | Tok::Newline | Tok::Punct(';') => true,
                    Tok::Punct(',' | ':') if nesting == 0 => false,
                    tok => {
                        match tok {
                            Tok::Punct('(' | '[') => nesting += 1,
                            Tok::Punct(')' | ']') => nesting -= 1,
                            _ => {}
                        }
                        items.push(token);
                        continue;
                    }
                };
                if token.tok == Tok::Eof {
                    self.error("unexpected EOF");
                    return Ok(None);
                }
                if token.tok == Tok::Punct(':') && colon.is_some() {
                    self.error("invalid ':' in operand");
                    return Ok(Some(line));
                }
                if items.is_empty() {
                    if !line.operands.is_empty() || !end || colon.is_some() {
                        self.error("missing operand");
                    }
                } else {
                    line.operands.push(std::mem::take(&mut items));
                    if let Some(first) = colon.filter(|c| line.operands.len() == c + 2) {
                        line.operands.swap(first, first + 1);
                        colon = None;
                    }
                }
                if token.tok == Tok::Punct(':') {
                    colon = Some(line.operands.len().saturating_sub(1));
                }
                if end {
                    return Ok(Some(line));
                }
            }
        }
    }

    fn address(&mut self, tokens: &[Token]) -> Option<(Addr, bool)> {
        let mut operand = Operand::new(tokens, self.input.names, &self.context, self.jump);
        let parsed = operand.parse();
        let abi = operand.abi_internal;
        match parsed {
            Ok(addr) => Some((addr, abi)),
            Err(message) => {
                self.error(message);
                None
            }
        }
    }

    fn append(&mut self, op: Name, suffix: Suffix, args: Vec<Addr>) {
        let jumps = self.input.names.str(op) == "JMP";
        let prog =
            Prog { op, suffix, args, target: None, jumps, file: self.file_index, line: self.line, col: self.col };
        let pending = std::mem::take(&mut self.pending);
        let Some(func) = &mut self.func else { return };
        let index = func.progs.len();
        func.progs.push(prog);
        for label in pending {
            if self.labels.insert(label, index).is_some() {
                let text = self.input.names.text(label);
                self.error(format!("label {text:?} multiply defined"));
            }
        }
    }

    fn end_func(&mut self) {
        let Some(mut func) = self.func.take() else { return };
        let len = func.progs.len() as i64;
        for i in 0..func.progs.len() {
            let prog = &mut func.progs[i];
            let (line, col) = (prog.line, prog.col);
            let Some(addr) = prog.args.last() else { continue };
            match addr.kind {
                Kind::Label(name) => {
                    prog.target = self.labels.get(&name).copied();
                    if prog.target.is_none() {
                        let text = self.input.names.text(name);
                        (self.line, self.col) = (line, col);
                        self.error(format!("undefined label {text}"));
                    }
                }
                Kind::Relative => {
                    let to = (i as i64).saturating_add(addr.offset);
                    if (0..len).contains(&to) {
                        prog.target = Some(to as usize);
                    } else {
                        (self.line, self.col) = (line, col);
                        self.error("branch out of range".to_owned());
                    }
                }
                _ => {}
            }
        }
        self.labels.clear();
        self.funcs.push(func);
    }

    fn name_of(addr: &Addr) -> String {
        addr.symbol.as_ref().map_or_else(|| "<erroneous symbol>".to_owned(), |s| s.name.clone())
    }

    fn symbol(&mut self, pseudo: &str, addr: &Addr, offset: bool) -> Option<Rc<Symbol>> {
        let plain = addr.base == Base::Symbol && addr.reg.is_none() && addr.index.is_none();
        match &addr.symbol {
            Some(symbol) if plain && (offset || addr.offset == 0) => Some(Rc::clone(symbol)),
            Some(symbol) if plain => {
                let name = &symbol.name;
                self.error(format!("{pseudo} symbol {name:?} must not be offset from SB"));
                None
            }
            _ => {
                let name = Self::name_of(addr);
                self.error(format!("{pseudo} symbol {name:?} must be a symbol(SB)"));
                None
            }
        }
    }

    fn flags(&mut self, pseudo: &str, tokens: &[Token]) -> Option<Flags> {
        let (addr, _) = self.address(tokens)?;
        if let Kind::Label(_) = addr.kind {
            // A flag that no header defines: it counts as zero, with what is added to it.
            return Some(Flags(addr.offset as u32));
        }
        if addr.kind != Kind::Mem || addr.base != Base::None || addr.reg.is_some() || addr.index.is_some() {
            let found = self.words(tokens);
            self.error(format!("{pseudo}: expected integer constant; found {found}"));
            return None;
        }
        Some(Flags(addr.offset as u32))
    }

    fn words(&self, tokens: &[Token]) -> String {
        tokens.iter().map(|t| self.input.names.str(t.text)).collect()
    }

    fn text(&mut self, operands: &[Vec<Token>]) {
        self.end_func();
        let (name, flags, frame) = match operands {
            [name, frame] => (name, None, frame),
            [name, flags, frame] => (name, Some(flags), frame),
            _ => return self.error("expect two or three operands for TEXT"),
        };
        let Some((addr, abi_internal)) = self.address(name) else { return };
        let Some(symbol) = self.symbol("TEXT", &addr, false) else { return };
        let flags = match flags {
            Some(tokens) => match self.flags("TEXT", tokens) {
                Some(flags) => flags,
                None => return,
            },
            None => Flags::default(),
        };
        let name = &symbol.name;
        if abi_internal && !flags.has(Flags::NOSPLIT) {
            self.error(format!("TEXT {name:?}: ABIInternal requires NOSPLIT"));
        }
        // `$frame-args` is two words, not a difference.
        let mut rest = &frame[..];
        let bad = format!("TEXT {name}: frame size must be an immediate constant");
        if rest.len() < 2 || rest[0].tok != Tok::Punct('$') {
            return self.error(bad);
        }
        rest = &rest[1..];
        let negative = rest[0].tok == Tok::Punct('-');
        rest = &rest[usize::from(negative)..];
        let Some(size) = self.size(rest.first()) else { return self.error(bad) };
        let args = match &rest[1..] {
            [] => None,
            [dash, args] if dash.tok == Tok::Punct('-') && args.tok == Tok::Int => {
                self.size(Some(args)).and_then(|v| u32::try_from(v).ok())
            }
            _ => return self.error(format!("TEXT {name}: argument size must be of form -integer")),
        };
        if !self.defined.insert(Rc::clone(&symbol)) {
            self.error(format!("symbol {name} redeclared"));
        }
        self.func = Some(Func {
            symbol,
            abi_internal,
            flags,
            frame: if negative { -size } else { size },
            args,
            progs: Vec::new(),
        });
        let op = self.input.names.intern("TEXT");
        self.append(op, Suffix::default(), Vec::new());
    }

    fn size(&self, token: Option<&Token>) -> Option<i64> {
        let token = token.filter(|t| t.tok == Tok::Int)?;
        let value = crate::literal::parse_int(self.input.names.str(token.text)).ok()?;
        i64::try_from(value).ok()
    }

    fn data(&mut self, operands: &[Vec<Token>]) {
        let [target, value] = operands else { return self.error("expect two operands for DATA") };
        let width = match &target[..] {
            [name @ .., slash, width] if !name.is_empty() && slash.tok == Tok::Punct('/') => self.size(Some(width)),
            _ => None,
        };
        let Some(width) = width else { return self.error("expect /size for DATA argument") };
        let Some((addr, _)) = self.address(&target[..target.len() - 2]) else { return };
        let Some(symbol) = self.symbol("DATA", &addr, true) else { return };
        let Some((value, _)) = self.address(value) else { return };
        let offset = addr.offset;
        if !(0..1 << 30).contains(&offset) || !(0..1 << 30).contains(&width) {
            return self.error(format!("bad size for DATA argument: {width}"));
        }
        let item = self.data.get(&symbol);
        if offset < item.end {
            return self.error(format!("overlapping DATA entry for {}", symbol.name));
        }
        item.end = offset + width;
        let (start, size) = (offset as usize, width as usize);
        let bytes: Vec<u8> = match value.kind {
            Kind::Const if matches!(size, 1 | 2 | 4 | 8) => value.offset.to_le_bytes()[..size].to_vec(),
            Kind::Float(v) if size == 4 => (v as f32).to_le_bytes().to_vec(),
            Kind::Float(v) if size == 8 => v.to_le_bytes().to_vec(),
            Kind::Str(mut s) if s.len() <= size => {
                s.resize(size, 0);
                s
            }
            Kind::Addr if size == 8 && value.base == Base::Symbol => {
                let Some(target) = &value.symbol else { return };
                item.data.relocs.push(Reloc {
                    offset: start as u32,
                    kind: RelocKind::Abs64,
                    target: (**target).clone(),
                    addend: value.offset,
                });
                vec![0; 8]
            }
            Kind::Const => return self.error(format!("bad int size for DATA argument: {size}")),
            Kind::Float(_) => return self.error(format!("bad float size for DATA argument: {size}")),
            Kind::Addr => return self.error(format!("bad addr size for DATA argument: {size}")),
            Kind::Str(_) => return self.error("string constant is longer than its DATA"),
            _ => return self.error("DATA value must be an immediate constant or address"),
        };
        let all = &mut item.data.bytes;
        if all.len() < start + size {
            all.resize(start + size, 0);
        }
        all[start..start + size].copy_from_slice(&bytes);
    }

    fn globl(&mut self, operands: &[Vec<Token>]) {
        let (name, flags, size) = match operands {
            [name, size] => (name, None, size),
            [name, flags, size] => (name, Some(flags), size),
            _ => return self.error("expect two or three operands for GLOBL"),
        };
        let Some((addr, _)) = self.address(name) else { return };
        let Some(symbol) = self.symbol("GLOBL", &addr, false) else { return };
        let flags = match flags {
            Some(tokens) => match self.flags("GLOBL", tokens) {
                Some(flags) => flags,
                None => return,
            },
            None => Flags::default(),
        };
        let Some((value, _)) = self.address(size) else { return };
        if value.kind != Kind::Const {
            let found = match value.kind {
                Kind::Label(_) => value.offset.to_string(),
                _ => self.words(size),
            };
            return self.error(format!("GLOBL: expected immediate constant; found {found}"));
        }
        if value.offset < 0 {
            return self.error(format!("GLOBL: negative size {}", value.offset));
        }
        let item = self.data.get(&symbol);
        if std::mem::replace(&mut item.declared, true) || self.defined.contains(&symbol) {
            return self.error(format!("symbol {} redeclared", symbol.name));
        }
        item.data.flags = flags;
        item.data.size = value.offset as u64;
    }

    /// One with an error counts for labels and distances, too.
    fn instruction(&mut self, line: Line, word: &str) {
        let op = line.word;
        let errors = self.errors.len();
        self.try_instruction(line, word);
        if self.errors.len() > errors && !self.pending.is_empty() {
            self.append(op, Suffix::default(), Vec::new());
        }
    }

    fn try_instruction(&mut self, line: Line, word: &str) {
        let jump = amd64::is_jump(word);
        if word != "PCALIGN" {
            self.jump = jump;
        }
        let suffix = match self.suffix(&line.suffix) {
            Ok(suffix) => suffix,
            Err(message) => return self.error(message),
        };
        let mut args = Vec::with_capacity(line.operands.len());
        for tokens in &line.operands {
            let Some((addr, _)) = self.address(tokens) else { return };
            if !jump && addr.as_reg().is_some_and(|r| r.class == Class::Pseudo) {
                self.error(format!("illegal use of pseudo-register in {word}"));
            }
            args.push(addr);
        }
        if jump && !matches!(args.len(), 1 | 2) {
            return self.error(format!("wrong number of arguments to {word} instruction"));
        }
        if args.len() > 5 {
            return self.error(format!("can't handle {word} instruction with {} operands", args.len()));
        }
        self.append(line.word, suffix, args);
    }

    fn suffix(&self, parts: &[Name]) -> Result<Suffix, String> {
        let mut out = Suffix::default();
        let mut problems = Vec::new();
        let mut seen: Vec<Name> = Vec::new();
        for (i, &part) in parts.iter().enumerate() {
            let text = self.input.names.str(part);
            match text {
                "Z" => {
                    out.zeroing = true;
                    if i + 1 != parts.len() {
                        problems.push("Z suffix should be the last".to_owned());
                    }
                }
                "BCST" => out.broadcast = true,
                "SAE" => out.sae = true,
                "RN_SAE" => out.rounding = Some(Rounding::Nearest),
                "RD_SAE" => out.rounding = Some(Rounding::Down),
                "RU_SAE" => out.rounding = Some(Rounding::Up),
                "RZ_SAE" => out.rounding = Some(Rounding::Zero),
                _ if !seen.contains(&part) => problems.push(format!("unknown suffix {text:?}")),
                _ => {}
            }
            if seen.contains(&part) {
                problems.push(format!("duplicate suffix {text:?}"));
            }
            seen.push(part);
        }
        let rounds = out.sae || out.rounding.is_some();
        if out.broadcast && rounds {
            problems.push("can't combine rounding/SAE and broadcast".to_owned());
        }
        if problems.is_empty() && parts.len() > 1 + usize::from(out.zeroing) {
            problems.push("bad suffix combination".to_owned());
        }
        if problems.is_empty() { Ok(out) } else { Err(problems.join("; ")) }
    }
}
