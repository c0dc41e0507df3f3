//! The text of the modules that the runtime object is compiled with. go-rt's build script calls the
//! compiler directly, without cargo, and so needs them as files.

/// (path below `src`, text) of each module; together with a root declaring `layout` and
/// `runtime_fns` they are a crate.
pub const FILES: &[(&str, &str)] = &[
    ("layout/mod.rs", include_str!("layout/mod.rs")),
    ("layout/g.rs", include_str!("layout/g.rs")),
    ("layout/m.rs", include_str!("layout/m.rs")),
    ("layout/pctab.rs", include_str!("layout/pctab.rs")),
    ("runtime_fns.rs", include_str!("runtime_fns.rs")),
];
