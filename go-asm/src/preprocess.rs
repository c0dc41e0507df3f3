//! Macros, conditions and includes: tokens of files to tokens of the program.

use crate::lex::{Interner, Name, Tok, Token, tokenize};
use crate::literal::unquote;
use crate::model::{Diagnostic, Include};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Nested files and macros.
const MAX_DEPTH: usize = 100;

struct Macro {
    /// Formal parameters; none for a macro without parentheses.
    params: Option<Vec<Name>>,
    body: Rc<[Token]>,
}

struct Frame {
    tokens: Rc<[Token]>,
    next: usize,
    /// Index of the file.
    file: u32,
    /// Where the macro of this frame is used.
    place: Option<(u32, u32)>,
}

/// The stream of preprocessed tokens of one source.
pub(crate) struct Input<'a> {
    pub(crate) names: &'a mut Interner,
    files: &'a mut Vec<String>,
    include: &'a Include<'a>,
    stack: Vec<Frame>,
    macros: FxHashMap<Name, Rc<Macro>>,
    /// For each open condition, whether its text counts.
    conditions: Vec<bool>,
    line_start: bool,
    /// Something other than comments was read.
    saw_code: bool,
    pushed_back: Vec<Token>,
}

/// An error ends the source.
pub(crate) type Stop = Diagnostic;

impl<'a> Input<'a> {
    pub(crate) fn new(
        name: &str,
        text: &str,
        names: &'a mut Interner,
        files: &'a mut Vec<String>,
        defines: &[(&str, &str)],
        include: &'a Include<'a>,
    ) -> Result<Self, Stop> {
        let mut input = Input {
            names,
            files,
            include,
            stack: Vec::new(),
            macros: FxHashMap::default(),
            conditions: Vec::new(),
            line_start: true,
            saw_code: false,
            pushed_back: Vec::new(),
        };
        for (name, value) in defines {
            let name = input.names.intern(name);
            let mut body = tokenize(value, input.names).unwrap_or_default();
            body.pop();
            input.macros.insert(name, Rc::new(Macro { params: None, body: body.into() }));
        }
        input.open(name, text)?;
        Ok(input)
    }

    fn open(&mut self, name: &str, text: &str) -> Result<(), Stop> {
        let file = match self.files.iter().position(|f| f == name) {
            Some(i) => i,
            None => {
                self.files.push(name.to_owned());
                self.files.len() - 1
            }
        };
        let tokens = tokenize(text, self.names).map_err(|(line, col, message)| Diagnostic {
            file: name.to_owned(),
            line,
            col,
            message,
        })?;
        self.stack.push(Frame { tokens: tokens.into(), next: 0, file: file as u32, place: None });
        Ok(())
    }

    /// Index of the file that tokens come from.
    pub(crate) fn file(&self) -> u32 {
        self.stack.last().map_or(0, |f| f.file)
    }

    /// Name of a file.
    pub(crate) fn file_name(&self, index: u32) -> String {
        self.files[index as usize].clone()
    }

    fn fail<T>(&self, at: Token, message: impl Into<String>) -> Result<T, Stop> {
        Err(Diagnostic {
            file: self.files[self.file() as usize].clone(),
            line: at.line,
            col: at.col,
            message: message.into(),
        })
    }

    fn fail_got<T>(&self, at: Token, message: &str) -> Result<T, Stop> {
        self.fail(at, format!("{message} ; got {:?}", self.names.str(at.text)))
    }

    /// The next token without regard to macros and conditions.
    fn raw(&mut self) -> Token {
        loop {
            let last = self.stack.len() == 1;
            let frame = self.stack.last_mut().expect("the source itself stays");
            if let Some(&token) = frame.tokens.get(frame.next) {
                if token.tok != Tok::Eof {
                    frame.next += 1;
                    return match frame.place {
                        Some((line, col)) => Token { line, col, ..token },
                        None => token,
                    };
                }
                if last {
                    return token;
                }
            }
            self.stack.pop();
        }
    }

    fn enabled(&self) -> bool {
        self.conditions.last().copied().unwrap_or(true)
    }

