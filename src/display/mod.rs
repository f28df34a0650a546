//! Gathers the module's files.
