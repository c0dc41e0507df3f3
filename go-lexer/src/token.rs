//! Kinds of tokens and sets of them. Source: the Go specification, "Tokens".

/// A kind of token. Operators and keywords have one each; an operator with `=` attached is the
/// `…Assign` kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "each variant is its token; see `Tok::text`")]
pub enum Tok {
    Eof,
    Name,
    Int,
    Float,
    Imag,
    Char,
    Str,
    // Operators in the order of `BinaryOp`-like precedence: Not and Tilde are unary only.
    Not,
    Tilde,
    OrOr,
    AndAnd,
    Eql,
    Neq,
    Lss,
    Leq,
    Gtr,
    Geq,
    Add,
    Sub,
    Or,
    Xor,
    Div,
    Rem,
    And,
    AndNot,
    Shl,
    Shr,
    Star,
    AddAssign,
    SubAssign,
    OrAssign,
    XorAssign,
    MulAssign,
    DivAssign,
    RemAssign,
    AndAssign,
    AndNotAssign,
    ShlAssign,
    ShrAssign,
    Inc,
    Dec,
    Assign,
    Define,
    Arrow,
    Lparen,
    Lbrack,
    Lbrace,
    Rparen,
    Rbrack,
    Rbrace,
    Comma,
    Semi,
    Colon,
    Dot,
    DotDotDot,
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

use Tok::*;

/// All keywords, in the order of their kinds.
const KEYWORDS: [(&str, Tok); 25] = [
    ("break", Break),
    ("case", Case),
    ("chan", Chan),
    ("const", Const),
    ("continue", Continue),
    ("default", Default),
    ("defer", Defer),
    ("else", Else),
    ("fallthrough", Fallthrough),
    ("for", For),
    ("func", Func),
    ("go", Go),
    ("goto", Goto),
    ("if", If),
    ("import", Import),
    ("interface", Interface),
    ("map", Map),
    ("package", Package),
    ("range", Range),
    ("return", Return),
    ("select", Select),
    ("struct", Struct),
    ("switch", Switch),
    ("type", Type),
    ("var", Var),
];

/// A hash without collisions among keywords (checked below, at compile time).
const fn keyword_hash(first: u8, second: u8, len: usize) -> usize {
    ((((first as usize) << 4) ^ second as usize) + len) & 63
}

static KEYWORD_TABLE: [(&str, Tok); 64] = {
    let mut table = [("", Name); 64];
    let mut i = 0;
    while i < KEYWORDS.len() {
        let bytes = KEYWORDS[i].0.as_bytes();
        let h = keyword_hash(bytes[0], bytes[1], bytes.len());
        assert!(table[h].0.is_empty(), "keyword hash collides");
        table[h] = KEYWORDS[i];
        i += 1;
    }
    table
};

/// The kind of an identifier-like text: a keyword or `Name`.
#[inline]
pub(crate) fn name_or_keyword(text: &[u8]) -> Tok {
    if text.len() < 2 {
        return Name;
    }
    let (keyword, tok) = KEYWORD_TABLE[keyword_hash(text[0], text[1], text.len())];
    if keyword.as_bytes() == text { tok } else { Name }
}

impl Tok {
    /// The token's text as it is written; names and literals give their class.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Eof => "EOF",
            Name => "name",
            Int | Float | Imag | Char | Str => "literal",
            Not => "!",
            Tilde => "~",
            OrOr => "||",
            AndAnd => "&&",
            Eql => "==",
            Neq => "!=",
            Lss => "<",
            Leq => "<=",
            Gtr => ">",
            Geq => ">=",
            Add => "+",
            Sub => "-",
            Or => "|",
            Xor => "^",
            Div => "/",
            Rem => "%",
            And => "&",
            AndNot => "&^",
            Shl => "<<",
            Shr => ">>",
            Star => "*",
            AddAssign => "+=",
            SubAssign => "-=",
            OrAssign => "|=",
            XorAssign => "^=",
            MulAssign => "*=",
            DivAssign => "/=",
            RemAssign => "%=",
            AndAssign => "&=",
            AndNotAssign => "&^=",
            ShlAssign => "<<=",
            ShrAssign => ">>=",
            Inc => "++",
            Dec => "--",
            Assign => "=",
            Define => ":=",
            Arrow => "<-",
            Lparen => "(",
            Lbrack => "[",
            Lbrace => "{",
            Rparen => ")",
            Rbrack => "]",
            Rbrace => "}",
            Comma => ",",
            Semi => ";",
            Colon => ":",
            Dot => ".",
            DotDotDot => "...",
            Break => "break",
            Case => "case",
            Chan => "chan",
            Const => "const",
            Continue => "continue",
            Default => "default",
            Defer => "defer",
            Else => "else",
            Fallthrough => "fallthrough",
            For => "for",
            Func => "func",
            Go => "go",
            Goto => "goto",
            If => "if",
            Import => "import",
            Interface => "interface",
            Map => "map",
            Package => "package",
            Range => "range",
            Return => "return",
            Select => "select",
            Struct => "struct",
            Switch => "switch",
            Type => "type",
            Var => "var",
        }
    }

    /// Whether this is a keyword.
    #[must_use]
    pub fn is_keyword(self) -> bool {
        self >= Break
    }

    /// Whether this is a literal.
    #[must_use]
    pub fn is_literal(self) -> bool {
        matches!(self, Int | Float | Imag | Char | Str)
    }

    /// Whether this is an operator other than `*` and `<-`.
    #[must_use]
    pub fn is_operator(self) -> bool {
        self >= Not && self <= Shr
    }

    /// Whether this is an operator with `=` attached.
    #[must_use]
    pub fn is_assign_op(self) -> bool {
        self >= AddAssign && self <= ShrAssign
    }

    /// Binding strength as a binary operator, 1 to 5; 0 if it is none.
    #[inline]
    #[must_use]
    pub fn precedence(self) -> u8 {
        match self {
            OrOr => 1,
            AndAnd => 2,
            Eql | Neq | Lss | Leq | Gtr | Geq => 3,
            Add | Sub | Or | Xor => 4,
            Star | Div | Rem | And | AndNot | Shl | Shr => 5,
            _ => 0,
        }
    }

    /// Whether a line break after this token becomes a semicolon.
    #[must_use]
    pub fn ends_statement(self) -> bool {
        matches!(
            self,
            Name | Int
                | Float
                | Imag
                | Char
                | Str
                | Break
                | Continue
                | Fallthrough
                | Return
                | Inc
                | Dec
                | Rparen
                | Rbrack
                | Rbrace
        )
    }
}

