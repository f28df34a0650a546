//! Layers, and the workshop's models: one file a model.
//!
//! [`Layers`] says what a model is made of (its fields, found by a derive macro), [`Module`] how it goes from input to output.

mod activation;
mod alexnet;
mod batch_norm;
mod batch_norm1d;
mod conv;
mod conv_block;
mod conv_deconv;
mod dense_block;
mod dropout;
mod flatten;
mod images;
mod inception;
mod init;
mod layer_kind;
mod layer_list;
mod layers;
mod linear;
mod mlp;
mod mnist;
mod mode;
mod module;
mod parameter;
mod parameters;
mod patch_classifier;
mod pool;
mod receptive_field;
mod resnet;
mod seeds;
mod sequential;
mod simple_conv;
mod small_unet;
mod summary;
mod trace;
mod two_parts;
mod unet;

pub use crate::ops::Activation;
pub use crate::sequential;
pub use activation::{Elu, Identity, LeakyRelu, Relu, Sigmoid, Softplus, Tanh};
pub use alexnet::AlexNet;
pub use batch_norm::BatchNorm2d;
pub use batch_norm1d::BatchNorm1d;
pub use conv::{Conv2d, ConvTranspose2d};
pub use conv_deconv::ConvDeconv;
pub use dense_block::{DenseBlock, Transition};
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use inception::{Inception, InceptionChannels};
pub use init::{Fan, Init};
pub use layer_kind::{LayerKind, Window};
pub use layer_list::{LayerList, LayerRow, layer_list};
pub use layers::{Layers, Part, Visitor, evaluating};
pub use linear::Linear;
pub use mlp::Mlp;
pub use mnist::MnistModel;
pub use mode::{Mode, no_grad};
pub use module::Module;
pub use parameter::{Buffer, Parameter};
pub use parameters::Parameters;
pub use patch_classifier::PatchClassifier;
pub use pool::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d};
pub use receptive_field::ReceptiveField;
pub use resnet::ResNet18;
pub use seeds::Seeds;
pub use sequential::Sequential;
pub use simple_conv::SimpleConv;
pub use small_unet::SmallUNet;
pub use summary::{Summary, SummaryRow, SummaryStep, summary};
pub use trace::Source;
pub use two_parts::{SplitSequential, TwoParts};
pub use unet::UNet;

#[cfg(test)]
mod tests;
