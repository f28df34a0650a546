//! Numbers around zero, which networks learn from more easily.

use super::Dataset;
use crate::{Error, Result};
use candle_core::Tensor;

/// Subtracts each channel's mean and divides by its standard deviation; targets stay.
///
/// ```
/// use eosin::data::{Dataset, GreyImages, Normalize};
/// let image = GreyImages::new((1, 2), vec![0, 255], vec![3])?;
/// let normal = Normalize::new(image, &[0.5], &[0.25])?;
/// assert_eq!(normal.get(0)?.0.flatten_all()?.to_vec1::<f32>()?, [-2.0, 2.0]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Normalize<D> {
    dataset: D,
    means: Vec<f32>,
    deviations: Vec<f32>,
}

impl<D: Dataset> Normalize<D> {
    /// A mean and a standard deviation for each channel of the images (C, H, W).
    ///
    /// # Errors
    /// When there are not as many of both, or a deviation is not positive.
    pub fn new(dataset: D, means: &[f32], deviations: &[f32]) -> Result<Self> {
        if means.len() != deviations.len() || deviations.iter().any(|&deviation| deviation <= 0.0) {
            return Err(Error::Invalid(format!(
                "Normalize: means {means:?} and deviations {deviations:?}: there must be one of both for each channel, \
                 deviations above 0"
            )));
        }
        Ok(Normalize {
            dataset,
            means: means.to_vec(),
            deviations: deviations.to_vec(),
        })
    }
}

impl<D: Dataset> Dataset for Normalize<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (image, target) = self.dataset.get(index)?;
        let channels = self.means.len();
        if image.rank() != 3 || image.dim(0)? != channels {
            return Err(Error::Invalid(format!(
                "Normalize: image {:?} must be ({channels}, H, W): one mean was given for each channel",
                image.shape()
            )));
        }
        let whole = |numbers: &[f32]| Tensor::from_slice(numbers, (channels, 1, 1), image.device());
        let normal = image
            .broadcast_sub(&whole(&self.means)?)?
            .broadcast_div(&whole(&self.deviations)?)?;
        Ok((normal, target))
    }
}
