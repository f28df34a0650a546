//! The operations on a GPU. Each file launches the operation that it is named for; its kernels are in the file beside it, in CUDA
//! C++. Gradients are operations, too.
//!
//! Convolutions are cuDNN's with the feature `cudnn`, otherwise our own; matrix products are cuBLAS's, through candle. Nothing here
//! reads from the device. So a mistake that only the device can see (a class or an index that is too large) becomes NaN.

mod batch_norm;
mod channel_sum;
mod concat;
mod convolution;
#[cfg(feature = "cudnn")]
mod convolution_by_cudnn;
mod cross_entropy;
mod direct_convolution;
mod epilogue;
mod flatten;
mod kernel;
mod linear;
mod loss;
mod max_pool2d;
mod max_unpool2d;
mod numbers;
mod optimizer;
mod pixel_shuffle;
mod resample;

pub use batch_norm::{batch_norm, batch_norm_gradient, moments};
pub use channel_sum::channel_sum;
pub use concat::{channels, concat_channels};
pub use convolution::{convolution, convolution_with_bias, weight_gradient};
pub use cross_entropy::{cross_entropy, cross_entropy_gradient};
pub use epilogue::{add, epilogue, epilogue_gradient};
pub use flatten::flatten;
pub use linear::{linear, linear_without_bias};
pub use loss::{pixel_loss, pixel_loss_gradient};
pub use max_pool2d::{max_pool2d, max_pool2d_gradient, max_pool2d_indices};
pub use max_unpool2d::max_unpool2d;
pub use numbers::{Numbers, Output};
pub use optimizer::optimizer_step;
pub use pixel_shuffle::{pixel_shuffle, pixel_unshuffle};
pub use resample::resample;
