//! Pooling as layers.

use super::layer_kind::{LayerKind, Window};
use super::layers::{Layers, Visitor};
use super::module::Module;
use super::trace::traced;
use crate::ops::{self, Pair, PoolOptions};
use crate::{Result, Tensor};

/// A layer of [`ops`] with [`PoolOptions`], named by its settings.
macro_rules! pooling {
    ($(#[$documentation:meta])* $name:ident, $operation:path) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(PoolOptions);

        impl $name {
            /// A window of this side (or of these rows and columns), as far from the next as it is large, without padding.
            pub fn new(kernel: impl Into<Pair>) -> Self {
                $name(PoolOptions::new(kernel))
            }

            /// The distance from one window to the next.
            pub fn stride(self, stride: impl Into<Pair>) -> Self {
                $name(self.0.stride(stride))
            }

            /// Pixels added at each edge, at most half a window.
            pub fn padding(self, padding: impl Into<Pair>) -> Self {
                $name(self.0.padding(padding))
            }

            /// Also takes windows that reach beyond the image.
            pub fn ceil_mode(self, ceil_mode: bool) -> Self {
                $name(self.0.ceil_mode(ceil_mode))
            }
        }

        impl Layers for $name {
            fn visit(&self, _: &mut Visitor<'_>) {}

            fn describe(&self) -> Option<String> {
                Some(format!("{}({})", stringify!($name), self.0.kernel()))
            }
        }

        impl Module for $name {
            fn forward(&self, input: &Tensor) -> Result<Tensor> {
                let window = Window {
                    kernel: self.0.kernel(),
                    stride: self.0.step(),
                    dilation: Pair(1, 1),
                };
                traced(self, LayerKind::Pooling(window), input, || {
                    $operation(input, &self.0)
                })
            }
        }
    };
}

pooling!(
    /// The largest element of each window: see [`ops::max_pool2d`].
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use eosin::Tensor;
    /// use eosin::nn::{MaxPool2d, Module};
    /// let image = Tensor::zeros((1, 1, 28, 28), DType::F32, &Device::Cpu)?;
    /// assert_eq!(MaxPool2d::new(2).forward(&image)?.dims(), [1, 1, 14, 14]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    MaxPool2d,
    ops::max_pool2d
);

pooling!(
    /// The mean of each window: see [`ops::avg_pool2d`].
    AvgPool2d,
    ops::avg_pool2d
);

/// Means over as many windows as the output has pixels, whatever the size of the image: see [`ops::adaptive_avg_pool2d`].
#[derive(Debug, Clone, Copy)]
pub struct AdaptiveAvgPool2d(Pair);

impl AdaptiveAvgPool2d {
    /// To images of this side (or of these rows and columns); 1 is the mean of each channel.
    pub fn new(size: impl Into<Pair>) -> Self {
        AdaptiveAvgPool2d(size.into())
    }
}

impl Layers for AdaptiveAvgPool2d {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn describe(&self) -> Option<String> {
        Some(format!("AdaptiveAvgPool2d({})", self.0))
    }
}

impl Module for AdaptiveAvgPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        traced(self, LayerKind::AdaptivePooling, input, || {
            ops::adaptive_avg_pool2d(input, self.0)
        })
    }
}
