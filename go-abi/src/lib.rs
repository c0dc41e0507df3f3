//! Everything the gorc compiler, linker and runtime must agree on: layouts, registers, runtime functions, object model
