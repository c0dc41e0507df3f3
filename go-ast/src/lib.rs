//! Go syntax trees, parser and printer
