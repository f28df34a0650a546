//! Layers, and the workshop's models: one file a model.

mod batch_norm;
mod conv;
mod dropout;
mod linear;
mod mlp;
mod mnist;
mod model;
mod parameters;
mod resnet;
mod unet;

pub use batch_norm::BatchNorm2d;
pub use conv::{Conv2d, ConvTranspose2d};
pub use dropout::Dropout;
pub use linear::Linear;
pub use mlp::Mlp;
pub use mnist::MnistModel;
pub use model::Model;
pub use parameters::{Builder, Parameters};
pub use resnet::ResNet18;
pub use unet::UNet;
