//! Go SDKs: finding one, and fetching one when there is none.

/// The release whose standard library gorc compiles.
pub const GO_RELEASE: &str = "go1.27.3";
