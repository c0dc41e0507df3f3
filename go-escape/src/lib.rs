//! Interprocedural escape analysis over go-ir
