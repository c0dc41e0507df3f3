//! Operands: tokens to addresses, and constant expressions.

use crate::amd64::reg::Reg;
use crate::lex::{Interner, Tok, Token};
use crate::literal::{parse_float, parse_int, unquote_bytes};
use crate::model::Symbol;
use crate::prog::{Addr, Base, Kind};
use std::rc::Rc;

/// The parser of one operand.
pub(crate) struct Operand<'a> {
    tokens: &'a [Token],
    pos: usize,
    names: &'a Interner,
    context: &'a Context<'a>,
    jump: bool,
    /// The first error.
    error: Option<String>,
    /// `<ABIInternal>` was written.
    pub(crate) abi_internal: bool,
}

/// Packages whose assembly may say which calling convention a function has.
const ABI_PACKAGES: &[&str] = &[
    "runtime",
    "reflect",
    "syscall",
    "internal/bytealg",
    "internal/chacha8rand",
    "internal/runtime/syscall/linux",
    "internal/runtime/syscall/windows",
    "internal/runtime/startlinetest",
    "internal/runtime/maps",
];

/// What operands of a file have in common.
pub(crate) struct Context<'a> {
    /// Import path.
    pub(crate) package: &'a str,
    /// Index of the file, for its own symbols.
    pub(crate) file: u32,
}

impl<'a> Operand<'a> {
    pub(crate) fn new(tokens: &'a [Token], names: &'a Interner, context: &'a Context<'a>, jump: bool) -> Self {
        Operand { tokens, pos: 0, names, context, jump, error: None, abi_internal: false }
    }

