//! Test runners shared by the workspace (unpublished).
