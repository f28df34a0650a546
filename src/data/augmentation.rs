//! More images from the same ones: a cell has no top and no left.

use super::Dataset;
use crate::Result;
use candle_core::Tensor;
use std::sync::atomic::{AtomicU64, Ordering};

/// Flips images at random, left to right and top to bottom, and exchanges their axes when they are square; the mask turns
/// with its image. The seed decides what comes, in the order in which samples are asked for.
#[derive(Debug)]
pub struct FlipAndTurn<D> {
    dataset: D,
    seed: u64,
    asked: AtomicU64,
}

impl<D: Dataset> FlipAndTurn<D> {
    pub fn new(dataset: D, seed: u64) -> Self {
        FlipAndTurn {
            dataset,
            seed,
            asked: AtomicU64::new(0),
        }
    }
}

impl<D: Dataset> Dataset for FlipAndTurn<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        use rand::{Rng, SeedableRng};
        let (image, mask) = self.dataset.get(index)?;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(self.asked.fetch_add(1, Ordering::Relaxed));
        let (across, down, exchange): (bool, bool, bool) = random.random();
        let turn = |tensor: Tensor| -> Result<Tensor> {
            let (_, height, width) = tensor.dims3()?;
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
        Ok((turn(image)?, turn(mask)?))
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
}