    /// The next token of the program.
    pub(crate) fn next(&mut self) -> Result<Token, Stop> {
        if let Some(token) = self.pushed_back.pop() {
            return Ok(token);
        }
        let mut nesting = 0;
        loop {
            let token = self.raw();
            match token.tok {
                Tok::Punct('#') => {
                    if !self.line_start {
                        return self.fail(token, "'#' must be first item on line");
                    }
                    self.saw_code = true;
                    self.line_start = self.directive()?;
                    continue;
                }
                Tok::Build => {
                    if self.saw_code && self.enabled() {
                        return self.fail(token, "misplaced //go:build comment");
                    }
                    continue;
                }
                Tok::Ident if self.enabled() => {
                    if let Some(m) = self.macros.get(&token.text).map(Rc::clone) {
                        nesting += 1;
                        if nesting > MAX_DEPTH {
                            return self.fail(token, "recursive macro invocation");
                        }
                        if let Some(plain) = self.invoke(&m, token)? {
                            return Ok(plain);
                        }
                        continue;
                    }
                }
                Tok::Eof if !self.conditions.is_empty() => {
                    return self.fail(token, "unclosed #ifdef or #ifndef");
                }
                _ => {}
            }
            self.line_start = token.tok == Tok::Newline;
            if self.enabled() || token.tok == Tok::Eof {
                self.saw_code |= token.tok != Tok::Newline;
                return Ok(token);
            }
        }
    }

    /// A directive; tells whether the rest of its line was read.
    fn directive(&mut self) -> Result<bool, Stop> {
        let word = self.raw();
        if word.tok != Tok::Ident {
            return self.fail_got(word, "expected identifier after '#'");
        }
        let text = self.names.text(word.text);
        if !self.enabled() && !matches!(&*text, "else" | "endif" | "ifdef" | "ifndef" | "line") {
            return Ok(false);
        }
        match &*text {
            "define" => self.define()?,
            "undef" => {
                let name = self.macro_name()?;
                if self.macros.remove(&name.text).is_none() {
                    let text = self.names.str(name.text);
                    return self.fail(name, format!("#undef for undefined macro: {text}"));
                }
                self.end_of_directive("#undef")?;
            }
            "ifdef" | "ifndef" => {
                let name = self.macro_name()?;
                self.end_of_directive("#if[n]def")?;
                let counts = self.macros.contains_key(&name.text) == (&*text == "ifdef");
                self.conditions.push(self.enabled() && counts);
            }
            "else" => {
                self.end_of_directive("#else")?;
                let depth = self.conditions.len();
                if depth == 0 {
                    return self.fail(word, "unmatched #else");
                }
                if depth == 1 || self.conditions[depth - 2] {
                    self.conditions[depth - 1] = !self.conditions[depth - 1];
                }
            }
            "endif" => {
                self.end_of_directive("#endif")?;
                if self.conditions.pop().is_none() {
                    return self.fail(word, "unmatched #endif");
                }
            }
            "include" => self.include(word)?,
            // Only positions of messages would change.
            "line" => while !matches!(self.raw().tok, Tok::Newline | Tok::Eof) {},
            _ => return self.fail(word, format!("unexpected token after '#': {text}")),
        }
        Ok(true)
    }

    fn macro_name(&mut self) -> Result<Token, Stop> {
        let name = self.raw();
        if name.tok == Tok::Ident { Ok(name) } else { self.fail_got(name, "expected identifier after # directive") }
    }

    fn end_of_directive(&mut self, directive: &str) -> Result<(), Stop> {
        let token = self.raw();
        match token.tok {
            Tok::Newline | Tok::Eof => Ok(()),
            _ => self.fail_got(token, &format!("expected newline after {directive}")),
        }
    }

    fn include(&mut self, at: Token) -> Result<(), Stop> {
        let name = self.raw();
        if name.tok != Tok::Str {
            return self.fail_got(name, "expected string after #include");
        }
        let Some(path) = unquote(self.names.str(name.text)) else {
            return self.fail(name, "unquoting include file name:  invalid syntax");
        };
        self.end_of_directive("#include")?;
        if self.stack.len() > MAX_DEPTH {
            return self.fail(at, "input recursion");
        }
        let from = self.files[self.file() as usize].clone();
        match (self.include)(&from, &path) {
            Some(text) => self.open(&path, &text),
            None => self.fail(at, format!("#include: open {path}: no such file or directory")),
        }
    }

