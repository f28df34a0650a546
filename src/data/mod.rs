//! Data sets, one file each, and the loader that batches them.

mod dataset;

pub use dataset::Dataset;
