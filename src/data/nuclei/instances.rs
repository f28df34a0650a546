//! Every nucleus for itself, at full resolution.

use super::Nuclei;
use crate::data::{Dataset, Split, Subset, split};
use crate::{Result, Tensor};

/// The images of [`Nuclei`] at their original size, with a number for each nucleus: what you need to learn to tell nuclei that touch
/// from each other.
///
/// A sample is an image (3, H, W) with values in `0..=1` and its label map (1, H, W) of whole numbers, where 0 is background, both
/// f32. Sizes differ: for batches, cut out crops of one size. Then make what the network shall learn out of the labels:
///
/// ```
/// use eosin::data::MapTarget;
/// use eosin::prelude::*;
/// let nuclei = Nuclei::synthetic(10, 42, &data::nuclei::Options::new(96).originals());
/// let crops = Augment::new(nuclei.instances()?, 1)
///     .with(RandomRotation::new(180.0))
///     .with(RandomCrop::new(64).pad_if_needed());
/// let masks = MapTarget::new(crops, |labels| Ok(labels.gt(0.0)?.to_dtype(DType::F32)?));
/// let (images, targets) = DataLoader::new(masks, 4).batches(1).next().unwrap()?;
/// assert_eq!((images.dims(), targets.dims()), (&[4, 3, 64, 64][..], &[4, 1, 64, 64][..]));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Instances {
    nuclei: Nuclei,
}

impl Instances {
    /// The images of this data set, by the same indices.
    pub fn nuclei(&self) -> &Nuclei {
        &self.nuclei
    }

    /// Shuffles by `seed` and splits 60 / 20 / 20, into the same images as [`Nuclei::split`] with this seed.
    pub fn split(&self, seed: u64) -> Split<Self> {
        split(self.clone(), seed)
    }
}

impl Nuclei {
    /// The same images at their original size, with a number for each nucleus.
    ///
    /// # Errors
    /// When the originals were not loaded.
    pub fn instances(&self) -> Result<Instances> {
        if !self.samples.is_empty() {
            self.kept(0)?;
        }
        Ok(Instances {
            nuclei: self.clone(),
        })
    }
}

impl Subset<Nuclei> {
    /// The images of this part at their original size, with a number for each nucleus. A part for training stays one: what was split
    /// once is split in the same way for both.
    ///
    /// ```
    /// use eosin::prelude::*;
    /// let nuclei = Nuclei::synthetic(10, 42, &data::nuclei::Options::new(64).originals());
    /// let Split { train, .. } = nuclei.split(1);
    /// assert_eq!(train.instances()?.len(), train.len());
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the originals were not loaded.
    pub fn instances(&self) -> Result<Subset<Instances>> {
        self.of_view(self.dataset().instances()?)
    }
}

impl Dataset for Instances {
    fn len(&self) -> usize {
        self.nuclei.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let original = self.nuclei.kept(index)?;
        Ok((
            original.image()?,
            original
                .labels()?
                .to_tensor()?
                .unsqueeze(0)?
                .to_dtype(candle_core::DType::F32)?,
        ))
    }
}
