//! Content-addressed build cache