/// A set of token kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenSet(u128);

impl TokenSet {
    /// The operators for which [`Tok::is_operator`] holds.
    pub const OPERATORS: TokenSet = TokenSet::new(&[
        Not, Tilde, OrOr, AndAnd, Eql, Neq, Lss, Leq, Gtr, Geq, Add, Sub, Or, Xor, Div, Rem, And, AndNot, Shl, Shr,
    ]);

    /// The set of `toks`.
    #[must_use]
    pub const fn new(toks: &[Tok]) -> TokenSet {
        let mut bits = 0;
        let mut i = 0;
        while i < toks.len() {
            bits |= 1u128 << toks[i] as u8;
            i += 1;
        }
        TokenSet(bits)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: TokenSet) -> TokenSet {
        TokenSet(self.0 | other.0)
    }

    /// Whether `tok` is in the set.
    #[must_use]
    pub const fn contains(self, tok: Tok) -> bool {
        self.0 >> tok as u8 & 1 != 0
    }

    /// Whether the set has no element.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_and_nothing_else() {
        for (text, tok) in KEYWORDS {
            assert_eq!(name_or_keyword(text.as_bytes()), tok);
            assert_eq!(tok.text(), text);
            assert!(tok.is_keyword());
        }
        for text in ["", "x", "breaks", "Func", "typ", "_"] {
            assert_eq!(name_or_keyword(text.as_bytes()), Name);
        }
    }
}
