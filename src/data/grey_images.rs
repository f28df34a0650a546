//! Small grey images in memory, each with a class, as in MNIST and the grey data sets of MedMNIST.

use super::Dataset;
use crate::{Error, Result, Tensor};
use candle_core::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Grey images of one size, each with its class.
///
/// A sample is an image (1, height, width) with values in `0..=1`, f32, and its class, a single u32.
///
/// ```
/// use eosin::data::{Dataset, GreyImages};
/// let two = GreyImages::new((1, 2), vec![0, 255, 51, 0], vec![3, 7])?;
/// let (image, class) = two.get(0)?;
/// assert_eq!(image.flatten_all()?.to_vec1::<f32>()?, [0.0, 1.0]);
/// assert_eq!(class.to_scalar::<u32>()?, 3);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Clone)]
pub struct GreyImages {
    height: usize,
    width: usize,
    /// Image by image, row by row. Bytes take a quarter of the memory of f32.
    pixels: Vec<u8>,
    classes: Vec<u8>,
}

impl std::fmt::Debug for GreyImages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} grey images of {} x {} pixels",
            self.classes.len(),
            self.height,
            self.width
        )
    }
}

impl GreyImages {
    /// Images of `size` (height, width) from their `pixels` (0 is black), image by image and row by row, and their `classes`.
    ///
    /// # Errors
    /// When there are not as many images as classes, or an image has no pixels.
    pub fn new((height, width): (usize, usize), pixels: Vec<u8>, classes: Vec<u8>) -> Result<Self> {
        let wanted = height * width * classes.len();
        if height * width == 0 || pixels.len() != wanted {
            return Err(Error::Data(format!(
                "{} classes need as many images of {height} x {width} pixels, {wanted} pixels in all; there are {}",
                classes.len(),
                pixels.len()
            )));
        }
        Ok(GreyImages {
            height,
            width,
            pixels,
            classes,
        })
    }

    /// `count` square images of `side` x `side` pixels, whose classes take turns. `draw` gets a class and a random generator that
    /// depends on the seed and the image's index.
    pub(super) fn synthetic(
        side: usize,
        count: usize,
        classes: usize,
        seed: u64,
        draw: impl Fn(usize, &mut ChaCha8Rng) -> Vec<u8> + Sync,
    ) -> Self {
        let image = |index: usize| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(index as u64);
            draw(index % classes, &mut random)
        };
        GreyImages {
            height: side,
            width: side,
            pixels: (0..count).into_par_iter().flat_map_iter(image).collect(),
            classes: (0..count).map(|index| (index % classes) as u8).collect(),
        }
    }

    /// The class of each image, in order.
    pub fn classes(&self) -> &[u8] {
        &self.classes
    }
}

impl Dataset for GreyImages {
    fn len(&self) -> usize {
        self.classes.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let class = self.classes.get(index).ok_or_else(|| {
            Error::Data(format!(
                "there is no image {index}, the data set has {}",
                self.classes.len()
            ))
        })?;
        let size = self.height * self.width;
        let values: Vec<f32> = self.pixels[index * size..][..size]
            .iter()
            .map(|&byte| f32::from(byte) / 255.0)
            .collect();
        let image = Tensor::from_vec(values, (1, self.height, self.width), &Device::Cpu)?;
        Ok((image, Tensor::new(u32::from(*class), &Device::Cpu)?))
    }
}
