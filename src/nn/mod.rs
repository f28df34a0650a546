//! Layers, and the workshop's models: one file a model.

mod conv;
mod dropout;
mod linear;
mod mlp;
mod mnist;
mod model;
mod parameters;
mod unet;

pub use conv::{Conv2d, ConvTranspose2d};
pub use dropout::Dropout;
pub use linear::Linear;
pub use mlp::Mlp;
pub use mnist::MnistModel;
pub use model::Model;
pub use parameters::{Builder, Parameters};
pub use unet::UNet;
