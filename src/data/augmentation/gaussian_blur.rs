//! Images out of focus.

use super::blur::{blurred, gaussian};
use super::setting::drawn;
use super::{Change, Transform};
use crate::{Error, Result, Tensor};
use candle_core::DType;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// Blurs images by a Gaussian of random width, as torchvision's `GaussianBlur`; masks stay.
///
/// ```
/// use eosin::prelude::*;
/// let blur = GaussianBlur::new(5).sigma(0.1..=1.0);
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(blur);
/// assert_eq!(scans.get(0)?.0.dims(), [1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GaussianBlur {
    kernel_size: usize,
    sigma: RangeInclusive<f64>,
}

impl GaussianBlur {
    /// Each pixel becomes a mean of `kernel_size` x `kernel_size` pixels, an odd number so that it has a middle.
    pub fn new(kernel_size: usize) -> Self {
        GaussianBlur {
            kernel_size,
            sigma: 0.1..=2.0,
        }
    }

    /// The range of the Gaussian's standard deviation in pixels, by default `0.1..=2.0`.
    pub fn sigma(mut self, sigma: RangeInclusive<f64>) -> Self {
        self.sigma = sigma;
        self
    }
}

impl Transform for GaussianBlur {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        if self.kernel_size.is_multiple_of(2) {
            return Err(Error::Invalid(format!(
                "GaussianBlur: kernel_size is {}, it must be odd, such as {}",
                self.kernel_size,
                self.kernel_size + 1
            )));
        }
        let sigma = drawn("GaussianBlur", "sigma", &self.sigma, 0.01..=100.0, random)?;
        let weights = gaussian(sigma, self.kernel_size / 2);
        Ok(Change::image_only(move |image| {
            let values: Vec<f32> = image.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
            let planes = values.chunks(height * width);
            let blurred: Vec<f32> = planes
                .flat_map(|plane| blurred(plane, width, &weights))
                .collect();
            Tensor::from_vec(blurred, image.shape(), image.device())?.to_dtype(image.dtype())
        }))
    }
}
