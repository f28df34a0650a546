//! Nuclei in microscopy images: the 2018 Data Science Bowl (BBBC038, Caicedo et al. 2019, CC0), in Kaggle's layout
//! `<id>/images/<id>.png` and `<id>/masks/*.png`, one mask for each nucleus, as a folder or still zipped.

mod instances;
mod kaggle_layout;
mod kinds;
mod mask;
mod options;
mod original;
mod sample;

pub use instances::Instances;
pub use kaggle_layout::NAME;
pub use kinds::Kinds;
pub use options::Options;

use self::kaggle_layout::{Entry, Source, locate};
use self::original::Original;
use self::sample::Sample;
use super::folder::{DATA_VARIABLE, folders};
use super::pixels::Pixels;
use super::{Dataset, Split, split, synthetic};
use crate::display::{Bundle, display_bundle};
use crate::morph::LabelMap;
use crate::ops::upsample_bilinear2d;
use crate::{Error, Result, Tensor};
use candle_core::Device;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An image that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub id: String,
    pub reason: String,
}

/// Images with the union of their nuclei's masks, resized and in memory.
///
/// A sample is an image (3, size, size) with values in `0..=1` and a mask (1, size, size) of 0 and 1, both f32. To tell nuclei that
/// touch from each other, load them with [`Options::originals`]: then [`labels`](Self::labels) has a number for each nucleus, at the
/// size that the image had, and [`instances`](Self::instances) is a data set of such images and numbers.
#[derive(Clone)]
pub struct Nuclei {
    size: usize,
    /// Shared, so that a clone costs nothing.
    samples: Arc<Vec<Sample>>,
    unreadable: Vec<Unreadable>,
}

impl std::fmt::Debug for Nuclei {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (count, size) = (self.samples.len(), self.size);
        write!(
            formatter,
            "Nuclei: {count} images of {size} x {size} pixels"
        )?;
        match self.unreadable.len() {
            0 => Ok(()),
            count => write!(formatter, ", {count} left out"),
        }
    }
}

impl Nuclei {
    /// Reads a folder or zip file in Kaggle's layout, or a folder that holds it as `stage1_train` or `stage1_train.zip`.
    ///
    /// The folders of the images may also lie up to three folders deeper. Images and masks are PNG or TIFF files, images also JPEG.
    /// The levels of 16-bit images are kept, see [`load_image`](super::load_image). A mask shows one nucleus, or all nuclei of the
    /// image: then each has a number of its own, or a colour. Masks with smooth edges are cut at half of white. Nuclei are numbered
    /// in the order of their masks' names. Masks should not overlap; where they do, the later one wins, see [`Nuclei::overlap`].
    ///
    /// Images that cannot be read are left out; [`Nuclei::unreadable`] lists them.
    ///
    /// # Errors
    /// When there is no such data set at `path`, the zip file is cut short, or no image can be read.
    pub fn load(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        let path = path.as_ref();
        if options.size == 0 {
            return Err(Error::Invalid(
                "nuclei: the size must be at least 1".to_owned(),
            ));
        }
        let source = Source::open(path)?;
        let mut entries: Vec<(String, Entry)> = source.entries()?.into_iter().collect();
        entries.truncate(options.limit.unwrap_or(usize::MAX));
        let read: Vec<Result<Sample, Unreadable>> = entries
            .par_iter()
            .map_init(
                || source.reader(),
                |reader, (id, entry)| {
                    let sample = reader
                        .as_mut()
                        .map_err(|error| error.to_string())
                        .and_then(|reader| Sample::read(id, entry, reader, options));
                    sample.map_err(|reason| Unreadable {
                        id: id.clone(),
                        reason,
                    })
                },
            )
            .collect();
        let (mut samples, mut unreadable) = (Vec::new(), Vec::new());
        for outcome in read {
            match outcome {
                Ok(sample) => samples.push(sample),
                Err(reason) => unreadable.push(reason),
            }
        }
        match unreadable.first() {
            Some(first) if samples.is_empty() => Err(Error::Data(format!(
                "{}: none of {} images can be read; {}: {}",
                path.display(),
                entries.len(),
                first.id,
                first.reason
            ))),
            _ => Ok(Nuclei {
                size: options.size,
                samples: Arc::new(samples),
                unreadable,
            }),
        }
    }

    /// `count` synthetic images, see [`synthetic`]. Their original size is `size` x `size`, too.
    pub fn synthetic(count: usize, seed: u64, options: &Options) -> Self {
        let size = options.size;
        let samples = (0..count.min(options.limit.unwrap_or(usize::MAX)))
            .into_par_iter()
            .map(|index| {
                let picture = synthetic::picture(size, seed, index as u64);
                let grey: Vec<u8> = picture
                    .image
                    .iter()
                    .map(|value| (value * 255.0).round() as u8)
                    .collect();
                let of_image = || Pixels::Bytes([grey.as_slice(), &grey, &grey].concat());
                Sample {
                    id: format!("synthetic-{index:04}"),
                    image: of_image(),
                    mask: picture.mask().into_iter().map(u8::from).collect(),
                    has_masks: true,
                    height: size,
                    width: size,
                    overlap: 0,
                    original: options
                        .originals
                        .then(|| Original::new(size, size, of_image(), picture.labels)),
                }
            })
            .collect();
        Nuclei {
            size,
            samples: Arc::new(samples),
            unreadable: Vec::new(),
        }
    }