    /// The address, or the first error.
    pub(crate) fn parse(&mut self) -> Result<Addr, String> {
        let mut addr = Addr::default();
        self.operand(&mut addr);
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(addr),
        }
    }

    fn fail(&mut self, message: impl Into<String>) {
        if self.error.is_none() {
            self.error = Some(message.into());
        }
    }

    fn peek(&self) -> Tok {
        self.tokens.get(self.pos).map_or(Tok::Eof, |t| t.tok)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.pos).copied();
        self.pos += usize::from(token.is_some());
        token
    }

    fn text(&self, token: Option<Token>) -> &'a str {
        let names: &'a Interner = self.names;
        token.map_or("EOF", |t| names.str(t.text))
    }

    /// The kind of a token, as messages name it.
    fn shown(&self, token: Option<Token>) -> String {
        match token.map_or(Tok::Eof, |t| t.tok) {
            Tok::Punct(c) => format!("'{c}'"),
            Tok::Eof => "EOF".into(),
            tok => format!("{tok:?}"),
        }
    }

    fn at(&self, c: char) -> bool {
        self.peek() == Tok::Punct(c)
    }

    fn expect(&mut self, tok: Tok, what: &str) -> Option<Token> {
        if self.peek() == tok {
            return self.next();
        }
        let found = self.next();
        let found = self.text(found);
        self.fail(format!("expected {what}, found {found}"));
        None
    }

    fn expect_char(&mut self, c: char) {
        self.expect(Tok::Punct(c), &format!("'{c}'"));
    }

    fn end(&mut self) {
        if self.peek() != Tok::Eof {
            let found = self.next();
            let found = self.text(found);
            self.fail(format!("expected end of operand, found {found}"));
        }
    }

    fn register_at(&self, pos: usize) -> Option<Reg> {
        let token = self.tokens.get(pos).filter(|t| t.tok == Tok::Ident)?;
        Reg::parse(self.names.str(token.text))
    }

    fn operand(&mut self, a: &mut Addr) {
        let prefix = match self.peek() {
            Tok::Punct(c @ ('$' | '*')) => {
                self.pos += 1;
                Some(c)
            }
            _ => None,
        };
        let first = self.peek();
        if first == Tok::Ident {
            if let Some(reg) = self.register_at(self.pos) {
                let name = self.next();
                let name = self.text(name);
                if let Some(p) = prefix.filter(|&p| p != '*') {
                    self.fail(format!("prefix {p} not allowed for register: {p}{name}"));
                }
                if self.at('*') {
                    self.fail("expected simple register reference");
                }
                *a = Addr::reg(reg);
                return self.end();
            }
            self.symbol(a, prefix);
            if self.peek() == Tok::Eof {
                return;
            }
            return self.indirect_end(a, prefix);
        }
        if first == Tok::Punct('[') {
            self.pos += 1;
            if prefix.is_some() {
                self.fail("illegal use of register list");
            }
            self.list(a);
            return self.end();
        }
        let constant = match first {
            Tok::Int | Tok::Float | Tok::Str | Tok::Char => true,
            Tok::Punct('+' | '-' | '~') => true,
            Tok::Punct('(') if self.pos + 1 >= self.tokens.len() => {
                return self.fail("missing right parenthesis");
            }
            Tok::Punct('(') => self.register_at(self.pos + 1).is_none(),
            _ => false,
        };
        if constant && self.constant(a, prefix) {
            return;
        }
        if !constant && first != Tok::Punct('(') {
            self.pos += 1;
        }
        self.indirect_end(a, prefix);
    }

    /// A constant; tells whether the operand ends with it.
    fn constant(&mut self, a: &mut Addr, prefix: Option<char>) -> bool {
        let has = |tok| self.tokens[self.pos..].iter().any(|t| t.tok == tok);
        if has(Tok::Float) {
            if prefix != Some('$') {
                self.fail("floating-point constant must be an immediate");
            }
            a.kind = Kind::Float(self.float());
            self.end();
            return true;
        }
        if has(Tok::Str) {
            if prefix != Some('$') {
                self.fail("string constant must be an immediate");
                return true;
            }
            if let Some(token) = self.expect(Tok::Str, "String") {
                match unquote_bytes(self.names.str(token.text)) {
                    Some(bytes) => a.kind = Kind::Str(bytes),
                    None => self.fail("string parse error: invalid syntax"),
                }
            }
            self.end();
            return true;
        }
        a.offset = self.expr() as i64;
        if self.at('(') {
            return false;
        }
        a.kind = match prefix {
            Some('$') => Kind::Const,
            Some(_) => Kind::Indirect,
            None => Kind::Mem,
        };
        self.end();
        true
    }

    /// `name<>+4(SB)`, or a label.
    fn symbol(&mut self, a: &mut Addr, prefix: Option<char>) {
        let token = self.next().expect("an identifier is next");
        let written = self.names.str(token.text);
        a.kind = match prefix {
            None => Kind::Mem,
            Some('$') => Kind::Addr,
            Some(_) => Kind::Indirect,
        };
        let name = if written.starts_with('.') { format!("{}{written}", self.context.package) } else { written.into() };
        let mut local = None;
        if self.at('<') {
            self.pos += 1;
            if self.peek() == Tok::Ident {
                let abi = self.next();
                match self.text(abi) {
                    _ if !ABI_PACKAGES.contains(&self.context.package) => self
                        .fail(format!("ABI selector only permitted when compiling runtime, reference was to {name:?}")),
                    "ABIInternal" => self.abi_internal = true,
                    "ABI0" => {}
                    abi => self.fail(format!("malformed ABI selector {abi:?} in reference to {name:?}")),
                }
            } else {
                local = Some(self.context.file);
            }
            self.expect_char('>');
        }
        if matches!(self.peek(), Tok::Punct('+' | '-')) {
            a.offset = self.expr() as i64;
        }
        if self.peek() == Tok::Eof {
            if prefix.is_none() && self.jump {
                a.kind = Kind::Label(token.text);
                // Only messages about directives want it.
                a.symbol = Some(Rc::new(Symbol { name, local }));
                return;
            }
            return self.fail(format!("illegal or missing addressing mode for symbol {name}"));
        }
        a.symbol = Some(Rc::new(Symbol { name, local }));
        self.expect_char('(');
        let reg = self.expect(Tok::Ident, "Ident");
        self.expect_char(')');
        if reg.is_some() {
            self.pseudo(a, self.text(reg), prefix);
        }
    }

    fn pseudo(&mut self, a: &mut Addr, reg: &str, prefix: Option<char>) {
        match reg {
            "FP" => a.base = Base::Param,
            "SP" => a.base = Base::Auto,
            "SB" => a.base = Base::Symbol,
            "PC" => {
                if prefix.is_some() {
                    self.fail("illegal addressing mode for PC");
                }
                a.kind = Kind::Relative;
            }
            _ => self.fail(format!("expected pseudo-register; found {reg}")),
        }
        if prefix == Some('$') {
            a.kind = Kind::Addr;
        }
        // The symbol of a variable is only for vet to read.
        if a.base != Base::Symbol {
            a.symbol = None;
        }
    }

    fn indirect_end(&mut self, a: &mut Addr, prefix: Option<char>) {
        self.indirect(a, prefix);
        self.end();
    }

    fn register(&mut self) -> Option<(Reg, u8)> {
        let token = self.next();
        let name = self.text(token);
        let Some(reg) = Reg::parse(name) else {
            self.fail(format!("expected register; found {name}"));
            return None;
        };
        match self.peek() {
            Tok::Punct(',') => self.fail("(register,register) not supported on this architecture"),
            Tok::Punct('+') => self.fail("(register+register) not supported on this architecture"),
            Tok::Punct(':') => self.fail("indirect through register pair"),
            _ => {}
        }
        let mut scale = 0;
        if self.at('*') {
            self.pos += 1;
            let token = self.next();
            scale = match self.text(token) {
                "1" => 1,
                "2" => 2,
                "4" => 4,
                "8" => 8,
                text => {
                    self.fail(format!("bad scale: {text}"));
                    0
                }
            };
        }
        Some((reg, scale))
    }

    /// `(reg)`, `(reg)(index*scale)` or `(index*scale)`; what is before them was read.
    fn indirect(&mut self, a: &mut Addr, prefix: Option<char>) {
        self.expect_char('(');
        let Some((reg, scale)) = self.register() else { return };
        self.expect_char(')');
        if a.kind == Kind::None || a.kind == Kind::Indirect && a.base == Base::None {
            a.kind = Kind::Mem;
        }
        if reg.is_pseudo() {
            let name = reg.to_string();
            if name != "PC" && a.base == Base::None && a.symbol.is_none() {
                // An index after a symbol is told by the encoder.
                self.fail(format!("cannot reference {name} without a symbol"));
            }
            return self.pseudo(a, &name, prefix);
        }
        if prefix == Some('$') {
            a.kind = Kind::Addr;
        }
        if scale != 0 {
            a.index = Some(reg);
            a.scale = scale;
            return;
        }
        a.reg = Some(reg);
        if self.at('(') {
            self.pos += 1;
            let Some((index, scale)) = self.register() else { return };
            a.index = Some(index);
            a.scale = scale;
            self.expect_char(')');
        }
    }

    fn list(&mut self, a: &mut Addr) {
        let token = self.next();
        let low_name = self.text(token);
        let Some(low) = Reg::parse(low_name) else {
            return self.fail(if token.is_none() {
                "register list: expected ']', found EOF".to_owned()
            } else {
                format!("register list: bad low register in `[{low_name}`")
            });
        };
        let dash = self.next();
        if dash.map(|t| t.tok) != Some(Tok::Punct('-')) {
            let found = self.shown(dash);
            return self.fail(format!("register list: expected '-' after `[{low_name}`, found {found}"));
        }
        let token = self.next();
        let high_name = self.text(token);
        let Some(high) = Reg::parse(high_name) else {
            return self.fail(format!("register list: bad high register in `[{low_name}-{high_name}`"));
        };
        let close = self.next();
        if close.map(|t| t.tok) != Some(Tok::Punct(']')) {
            let found = self.shown(close);
            self.fail(format!("register list: expected ']' after `[{low_name}-{high_name}`, found {found}"));
        }
        a.kind = Kind::List(high);
        a.reg = Some(low);
    }

    fn float(&mut self) -> f64 {
        let token = self.next();
        match token.map(|t| t.tok) {
            Some(Tok::Punct('(')) => {
                let value = self.float();
                if self.next().map(|t| t.tok) != Some(Tok::Punct(')')) {
                    self.fail("missing closing paren");
                }
                value
            }
            Some(Tok::Punct('+')) => self.float(),
            Some(Tok::Punct('-')) => -self.float(),
            Some(Tok::Float) => {
                let text = self.text(token);
                parse_float(text).unwrap_or_else(|| {
                    self.fail(format!("strconv.ParseFloat: parsing {text:?}: invalid syntax"));
                    0.0
                })
            }
            _ => {
                let text = self.text(token);
                self.fail(format!("unexpected {text} evaluating float expression"));
                0.0
            }
        }
    }

    /// Sums: `+`, `-`, `|`, `^`.
    fn expr(&mut self) -> u64 {
        let mut value = self.term();
        loop {
            let op = match self.peek() {
                Tok::Punct(c @ ('+' | '-' | '|' | '^')) => c,
                _ => return value,
            };
            self.pos += 1;
            let right = self.term();
            value = match op {
                '+' => value.wrapping_add(right),
                '-' => value.wrapping_sub(right),
                '|' => value | right,
                _ => value ^ right,
            };
        }
    }

    /// Products: `*`, `/`, `%`, `&` and shifts.
    fn term(&mut self) -> u64 {
        let mut value = self.factor();
        loop {
            let op = self.peek();
            if !matches!(op, Tok::Punct('*' | '/' | '%' | '&') | Tok::Shl | Tok::Shr) {
                return value;
            }
            self.pos += 1;
            match op {
                Tok::Shl => {
                    let shift = self.factor();
                    if (shift as i64) < 0 {
                        self.fail("negative left shift count");
                    }
                    return if shift < 64 { value << shift } else { 0 };
                }
                Tok::Shr => {
                    let shift = self.term();
                    if (shift as i64) < 0 {
                        self.fail("negative right shift count");
                    }
                    if (value as i64) < 0 {
                        self.fail("right shift of value with high bit set");
                    }
                    value = if shift < 64 { value >> shift } else { 0 };
                }
                Tok::Punct('*') => value = value.wrapping_mul(self.factor()),
                Tok::Punct('&') => value &= self.factor(),
                _ => {
                    let (what, divide) = if op == Tok::Punct('/') { ("divide", true) } else { ("modulo", false) };
                    if (value as i64) < 0 {
                        self.fail(format!("{what} of value with high bit set"));
                    }
                    let right = self.factor();
                    match if divide { value.checked_div(right) } else { value.checked_rem(right) } {
                        Some(v) => value = v,
                        None if divide => self.fail("division by zero"),
                        None => self.fail("modulo by zero"),
                    }
                }
            }
        }
    }

    fn factor(&mut self) -> u64 {
        let token = self.next();
        let text = self.text(token);
        match token.map_or(Tok::Eof, |t| t.tok) {
            Tok::Int => parse_int(text).unwrap_or_else(|e| {
                self.fail(e);
                0
            }),
            Tok::Char => {
                let c = unquote_bytes(text).and_then(|b| match &b[..] {
                    [b] => Some(u64::from(*b)),
                    _ => std::str::from_utf8(&b).ok()?.chars().next().map(|c| u64::from(u32::from(c))),
                });
                c.unwrap_or_else(|| {
                    self.fail("invalid syntax");
                    0
                })
            }
            Tok::Punct('+') => self.factor(),
            Tok::Punct('-') => self.factor().wrapping_neg(),
            Tok::Punct('~') => !self.factor(),
            Tok::Punct('(') => {
                let value = self.expr();
                if self.next().map(|t| t.tok) != Some(Tok::Punct(')')) {
                    self.fail("missing closing paren");
                }
                value
            }
            _ => {
                self.fail(format!("unexpected {text} evaluating expression"));
                0
            }
        }
    }
}
