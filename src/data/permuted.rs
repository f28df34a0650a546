//! Images whose pixels are in another order.

use super::{Dataset, Reads};
use crate::{Error, Result, Tensor};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Moves every pixel to another place, by one permutation for all images and channels; targets stay as they are. Nothing is lost,
/// but neighbours are no longer neighbours.
///
/// ```
/// use eosin::data::{Dataset, GreyImages, Permuted};
/// let images = GreyImages::new((1, 3), vec![0, 51, 255, 255, 51, 0], vec![3, 4])?;
/// let permuted = Permuted::new(images, 42)?;
/// let first = permuted.get(0)?.0.flatten_all()?.to_vec1::<f32>()?;
/// let second = permuted.get(1)?.0.flatten_all()?.to_vec1::<f32>()?;
/// assert_eq!(first.iter().sum::<f32>(), 1.2);
/// assert_eq!(first.iter().position(|&pixel| pixel == 0.0), second.iter().position(|&pixel| pixel == 1.0));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Permuted<D> {
    dataset: D,
    size: (usize, usize),
    /// From which place each pixel comes.
    order: Vec<u32>,
}

impl<D: Dataset> Permuted<D> {
    /// A permutation that follows from `seed`, and from the size of the first image, (C, H, W): all must have it. Use the same seed for
    /// training and for test images.
    ///
    /// # Errors
    /// When there is no image, or it cannot be read.
    pub fn new(dataset: D, seed: u64) -> Result<Self> {
        let (first, _) = dataset.get(0)?;
        let size = size_of(&first)?;
        let mut order: Vec<u32> = (0..size.0 as u32 * size.1 as u32).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        Ok(Permuted {
            dataset,
            size,
            order,
        })
    }
}

fn size_of(image: &Tensor) -> Result<(usize, usize)> {
    match *image.dims() {
        [_, height, width] => Ok((height, width)),
        _ => Err(Error::Invalid(format!(
            "Permuted: images must be (C, H, W), this one is {:?}",
            image.shape()
        ))),
    }
}

impl<D: Dataset> Dataset for Permuted<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (image, target) = self.dataset.get(index)?;
        let (height, width) = self.size;
        if size_of(&image)? != self.size {
            return Err(Error::Invalid(format!(
                "Permuted: the permutation is for images of {height} x {width} pixels, image {index} is {:?}",
                image.shape()
            )));
        }
        let order = Tensor::from_slice(&self.order, self.order.len(), image.device())?;
        let permuted = image.flatten_from(1)?.index_select(&order, 1)?;
        Ok((permuted.reshape(image.shape())?, target))
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::GreyImages;

    fn pixels(seed: u64, index: usize) -> Vec<u8> {
        // Two images with the same pixels, the second backwards.
        let bytes = (0..12).chain((0..12).rev()).collect();
        let images = GreyImages::new((3, 4), bytes, vec![1, 2]).unwrap();
        let (image, class) = Permuted::new(images, seed).unwrap().get(index).unwrap();
        assert_eq!(image.dims(), [1, 3, 4]);
        assert_eq!(class.to_scalar::<u32>().unwrap(), index as u32 + 1);
        let numbers = image.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        numbers
            .iter()
            .map(|number| (number * 255.0).round() as u8)
            .collect()
    }

    #[test]
    fn all_images_are_shuffled_alike_and_the_seed_decides_how() {
        let (first, second) = (pixels(7, 0), pixels(7, 1));
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..12).collect::<Vec<u8>>(), "no pixel is lost");
        assert_ne!(first, sorted);
        let mirrored: Vec<u8> = first.iter().map(|pixel| 11 - pixel).collect();
        assert_eq!(second, mirrored);
        assert_eq!(first, pixels(7, 0));
        assert_ne!(first, pixels(8, 0));
    }

    #[test]
    fn a_data_set_without_images_is_refused() {
        let none = GreyImages::new((1, 1), vec![], vec![]).unwrap();
        assert!(Permuted::new(none, 1).is_err());
    }
}
