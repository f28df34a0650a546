//! Operations that lessons train with: right, fast, with PyTorch's names and rules.
//!
//! Each is an operation of ours with its own gradient, or a composition of such. Where candle's own operation is right and fast,
//! we use it, and the documentation says so.

mod activation;
mod activation_functions;
mod add;
mod backward;
mod batch_norm;
mod border;
mod by_type;
mod class_weights;
mod concat;
mod conv1d;
mod conv2d;
mod conv3d;
mod conv_algorithm;
mod conv_geometry;
mod conv_kernel;
mod conv_options;
mod conv_size;
mod conv_transpose2d;
mod conv_weight_gradient;
mod cross_entropy;
#[cfg(feature = "cuda")]
mod cuda;
mod dropout;
mod element_loss;
mod epilogue;
mod flatten;
mod focal_loss;
mod instance_loss;
mod linear;
mod linear_as_convolution;
mod loss;
mod lovasz_loss;
mod mask;
mod matmul;
mod max_pool2d;
mod maxout;
pub(crate) mod memory;
mod on_cuda;
mod operation;
mod outer_products;
mod pad;
mod pixel_classes;
mod pixel_cross_entropy;
mod pixel_shuffle;
mod pixel_weights;
mod pool_options;
mod reflect_pad;
mod regression_loss;
mod resample;
mod scalar;
mod simd;
mod soft_dice_loss;
mod softmax;
mod tape;
mod tensor_methods;
mod transpose;
mod tversky_loss;
mod winograd;

pub use activation::Activation;
pub use activation_functions::{elu, leaky_relu, relu, sigmoid, softplus, tanh};
pub use add::add;
pub(crate) use add::add_with;
pub use backward::backward;
pub(crate) use batch_norm::normalize;
pub use batch_norm::{Statistics, batch_norm, batch_statistics};
pub use border::Border;
pub use class_weights::{weighted_bce_with_logits, weighted_cross_entropy};
pub use concat::concat_channels;
pub use conv_options::{ConvOptions, ConvTransposeOptions, PaddingMode, Pair};
pub use conv_size::{conv_output_size, conv_transpose_output_size};
pub use conv_transpose2d::conv_transpose2d;
pub use conv1d::conv1d;
pub use conv2d::conv2d;
pub use conv3d::{Conv3dOptions, conv3d};
pub use cross_entropy::{cross_entropy, log_softmax, nll_loss};
#[cfg(feature = "cuda")]
pub(crate) use cuda::optimizer_step;
pub use dropout::dropout;
pub use epilogue::Epilogue;
pub use flatten::flatten;
pub use focal_loss::focal_loss;
pub use instance_loss::instance_loss;
pub use linear::linear;
pub(crate) use linear::linear_with;
pub use linear_as_convolution::linear_as_convolution;
pub use loss::{bce_dice_loss, bce_with_logits, dice_loss};
pub use lovasz_loss::{lovasz_hinge, lovasz_softmax};
pub use mask::Mask;
pub use max_pool2d::{max_pool2d, max_pool2d_with_indices, max_unpool2d, min_pool2d};
pub use maxout::maxout;
pub use pad::replicate_pad2d;
pub use pixel_cross_entropy::{pixel_cross_entropy, pixel_weighted_cross_entropy};
pub use pixel_shuffle::pixel_shuffle;
pub use pixel_weights::pixel_weighted_bce_with_logits;
pub use pool_options::PoolOptions;
pub(crate) use reflect_pad::mirrored;
pub use reflect_pad::reflect_pad2d;
pub use regression_loss::{l1_loss, mse_loss, smooth_l1_loss};
pub use resample::{adaptive_avg_pool2d, avg_pool2d, upsample_bilinear2d, upsample_nearest2d};
pub use soft_dice_loss::soft_dice_loss;
pub use softmax::softmax;
pub use tversky_loss::tversky_loss;

#[cfg(test)]
pub(crate) mod gradient_check;
#[cfg(test)]
mod properties;
