//! Finds Go SDKs, packages and files; build constraints, overlay, import graph
