//! Go source text to tokens
