//! A data set whose images change each time.

use super::Transform;
use crate::data::{Dataset, Reads};
use crate::{Error, Result, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A data set whose images are changed at random each time they are read. A mask changes with its image, a class stays.
///
/// What a sample looks like follows from the seed, its index, and how often it has been read: neither the order in which
/// samples are read nor the thread that reads them makes a difference.
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
    reads: Reads,
}

impl<D: Dataset> Augment<D> {
    /// The data set as it is; [`with`](Self::with) adds transforms.
    pub fn new(dataset: D, seed: u64) -> Self {
        Augment {
            reads: Reads::of(dataset.len()),
            dataset,
            transforms: Vec::new(),
            seed,
        }
    }

    /// Adds a transform, which runs after those before it.
    pub fn with(mut self, transform: impl Transform + 'static) -> Self {
        self.transforms.push(Box::new(transform));
        self
    }

    /// The data set without changes.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// Sample `index` as its read number `read` gives it, counted from 0: what epoch `read` of a training run sees. This does not
    /// count as a read, so what comes later stays the same.
    ///
    /// # Errors
    /// When there is no such sample, it cannot be read, or a transform does not fit it.
    pub fn at_read(&self, index: usize, read: u32) -> Result<(Tensor, Tensor)> {
        let (mut image, mut target) = self.dataset.get(index)?;
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        // A stream of the generator for each sample and each time it is read.
        random.set_stream(u64::from(read) << 32 | index as u64);
        for transform in &self.transforms {
            let (height, width) = match *image.dims() {
                [_, height, width] if height > 0 && width > 0 => (height, width),
                _ => {
                    return Err(Error::Invalid(format!(
                        "Augment: an image must be (C, H, W) and have pixels, this one is {:?}",
                        image.shape()
                    )));
                }
            };
            let change = transform.draw(height, width, &mut random)?;
            image = change.of_image(&image)?;
            if target.rank() == 3 {
                target = change.of_mask(&target)?;
            }
        }
        Ok((image, target))
    }
}

impl<D: Dataset> Dataset for Augment<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let read = self.reads.count(index).ok_or_else(|| {
            Error::Data(format!(
                "there is no sample {index}, the data set has {}",
                self.len()
            ))
        })?;
        self.at_read(index, read)
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        visit(&self.reads);
        self.dataset.visit_reads(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{RandomCrop, RandomHorizontalFlip, RandomRotate90, RandomVerticalFlip};
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
    fn images_that_are_too_small_are_padded_and_the_mirror_is_one_of_mask_and_image() {
        // One row 0 1 2, twice: columns beyond it are 0, or those of the mirror.
        let crops = |crop: RandomCrop| seen(&Augment::new(One(1, 3), 5).with(crop));
        let padded = crops(RandomCrop::new(4).pad_if_needed());
        let whole = |image: &&Vec<Vec<u8>>| {
            image
                .iter()
                .any(|row| row.windows(2).any(|pair| pair == [1, 2]))
        };
        assert!(
            padded
                .iter()
                .any(|image| image.iter().any(|row| row[..] == [0, 1, 2, 0]))
        );
        assert!(padded.iter().filter(whole).count() > 1);
        for image in crops(RandomCrop::new(4).pad_if_needed().reflect()) {
            let rows = [[1, 0, 1, 2], [0, 1, 2, 1]];
            assert!(
                image
                    .iter()
                    .all(|row| rows.contains(&[row[0], row[1], row[2], row[3]])),
                "{image:?}"
            );
        }
        // A crop of the image's own size is the image.
        assert_eq!(crops(RandomCrop::new(3).pad_if_needed().reflect()).len(), 1);
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
