//! Type checker for Go
