//! More images from the same ones: a cell has no top and no left, and a digit moved a little is the same digit.

use super::Dataset;
use crate::{Error, Result, Tensor};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

/// A random change of images, as in `torchvision.transforms`.
pub trait Transform: Debug {
    /// Draws a change for one sample, whose image is `height` x `width` pixels large.
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Change;
}

/// A change of one tensor (C, H, W): the same for an image and for its mask.
pub type Change = Box<dyn Fn(Tensor) -> Result<Tensor>>;

/// A data set whose images are changed at random each time they are read. A mask changes with its image, a class stays.
///
/// The seed decides the changes, in the order in which samples are read.
///
/// ```
/// use eosin::prelude::*;
/// let digits = Mnist::synthetic(10, 10, 42).train;
/// let augmented = Augment::new(digits, 1)
///     .with(RandomCrop::new(28).padding(2))
///     .with(RandomHorizontalFlip::new().p(0.2));
/// let (image, _) = augmented.get(0)?;
/// assert_eq!(image.dims(), [1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct Augment<D> {
    dataset: D,
    transforms: Vec<Box<dyn Transform>>,
    seed: u64,
    /// The number of samples read so far.
    reads: AtomicU64,
}

impl<D: Dataset> Augment<D> {
    /// The data set as it is; [`with`](Self::with) adds transforms.
    pub fn new(dataset: D, seed: u64) -> Self {
        Augment {
            dataset,
            transforms: Vec::new(),
            seed,
            reads: AtomicU64::new(0),
        }
    }

    /// Adds a transform, which runs after those before it.
    pub fn with(mut self, transform: impl Transform + 'static) -> Self {
        self.transforms.push(Box::new(transform));
        self
    }
}

impl<D: Dataset> Dataset for Augment<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (mut image, mut target) = self.dataset.get(index)?;
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(self.reads.fetch_add(1, Ordering::Relaxed));
        for transform in &self.transforms {
            let (_, height, width) = image.dims3().map_err(|_| {
                Error::Invalid(format!(
                    "Augment: an image must be (C, H, W), this one is {:?}",
                    image.shape()
                ))
            })?;
            let change = transform.draw(height, width, &mut random);
            image = change(image)?;
            if target.rank() == 3 {
                target = change(target)?;
            }
        }
        Ok((image, target))
    }
}

/// True with probability `p`.
fn happens(p: f64, random: &mut ChaCha8Rng) -> bool {
    f64::from(random.random::<f32>()) >= 1.0 - p
}

/// Flips images left to right with probability `p`, by default 0.5.
#[derive(Debug, Clone)]
pub struct RandomHorizontalFlip {
    p: f64,
}

impl RandomHorizontalFlip {
    pub fn new() -> Self {
        RandomHorizontalFlip { p: 0.5 }
    }

    /// The probability of a flip.
    pub fn p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }
}

impl Default for RandomHorizontalFlip {
    fn default() -> Self {
        Self::new()
    }
}

impl Transform for RandomHorizontalFlip {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Change {
        flip(2, happens(self.p, random))
    }
}

/// Flips images top to bottom with probability `p`, by default 0.5.
#[derive(Debug, Clone)]
pub struct RandomVerticalFlip {
    p: f64,
}

impl RandomVerticalFlip {
    pub fn new() -> Self {
        RandomVerticalFlip { p: 0.5 }
    }

    /// The probability of a flip.
    pub fn p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }
}

impl Default for RandomVerticalFlip {
    fn default() -> Self {
        Self::new()
    }
}

impl Transform for RandomVerticalFlip {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Change {
        flip(1, happens(self.p, random))
    }
}

fn flip(axis: usize, is_flipped: bool) -> Change {
    Box::new(move |tensor| match is_flipped {
        true => flipped(&tensor, &[axis]),
        false => Ok(tensor),
    })
}

/// A transposed or cropped image is not contiguous, which candle's `flip` requires.
fn flipped(tensor: &Tensor, axes: &[usize]) -> Result<Tensor> {
    tensor.contiguous()?.flip(axes)
}

/// Rotates images by 0, 90, 180 or 270 degrees, all equally likely, so that no pixel changes its value. Images that are not
/// square are rotated by 0 or 180 degrees, so that all keep the same shape.
///
/// The name is that of Albumentations: torchvision's `RandomRotation` rotates by any angle, and interpolates.
#[derive(Debug, Clone)]
pub struct RandomRotate90;

impl Transform for RandomRotate90 {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Change {
        let quarters = match height == width {
            true => random.random_range(0..4),
            false => 2 * random.random_range(0..2),
        };
        Box::new(move |tensor| match quarters {
            0 => Ok(tensor),
            1 => flipped(&tensor.transpose(1, 2)?, &[1]),
            2 => flipped(&tensor, &[1, 2]),
            _ => flipped(&tensor.transpose(1, 2)?, &[2]),
        })
    }
}

/// Adds `padding` pixels of 0 at each edge, then cuts out `size` x `size` pixels at a random place. If that is the size of the
/// images, they move by up to `padding` pixels in each direction.
#[derive(Debug, Clone)]
pub struct RandomCrop {
    size: usize,
    padding: usize,
}

impl RandomCrop {
    /// Cuts out `size` x `size` pixels, without padding.
    pub fn new(size: usize) -> Self {
        RandomCrop { size, padding: 0 }
    }

