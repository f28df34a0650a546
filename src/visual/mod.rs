//! Things to play with.

mod kernel_gallery;
mod kernels;

pub use kernel_gallery::kernel_gallery;
pub use kernels::{kernel, kernel_names};
