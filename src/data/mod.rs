//! Data sets, one file each, and the loader that batches them.

mod augmentation;
mod dataset;
pub mod download;
mod image_file;
mod loader;
pub mod nuclei;
mod split;
pub mod synthetic;

pub use augmentation::FlipAndTurn;
pub use dataset::Dataset;
pub use image_file::{load_image, save_image};
pub use loader::DataLoader;
pub use nuclei::Nuclei;
pub use split::{Split, Subset, split};
