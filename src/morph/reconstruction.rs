//! What grows back from seeds.

use super::Connectivity;
use super::frame::Frame;
use super::plane::{Plane, refuse_other_size};
use crate::{Error, Result, Tensor};
use candle_core::Device;
use std::collections::VecDeque;

/// Lets `seed` grow sideways as far as it can below `image`: both are (H, W) or (1, H, W), the result is (H, W), f32.
///
/// It is the seed dilated again and again, cut off at the image each time, until nothing changes (Vincent, "Morphological
/// Grayscale Reconstruction in Image Analysis", IEEE Transactions on Image Processing 1993, whose hybrid algorithm this is).
/// Peaks without a seed are cut down to the highest level at which a seed reaches them. All eight neighbours count:
/// `skimage.morphology.reconstruction`.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::reconstruction};
/// let image = Tensor::new(&[[0f32, 5., 2., 4., 0.]], &Device::Cpu)?;
/// let seed = Tensor::new(&[[0f32, 5., 0., 0., 0.]], &Device::Cpu)?;
/// // The right peak is reached only over the saddle of height 2.
/// assert_eq!(reconstruction(&seed, &image)?.to_vec2::<f32>()?, [[0., 5., 2., 2., 0.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When shapes differ or are others, a pixel is NaN, or the seed is above the image somewhere.
pub fn reconstruction(seed: &Tensor, image: &Tensor) -> Result<Tensor> {
    let device = image.device();
    let image = Plane::read("reconstruction", "image", image)?;
    let seed = Plane::read("reconstruction", "seed", seed)?;
    refuse_other_size(
        "reconstruction",
        ("seed", seed.size()),
        ("image", image.size()),
    )?;
    let pairs = || seed.pixels.iter().zip(&image.pixels);
    if let Some((seed, image)) = pairs().find(|(seed, image)| seed > image) {
        return Err(Error::Invalid(format!(
            "reconstruction: the seed must nowhere be above the image, but it is {seed} where the image is {image}; take the minimum of \
             both first"
        )));
    }
    let grown = reconstruct(image.size(), &seed.pixels, &image.pixels);
    Tensor::from_vec(grown, image.size(), &Device::Cpu)?.to_device(device)
}

/// [`reconstruction`] of pixels; no pixel of the seed is above the image's.
pub(super) fn reconstruct(size: (usize, usize), seed: &[f32], image: &[f32]) -> Vec<f32> {
    let frame = Frame::around(size);
    // Nothing grows into the frame, or out of it.
    let image = frame.put(image, f32::NEG_INFINITY);
    let mut grown = frame.put(seed, f32::NEG_INFINITY);
    let later = frame.later_neighbours();
    // Most of the way is done by reading the image once forwards and once backwards.
    for pixel in frame.places() {
        let earlier = later.map(|offset| grown[pixel.wrapping_add_signed(-offset)]);
        grown[pixel] = earlier
            .into_iter()
            .fold(grown[pixel], f32::max)
            .min(image[pixel]);
    }
    let mut waiting = VecDeque::new();
    let can_grow =
        |grown: &[f32], pixel: usize, to: f32| grown[pixel] < to && grown[pixel] < image[pixel];
    for pixel in frame.places().rev() {
        let places = later.map(|offset| pixel.wrapping_add_signed(offset));
        let highest = places
            .map(|place| grown[place])
            .into_iter()
            .fold(grown[pixel], f32::max);
        grown[pixel] = highest.min(image[pixel]);
        if places
            .into_iter()
            .any(|place| can_grow(&grown, place, grown[pixel]))
        {
            waiting.push_back(pixel);
        }
    }
    let neighbours = frame.neighbours(Connectivity::Eight);
    // What winds back and forth is left.
    while let Some(pixel) = waiting.pop_front() {
        for &offset in &neighbours {
            let neighbour = pixel.wrapping_add_signed(offset);
            if can_grow(&grown, neighbour, grown[pixel]) {
                grown[neighbour] = grown[pixel].min(image[neighbour]);
                waiting.push_back(neighbour);
            }
        }
    }
    frame.take(&grown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_above_the_image_and_other_sizes_are_refused() {
        let tensor = |numbers: &[f32]| Tensor::new(vec![numbers.to_vec()], &Device::Cpu).unwrap();
        for (seed, words) in [
            (tensor(&[3.0, 0.0]), "it is 3 where the image is 2"),
            (tensor(&[0.0]), "1 x 1 pixels"),
        ] {
            let error = reconstruction(&seed, &tensor(&[2.0, 2.0]))
                .unwrap_err()
                .to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
