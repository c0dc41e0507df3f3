//! Positions, source map, interned names, typed ids and diagnostics for the gorc Go toolchain