    fn define(&mut self) -> Result<(), Stop> {
        let name = self.macro_name()?;
        let text = self.names.text(name.text);
        let mut token = self.raw();
        let mut params = None;
        if token.tok == Tok::Punct('(') && token.tight {
            params = Some(self.params(&text)?);
            token = self.raw();
        }
        let mut body = Vec::new();
        while token.tok != Tok::Newline {
            if token.tok == Tok::Eof {
                if body.is_empty() {
                    break;
                }
                return self.fail(token, format!("missing newline in definition for macro: {text}"));
            }
            if token.tok == Tok::Punct('\\') {
                token = self.raw();
                if !matches!(token.tok, Tok::Newline | Tok::Punct('\\')) {
                    return self.fail(token, format!("can only escape \\ or \\n in definition for macro: {text}"));
                }
            }
            body.push(token);
            token = self.raw();
        }
        let m = Macro { params, body: body.into() };
        if self.macros.insert(name.text, Rc::new(m)).is_some() {
            return self.fail(name, format!("redefinition of macro: {text}"));
        }
        Ok(())
    }

    fn params(&mut self, name: &str) -> Result<Vec<Name>, Stop> {
        let mut params = Vec::new();
        let mut wanted = true;
        loop {
            let token = self.raw();
            match token.tok {
                Tok::Punct(')') => return Ok(params),
                Tok::Punct(',') if !wanted => wanted = true,
                Tok::Ident if wanted => {
                    if params.contains(&token.text) {
                        let param = self.names.str(token.text);
                        return self.fail(token, format!("duplicate argument {param} in definition for macro: {name}"));
                    }
                    params.push(token.text);
                    wanted = false;
                }
                Tok::Punct(',') | Tok::Ident => {
                    return self.fail(token, format!("bad syntax in definition for macro: {name}"));
                }
                _ => return self.fail(token, format!("bad definition for macro: {name}")),
            }
        }
    }

    /// Puts the macro's text in front of the input. One with parameters that is named without
    /// arguments is an ordinary word, which is returned.
    fn invoke(&mut self, m: &Macro, at: Token) -> Result<Option<Token>, Stop> {
        let body = match &m.params {
            None => Rc::clone(&m.body),
            Some(params) => {
                let open = self.raw();
                if open.tok != Tok::Punct('(') {
                    if open.tok != Tok::Eof {
                        self.pushed_back.push(open);
                    }
                    return Ok(Some(at));
                }
                let args = self.arguments(params, at)?;
                let mut body = Vec::with_capacity(m.body.len());
                for &token in &*m.body {
                    match params.iter().position(|&p| token.tok == Tok::Ident && p == token.text) {
                        Some(i) => body.extend_from_slice(&args[i]),
                        None => body.push(token),
                    }
                }
                body.into()
            }
        };
        if self.stack.len() > MAX_DEPTH {
            return self.fail(at, "input recursion");
        }
        let file = self.file();
        self.stack.push(Frame { tokens: body, next: 0, file, place: Some((at.line, at.col)) });
        Ok(None)
    }

    fn arguments(&mut self, params: &[Name], at: Token) -> Result<Vec<Vec<Token>>, Stop> {
        let name = self.names.text(at.text);
        let mut args = vec![Vec::new()];
        let mut nesting = 0;
        loop {
            let token = self.raw();
            match token.tok {
                Tok::Eof | Tok::Newline => {
                    return self.fail(token, format!("unterminated arg list invoking macro: {name}"));
                }
                Tok::Punct(')') if nesting == 0 => break,
                Tok::Punct(',') if nesting == 0 => {
                    args.push(Vec::new());
                    continue;
                }
                Tok::Punct('(') => nesting += 1,
                Tok::Punct(')') => nesting -= 1,
                _ => {}
            }
            args.last_mut().expect("there is one").push(token);
        }
        let none = params.is_empty() && args.len() == 1 && args[0].is_empty();
        if !none && args.len() != params.len() {
            return self.fail(at, format!("wrong arg count for macro {name}"));
        }
        Ok(args)
    }
}
