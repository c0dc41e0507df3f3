//! Laws of the lexer on generated texts.

mod laws;

use proptest::prelude::*;

/// Pieces that scanners trip over.
const PIECES: &[&[u8]] = &[
    b"x",
    b"func",
    b"0x",
    b"0b1",
    b"08",
    b"1e",
    b"1_000",
    b"1.5i",
    b".",
    b"...",
    b"'a'",
    b"'\\n'",
    b"'\\400'",
    b"'",
    b"\"",
    b"\"\\xff\"",
    b"`",
    b"`a\r\nb`",
    b"/*",
    b"*/",
    b"//",
    b"//line x:1\n",
    b"/*line :5*/",
    b"//go:noinline\n",
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc3\xa4",
    b"\xe2\x82\xac",
    b"\xf0\x9f\x98\x80",
    b"#",
    b"$",
    b"\\",
    b"&^=",
    b"<<=",
    b"<-",
    b"++",
    b"~",
    b"return",
    b")",
    b"]",
    b"}",
    b";",
    b"\"a\nb\"",
    b"''",
    b"'ab'",
    b"\\u12",
];

/// Pieces of which few combinations are errors.
const SOUND: &[&str] = &[
    "x", "func", "0x1", "0b1 ", "07 ", "1.5", ".", "...", "'a'", "'\\n'", "\"s\"", "`a\nb`", "/* c */", "// c\n", "\n",
    "\t", " ", "ä", "é1", "&^=", "&", "^", "=", "<", "-", "+", ">", "|", "!", "~", "return", "(", ")", "[", "]", "{",
    "}", ",", ":", "_", "e1",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..6),
        1 => "\\PC{1,5}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|v| v.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_byte_is_lost(text in text()) {
        laws::check(&text);
    }

    #[test]
    fn tokens_with_blanks_between_are_the_same_tokens(pieces in prop::collection::vec(prop::sample::select(SOUND), 0..40)) {
        let text = pieces.concat();
        let toks = go_lexer::tokenize(text.as_bytes());
        prop_assume!(toks.errors().next().is_none());
        // Automatic semicolons have no text of their own.
        let written = |t: &go_lexer::Tokens, text: &[u8]| -> Vec<Vec<u8>> {
            (0..t.len())
                .filter(|i| t.kinds[*i] != go_lexer::Tok::Semi)
                .map(|i| t.text(i, text).to_vec())
                .collect()
        };
        let before = written(&toks, text.as_bytes());
        let again = before.join(&b' ');
        prop_assert_eq!(written(&go_lexer::tokenize(&again), &again), before);
    }
}
