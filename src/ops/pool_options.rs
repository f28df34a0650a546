//! The options of pooling, with PyTorch's names and defaults.

use super::conv_options::Pair;
use crate::{Error, Result, Tensor};

/// The pixels of a window along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: usize,
    /// One past the last pixel.
    pub end: usize,
    /// What an average is divided by.
    pub counted: usize,
}

/// Options of pooling: windows that do not overlap, without padding, unless you say otherwise. They are refused where PyTorch
/// refuses them: if the window or the stride is 0, if the padding is more than half a window, and if the window is larger than the
/// image with its padding (but see [`PoolOptions::ceil_mode`]). There is no dilation.
///
/// ```
/// use eosin::ops::PoolOptions;
/// let overlapping = PoolOptions::new(3).stride(2).padding(1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
}

impl PoolOptions {
    pub fn new(kernel: impl Into<Pair>) -> Self {
        let kernel = kernel.into();
        PoolOptions {
            kernel,
            stride: kernel,
            padding: Pair(0, 0),
            ceil_mode: false,
            count_include_pad: true,
        }
    }

    /// The distance from one window to the next.
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.stride = stride.into();
        self
    }

    /// Pixels added at each edge, at most half a window; a maximum is never one of them.
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Also takes windows that reach beyond the image and its padding by less than the stride, if they begin within the image or
    /// before it.
    pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
        self.ceil_mode = ceil_mode;
        self
    }

    /// Whether an average counts the zeros of the padding.
    pub fn count_include_pad(mut self, count: bool) -> Self {
        self.count_include_pad = count;
        self
    }

    pub(crate) fn kernel(&self) -> Pair {
        self.kernel
    }

    pub(crate) fn step(&self) -> Pair {
        self.stride
    }

    /// Kernel, stride and padding.
    pub(super) fn sizes(&self) -> ((usize, usize), (usize, usize), (usize, usize)) {
        (self.kernel.into(), self.stride.into(), self.padding.into())
    }

    /// The windows along the rows and along the columns of `input` (N, C, H, W).
    pub(super) fn windows(&self, name: &str, input: &Tensor) -> Result<(Vec<Window>, Vec<Window>)> {
        let along = |size: usize, kernel: usize, stride: usize, padding: usize| {
            if kernel == 0 || stride == 0 || 2 * padding > kernel {
                return Err(
                    "window and stride must be at least 1, and the padding at most half a window",
                );
            }
            // In ceil mode the last window may reach beyond the padding, by less than a stride.
            let beyond = if self.ceil_mode { stride - 1 } else { 0 };
            let Some(spare) = (size + 2 * padding + beyond)
                .checked_sub(kernel)
                .filter(|_| size > 0)
            else {
                return Err("the window is larger than the image; take a smaller window");
            };
            let mut count = spare / stride + 1;
            // A window that begins behind the last pixel would see nothing.
            if self.ceil_mode && (count - 1) * stride >= size + padding {
                count -= 1;
            }
            let window = |index: usize| {
                let start = index * stride;
                let (first, last) = (
                    start.saturating_sub(padding),
                    (start + kernel).saturating_sub(padding).min(size),
                );
                Window {
                    start: first,
                    end: last,
                    counted: match self.count_include_pad {
                        true => (start + kernel).min(size + 2 * padding) - start,
                        false => last - first,
                    },
                }
            };
            Ok((0..count).map(window).collect())
        };
        let found = match *input.dims() {
            [_, _, height, width] => along(height, self.kernel.0, self.stride.0, self.padding.0)
                .and_then(|rows| {
                    let columns = along(width, self.kernel.1, self.stride.1, self.padding.1)?;
                    Ok((rows, columns))
                }),
            _ => Err("the input is (N, C, H, W)"),
        };
        found.map_err(|rule| {
            Error::Invalid(format!(
                "{name}: input {:?} does not fit {self:?}: {rule}",
                input.shape()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use crate::ops::{avg_pool2d, max_pool2d};
    use candle_core::Device;

    fn numbers(tensor: &Tensor) -> Vec<f64> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn ceil_mode_takes_a_window_that_is_larger_than_the_image_by_less_than_the_stride() {
        let image = Tensor::new(&[[[[1f64, 5.], [3., 7.]]]], &Device::Cpu).unwrap();
        let large = PoolOptions::new(3).ceil_mode(true);
        assert_eq!(numbers(&max_pool2d(&image, &large).unwrap()), [7.0]);
        // What lies beyond the image is not padding, so it is never counted.
        assert_eq!(numbers(&avg_pool2d(&image, &large).unwrap()), [4.0]);
        assert_gradients(&[normal(&[1, 2, 2, 2], 1)], |x| max_pool2d(&x[0], &large));
        assert_gradients(&[normal(&[1, 2, 2, 2], 1)], |x| avg_pool2d(&x[0], &large));

        for refused in [large.stride(1), large.ceil_mode(false)] {
            let message = max_pool2d(&image, &refused).unwrap_err().to_string();
            assert!(message.contains("larger than the image"), "{message}");
        }
    }
}