    /// Loads the real images if this machine has them (see [`find`]), or else makes 200 synthetic ones; shows which.
    ///
    /// # Errors
    /// When there are real images that cannot be read.
    pub fn load_or_synthesize(options: &Options) -> Result<Self> {
        let (nuclei, words) = match find() {
            Some(path) => {
                let nuclei = Self::load(&path, options)?;
                let left_out = match nuclei.unreadable.len() {
                    0 => String::new(),
                    count => format!(" ({count} could not be read)"),
                };
                let words = format!(
                    "{} real microscopy images from {}{left_out}.",
                    nuclei.len(),
                    path.display()
                );
                (nuclei, words)
            }
            None => {
                let nuclei = Self::synthetic(200, 0, options);
                let words = format!(
                    "{} synthetic images: no real ones were found. To get real ones, run `data::download::nuclei()`, or set \
                     {DATA_VARIABLE} to the folder that holds {NAME}.zip.",
                    nuclei.len()
                );
                (nuclei, words)
            }
        };
        display_bundle(&Bundle::text(words));
        Ok(nuclei)
    }

    /// The number of images in a folder or zip file in Kaggle's layout, without reading them.
    ///
    /// # Errors
    /// As for [`Nuclei::load`].
    pub fn count(path: impl AsRef<Path>) -> Result<usize> {
        Ok(Source::open(path.as_ref())?.entries()?.len())
    }

    /// Images that were left out, and why.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// The id of a sample.
    pub fn id(&self, index: usize) -> Option<&str> {
        self.samples.get(index).map(|sample| sample.id.as_str())
    }

    /// Height and width of an image before it was resized.
    ///
    /// # Errors
    /// When there is no such image.
    pub fn original_size(&self, index: usize) -> Result<(usize, usize)> {
        let sample = self.sample(index)?;
        Ok((sample.height, sample.width))
    }

    /// Whether an image came with masks. Without them, which [`Options::unmasked`] allows, it seems to have no nuclei.
    ///
    /// # Errors
    /// When there is no such image.
    pub fn has_masks(&self, index: usize) -> Result<bool> {
        Ok(self.sample(index)?.has_masks)
    }

    /// How many pixels of an image belong to more than one mask, at its original size. The challenge allows none.
    ///
    /// # Errors
    /// When there is no such image.
    pub fn overlap(&self, index: usize) -> Result<usize> {
        Ok(self.sample(index)?.overlap)
    }

    /// A number for each nucleus of an image, at its original size.
    ///
    /// # Errors
    /// When there is no such image, or the originals were not loaded.
    pub fn labels(&self, index: usize) -> Result<LabelMap> {
        self.kept(index)?.labels()
    }

    /// An image (3, H, W) at its original size, f32 in `0..=1`, and a number for each of its nuclei.
    ///
    /// ```
    /// use eosin::prelude::*;
    /// let nuclei = Nuclei::synthetic(3, 42, &data::nuclei::Options::new(64).originals());
    /// let (image, labels) = nuclei.original(0)?;
    /// assert_eq!(image.dims(), [3, 64, 64]);
    /// assert!(labels.count() > 1);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such image, or the originals were not loaded.
    pub fn original(&self, index: usize) -> Result<(Tensor, LabelMap)> {
        let original = self.kept(index)?;
        Ok((original.image()?, original.labels()?))
    }

    /// Brings a prediction (C, h, w) for a resized image, such as logits or probabilities, back to the image's original size:
    /// (C, H, W), by linear interpolation as PyTorch's `interpolate` with mode "bilinear" and `align_corners=False`. For the numbers
    /// of objects, which have nothing between them, use [`LabelMap::resized`].
    ///
    /// ```
    /// use eosin::prelude::*;
    /// let nuclei = Nuclei::synthetic(3, 42, &data::nuclei::Options::new(64));
    /// let logits = Tensor::zeros((1, 32, 32), DType::F32, &Device::Cpu)?;
    /// assert_eq!(nuclei.restore(0, &logits)?.dims(), [1, 64, 64]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such image, or the prediction is not (C, h, w).
    pub fn restore(&self, index: usize, prediction: &Tensor) -> Result<Tensor> {
        let size = self.original_size(index)?;
        match *prediction.dims() {
            [_, height, width] if height > 0 && width > 0 => {
                upsample_bilinear2d(&prediction.unsqueeze(0)?, size, false)?.squeeze(0)
            }
            ref shape => Err(Error::Invalid(format!(
                "restore: a prediction for one image must be (C, H, W), this one is {shape:?}; take one from a batch with `.get(0)?`"
            ))),
        }
    }

    fn sample(&self, index: usize) -> Result<&Sample> {
        self.samples.get(index).ok_or_else(|| {
            Error::Data(format!(
                "there is no image {index}, the data set has {}",
                self.samples.len()
            ))
        })
    }

    fn kept(&self, index: usize) -> Result<&Original> {
        self.sample(index)?.original.as_ref().ok_or_else(|| {
            Error::Data(format!(
                "nuclei: the originals, which labels are for, were not loaded; load the images with \
                 `data::nuclei::Options::new({}).originals()`",
                self.size
            ))
        })
    }

    /// Shuffles by `seed` and splits 60 / 20 / 20 for training, validation and test.
    pub fn split(&self, seed: u64) -> Split<Self> {
        split(self.clone(), seed)
    }
}

impl Dataset for Nuclei {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let sample = self.sample(index)?;
        let image = Tensor::from_vec(
            sample.image.values(),
            (3, self.size, self.size),
            &Device::Cpu,
        )?;
        let mask: Vec<f32> = sample.mask.iter().map(|&one| f32::from(one)).collect();
        let mask = Tensor::from_vec(mask, (1, self.size, self.size), &Device::Cpu)?;
        Ok((image, mask))
    }
}

/// Where this machine has the real images: in the folder that `EOSIN_DATA` names, or else in the user's data folder.
pub fn find() -> Option<PathBuf> {
    folders().find_map(|folder| locate(&folder))
}

#[cfg(test)]
mod tests;
