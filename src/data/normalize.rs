//! Values around zero, from which networks learn more easily.

use super::{Dataset, Reads};
use crate::{Error, Result, Tensor};

/// Subtracts each channel's mean and divides by its standard deviation, as torchvision's `Normalize`; targets stay as they are.
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
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl<D: Dataset> Normalize<D> {
    /// `mean` and `std` have one value for each channel of the images (C, H, W).
    ///
    /// # Errors
    /// When they differ in length, or a standard deviation is not above 0.
    pub fn new(dataset: D, mean: &[f32], std: &[f32]) -> Result<Self> {
        if mean.len() != std.len() || std.iter().any(|&std| std <= 0.0) {
            return Err(Error::Invalid(format!(
                "Normalize: mean {mean:?} and std {std:?} must have one value for each channel, and each std must be above 0"
            )));
        }
        Ok(Normalize {
            dataset,
            mean: mean.to_vec(),
            std: std.to_vec(),
        })
    }
}

impl<D: Dataset> Dataset for Normalize<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (image, target) = self.dataset.get(index)?;
        let channels = self.mean.len();
        if image.rank() != 3 || image.dim(0)? != channels {
            return Err(Error::Invalid(format!(
                "Normalize: you gave {channels} means, one for each channel, so images must be ({channels}, H, W); this one is {:?}",
                image.shape()
            )));
        }
        let of_channels =
            |values: &[f32]| Tensor::from_slice(values, (channels, 1, 1), image.device());
        let normal = image
            .broadcast_sub(&of_channels(&self.mean)?)?
            .broadcast_div(&of_channels(&self.std)?)?;
        Ok((normal, target))
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}
