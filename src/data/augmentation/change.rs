//! What a random transform does to an image, and what to its mask.

use super::Places;
use super::places::Between;
use crate::{Result, Tensor};
use rand_chacha::ChaCha8Rng;
use std::fmt::{Debug, Formatter};

/// A random change of images, as in `torchvision.transforms`.
///
/// You can write your own:
///
/// ```
/// use eosin::data::{ChaCha8Rng, Change, Rng, Transform};
/// use eosin::prelude::*;
///
/// /// Turns white into black, and black into white, half of the time.
/// #[derive(Debug)]
/// struct RandomInvert;
///
/// impl Transform for RandomInvert {
///     fn draw(&self, _height: usize, _width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
///         let is_inverted: bool = random.random();
///         Ok(Change::image_only(move |image| if is_inverted { 1.0 - image } else { Ok(image.clone()) }))
///     }
/// }
///
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(RandomInvert);
/// assert_eq!(scans.get(0)?.0.dims(), [1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub trait Transform: Debug + Send + Sync {
    /// Draws a change for one sample, whose image is `height` x `width` pixels large.
    ///
    /// # Errors
    /// When the transform's settings are wrong, or do not fit an image of this size.
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change>;
}

/// What a change does to one tensor (C, H, W).
pub type Function = Box<dyn Fn(&Tensor) -> Result<Tensor>>;

/// A change of one sample: of its image and, if it has one, of its mask.
pub enum Change {
    /// The same for both, as a flip: no pixel gets a new value.
    Both(Function),
    /// The image alone: noise, for example, does not change where a tumour is.
    ImageOnly(Function),
    /// Both are read from other places, which may lie between pixels: there, the image is interpolated, and the mask takes the
    /// value of the nearest pixel, so that it stays a mask.
    Resample(Places),
}

impl Debug for Change {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Change::Both(_) => write!(formatter, "a change of image and mask"),
            Change::ImageOnly(_) => write!(formatter, "a change of the image"),
            Change::Resample(places) => places.fmt(formatter),
        }
    }
}

impl Change {
    /// A [`Change::Both`] from a function or closure.
    pub fn both(function: impl Fn(&Tensor) -> Result<Tensor> + 'static) -> Self {
        Change::Both(Box::new(function))
    }

    /// A [`Change::ImageOnly`] from a function or closure.
    pub fn image_only(function: impl Fn(&Tensor) -> Result<Tensor> + 'static) -> Self {
        Change::ImageOnly(Box::new(function))
    }

    /// The changed image.
    ///
    /// # Errors
    /// When the change does not fit the image.
    pub fn of_image(&self, image: &Tensor) -> Result<Tensor> {
        match self {
            Change::Both(function) | Change::ImageOnly(function) => function(image),
            Change::Resample(places) => places.read(image, Between::Interpolate),
        }
    }

    /// The mask of the changed image.
    ///
    /// # Errors
    /// When the change does not fit the mask.
    pub fn of_mask(&self, mask: &Tensor) -> Result<Tensor> {
        match self {
            Change::Both(function) => function(mask),
            Change::ImageOnly(_) => Ok(mask.clone()),
            Change::Resample(places) => places.read(mask, Between::Nearest),
        }
    }
}
