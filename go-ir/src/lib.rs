//! Typed SSA for Go: lowering, verification, reachability, passes
