//! Machine code for go-ir functions
