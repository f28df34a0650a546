//! More images from the same ones: a cell has no top and no left, and a digit moved a little is the same digit.

use super::Dataset;
use crate::Result;
use candle_core::Tensor;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::atomic::{AtomicU64, Ordering};

/// Random numbers for one sample after the other, in the order in which samples are asked for.
#[derive(Debug)]
struct Draws {
    seed: u64,
    asked: AtomicU64,
}

impl Draws {
    fn new(seed: u64) -> Self {
        let asked = AtomicU64::new(0);
        Draws { seed, asked }
    }

    fn next(&self) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(self.asked.fetch_add(1, Ordering::Relaxed));
        random
    }
}

/// Flips images at random, left to right and top to bottom, and exchanges their axes when they are square; a mask turns
/// with its image, a class stays. The seed decides what comes, in the order in which samples are asked for.
#[derive(Debug)]
pub struct FlipAndTurn<D> {
    dataset: D,
    draws: Draws,
}

impl<D: Dataset> FlipAndTurn<D> {
    pub fn new(dataset: D, seed: u64) -> Self {
        FlipAndTurn {
            dataset,
            draws: Draws::new(seed),
        }
    }
}

impl<D: Dataset> Dataset for FlipAndTurn<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (image, target) = self.dataset.get(index)?;
        let mut random = self.draws.next();
        let (across, down, exchange): (bool, bool, bool) = random.random();
        let turn = |tensor: Tensor| -> Result<Tensor> {
            let [_, height, width] = *tensor.dims() else {
                return Ok(tensor);
            };
            let mut axes = Vec::new();
            axes.extend(across.then_some(2));
            axes.extend(down.then_some(1));
            let tensor = if axes.is_empty() {
                tensor
            } else {
                tensor.flip(&axes)?
            };
            Ok(if exchange && height == width {
                tensor.transpose(1, 2)?.contiguous()?
            } else {
                tensor
            })
        };
        Ok((turn(image)?, turn(target)?))
    }
}

/// Moves images at random, by up to so many pixels down or up and right or left; what comes in is 0. A mask moves with its
/// image, a class stays. The seed decides what comes, in the order in which samples are asked for.
#[derive(Debug)]
pub struct Shift<D> {
    dataset: D,
    pixels: usize,
    draws: Draws,
}

impl<D: Dataset> Shift<D> {
    pub fn new(dataset: D, pixels: usize, seed: u64) -> Self {
        Shift {
            dataset,
            pixels,
            draws: Draws::new(seed),
        }
    }
}

impl<D: Dataset> Dataset for Shift<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (image, target) = self.dataset.get(index)?;
        let mut random = self.draws.next();
        let (down, right) = (
            random.random_range(0..=2 * self.pixels),
            random.random_range(0..=2 * self.pixels),
        );
        let shift = |tensor: Tensor| -> Result<Tensor> {
            let [_, height, width] = *tensor.dims() else {
                return Ok(tensor);
            };
            let padded = tensor
                .pad_with_zeros(1, self.pixels, self.pixels)?
                .pad_with_zeros(2, self.pixels, self.pixels)?;
            Ok(padded.narrow(1, down, height)?.narrow(2, right, width)?)
        };
        Ok((shift(image)?, shift(target)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    struct One;

    impl Dataset for One {
        fn len(&self) -> usize {
            1
        }

        fn get(&self, _: usize) -> Result<(Tensor, Tensor)> {
            let image = Tensor::arange(0f32, 9., &Device::Cpu)?.reshape((1, 3, 3))?;
            Ok((image.clone(), image))
        }
    }

    #[test]
    fn image_and_mask_turn_together_in_all_eight_ways() {
        let turned = FlipAndTurn::new(One, 5);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let (image, mask) = turned.get(0).unwrap();
            let numbers = |tensor: Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let (image, mask) = (numbers(image), numbers(mask));
            assert_eq!(image, mask);
            seen.insert(image.iter().map(|&x| x as u8).collect::<Vec<_>>());
        }
        assert_eq!(seen.len(), 8);
    }

    #[test]
    fn image_and_mask_move_together_to_every_place() {
        let shifted = Shift::new(One, 1, 5);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let (image, mask) = shifted.get(0).unwrap();
            let rows = |tensor: Tensor| tensor.squeeze(0).unwrap().to_vec2::<f32>().unwrap();
            let (image, mask) = (rows(image), rows(mask));
            assert_eq!(image, mask);
            // 4 stands in the middle of the image, at (1, 1).
            let places = (0..3).flat_map(|y| (0..3).map(move |x| (y, x)));
            let found: Vec<_> = places.filter(|&(y, x)| image[y][x] == 4.0).collect();
            assert_eq!(found.len(), 1, "{image:?}");
            seen.insert(found[0]);
        }
        assert_eq!(seen.len(), 9);
    }
}