    /// How many pixels of 0 to add at each edge.
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }
}

impl Transform for RandomCrop {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Change {
        let RandomCrop { size, padding } = *self;
        let mut place = |side: usize| {
            (side + 2 * padding)
                .checked_sub(size)
                .map(|most| random.random_range(0..=most))
        };
        let (top, left) = (place(height), place(width));
        Box::new(move |tensor| {
            let (Some(top), Some(left)) = (top, left) else {
                return Err(Error::Invalid(format!(
                    "RandomCrop: {size} x {size} pixels cannot be cut out of an image of {height} x {width} pixels with padding \
                     {padding}"
                )));
            };
            let padded = tensor
                .pad_with_zeros(1, padding, padding)?
                .pad_with_zeros(2, padding, padding)?;
            padded.narrow(1, top, size)?.narrow(2, left, size)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use std::collections::BTreeSet;

    /// One image of this height and width with the values 0, 1, 2 and so on, which is its own mask.
    struct One(usize, usize);

    impl Dataset for One {
        fn len(&self) -> usize {
            1
        }

        fn get(&self, _: usize) -> Result<(Tensor, Tensor)> {
            let One(height, width) = *self;
            let values = Tensor::arange(0f32, (height * width) as f32, &Device::Cpu)?;
            let image = values.reshape((1, height, width))?;
            Ok((image.clone(), image))
        }
    }

    /// All images that 200 reads give, each as its rows.
    fn seen(augmented: &Augment<One>) -> BTreeSet<Vec<Vec<u8>>> {
        let rows = |tensor: Tensor| -> Vec<Vec<u8>> {
            let rows = tensor.squeeze(0).unwrap().to_vec2::<f32>().unwrap();
            rows.iter()
                .map(|row| row.iter().map(|&x| x as u8).collect())
                .collect()
        };
        (0..200)
            .map(|_| {
                let (image, mask) = augmented.get(0).unwrap();
                let image = rows(image);
                assert_eq!(image, rows(mask));
                image
            })
            .collect()
    }

    #[test]
    fn image_and_mask_are_flipped_and_rotated_together_in_all_ways() {
        let of = |transform: fn(Augment<One>) -> Augment<One>| {
            seen(&transform(Augment::new(One(3, 3), 5)))
        };
        let across = of(|one| one.with(RandomHorizontalFlip::new()));
        assert!(across.len() == 2 && across.iter().any(|image| image[0] == [2, 1, 0]));
        let down = of(|one| one.with(RandomVerticalFlip::new()));
        assert!(down.len() == 2 && down.iter().any(|image| image[0] == [6, 7, 8]));
        let rotated: Vec<_> = of(|one| one.with(RandomRotate90))
            .into_iter()
            .map(|image| image[0].clone())
            .collect();
        assert_eq!(rotated, [[0, 1, 2], [2, 5, 8], [6, 3, 0], [8, 7, 6]]);
        assert_eq!(
            of(|one| one.with(RandomHorizontalFlip::new()).with(RandomRotate90)).len(),
            8
        );
        assert_eq!(
            of(|one| one.with(RandomVerticalFlip::new().p(1.0))),
            BTreeSet::from([vec![vec![6, 7, 8], vec![3, 4, 5], vec![0, 1, 2]]])
        );
        assert_eq!(
            of(|one| one.with(RandomVerticalFlip::new().p(0.0))).len(),
            1
        );
        assert_eq!(
            seen(&Augment::new(One(2, 4), 5).with(RandomRotate90)).len(),
            2
        );
    }

    #[test]
    fn image_and_mask_move_together_in_every_direction() {
        let shifted = Augment::new(One(3, 3), 5).with(RandomCrop::new(3).padding(1));
        let centres: BTreeSet<(usize, usize)> = seen(&shifted)
            .iter()
            .map(|image| {
                // 4 is in the middle of the image, at (1, 1).
                let places = (0..3).flat_map(|y| (0..3).map(move |x| (y, x)));
                let found: Vec<_> = places.filter(|&(y, x)| image[y][x] == 4).collect();
                assert_eq!(found.len(), 1, "{image:?}");
                found[0]
            })
            .collect();
        assert_eq!(centres.len(), 9);
        let patches = seen(&Augment::new(One(3, 4), 5).with(RandomCrop::new(2)));
        assert_eq!(patches.len(), 2 * 3);
        let all = Augment::new(One(2, 3), 5)
            .with(RandomCrop::new(2))
            .with(RandomHorizontalFlip::new())
            .with(RandomRotate90);
        assert_eq!(seen(&all).len(), 2 * 8);
        let large = Augment::new(One(3, 3), 5).with(RandomCrop::new(6).padding(1));
        let error = large.get(0).unwrap_err().to_string();
        assert!(
            error.contains("6 x 6") && error.contains("3 x 3"),
            "{error}"
        );
    }

    #[test]
    fn the_seed_decides_what_comes() {
        let images = |seed| -> Vec<Vec<f32>> {
            let augmented = Augment::new(One(3, 3), seed).with(RandomCrop::new(3).padding(1));
            let image = |_| {
                augmented
                    .get(0)
                    .unwrap()
                    .0
                    .flatten_all()
                    .unwrap()
                    .to_vec1()
                    .unwrap()
            };
            (0..10).map(image).collect()
        };
        assert_eq!(images(1), images(1));
        assert_ne!(images(1), images(2));
    }
}
