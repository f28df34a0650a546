//! Layers, and the workshop's models: one file a model.

mod alexnet;
mod batch_norm;
mod conv;
mod conv_deconv;
mod dense_block;
mod dropout;
mod inception;
mod init;
mod linear;
mod mlp;
mod mnist;
mod model;
mod parameters;
mod patch_classifier;
mod resnet;
mod simple_conv;
mod unet;

pub use alexnet::AlexNet;
pub use batch_norm::BatchNorm2d;
pub use conv::{Conv2d, ConvTranspose2d};
pub use conv_deconv::ConvDeconv;
pub use dense_block::{DenseBlock, Transition};
pub use dropout::Dropout;
pub use inception::{Inception, InceptionChannels};
pub use init::{Fan, Init};
pub use linear::Linear;
pub use mlp::Mlp;
pub use mnist::MnistModel;
pub use model::Model;
pub use parameters::{Builder, Parameters};
pub use patch_classifier::PatchClassifier;
pub use resnet::ResNet18;
pub use simple_conv::SimpleConv;
pub use unet::UNet;
