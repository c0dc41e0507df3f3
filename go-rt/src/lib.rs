//! The gorc runtime: scheduler, collector, stacks, system layer
