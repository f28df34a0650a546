//! Channels become pixels.

use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute1, stored};
use super::simd::Registers;
use super::tape::apply1;
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// Rearranges (N, C * r * r, H, W) to (N, C, H * r, W * r), as PyTorch's `pixel_shuffle`: channel `c * r * r + i * r + j`
/// holds the pixels of channel `c` at row `i` and column `j` of each block of `r` x `r` (Shi et al. 2016, eq. 4).
///
/// # Errors
/// When the number of channels is not a multiple of `factor` squared.
pub fn pixel_shuffle(input: &Tensor, factor: usize) -> Result<Tensor> {
    match *input.dims() {
        [_, channels, _, _] if factor > 0 && channels % (factor * factor) == 0 => {
            apply1(input, PixelShuffle { factor })
        }
        _ => Err(Error::Invalid(format!(
            "pixel_shuffle: input {:?} does not fit factor {factor}: it must be (N, C * {factor} * {factor}, H, W)",
            input.shape()
        ))),
    }
}

pub(super) struct PixelShuffle {
    pub factor: usize,
}

pub(super) struct PixelUnshuffle {
    pub factor: usize,
}

/// Calls `pair` with the index of every pixel in (N, C, H * r, W * r) order and its index in the other order, for one plane
/// of the result.
fn for_each_pixel(factor: usize, height: usize, width: usize, mut pair: impl FnMut(usize, usize)) {
    for y in 0..height * factor {
        for j in 0..factor {
            let channel = (y % factor) * factor + j;
            let from = (channel * height + y / factor) * width;
            let to = y * width * factor + j;
            for x in 0..width {
                pair(to + x * factor, from + x);
            }
        }
    }
}

impl Operation<1> for PixelShuffle {
    const NAME: &'static str = "pixel_shuffle";

    on_cuda!(1, pixel_shuffle);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let factor = self.factor;
        let (n, channels, height, width) = input.shape().dims4()?;
        let input = input.elements::<T>()?;
        let plane = factor * factor * height * width;
        let mut result = vec![T::ZERO; input.len()];
        result
            .par_chunks_mut(plane.max(1))
            .zip(input.par_chunks(plane.max(1)))
            .for_each(|(result, input)| {
                for_each_pixel(factor, height, width, |shuffled, plain| {
                    result[shuffled] = input[plain]
                });
            });
        let shape = (
            n,
            channels / (factor * factor),
            height * factor,
            width * factor,
        );
        stored(result, shape)
    }

    fn gradients(
        &self,
        _: [&Tensor; 1],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        let factor = self.factor;
        Ok([Some(compute1(gradient, PixelUnshuffle { factor })?)])
    }
}

impl Operation<1> for PixelUnshuffle {
    const NAME: &'static str = "gradient of pixel_shuffle";

    on_cuda!(1, pixel_unshuffle);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let factor = self.factor;
        let (n, channels, height, width) = input.shape().dims4()?;
        let input = input.elements::<T>()?;
        let (height, width) = (height / factor, width / factor);
        let plane = factor * factor * height * width;
        let mut result = vec![T::ZERO; input.len()];
        result
            .par_chunks_mut(plane.max(1))
            .zip(input.par_chunks(plane.max(1)))
            .for_each(|(result, input)| {
                for_each_pixel(factor, height, width, |shuffled, plain| {
                    result[plain] = input[shuffled]
                });
            });
        stored(result, (n, channels * factor * factor, height, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn it_is_the_permutation_of_the_definition_and_its_gradient_the_inverse() {
        let input = normal(&[2, 18, 3, 4], 1);
        let shuffled = pixel_shuffle(&input, 3).unwrap();
        let wanted = input
            .reshape(&[2, 2, 3, 3, 3, 4][..])
            .unwrap()
            .permute([0, 1, 4, 2, 5, 3])
            .unwrap();
        let wanted = wanted.reshape((2, 2, 9, 12)).unwrap();
        let worst = (shuffled - wanted)
            .unwrap()
            .abs()
            .unwrap()
            .max_all()
            .unwrap()
            .to_scalar::<f64>()
            .unwrap();
        assert_eq!(worst, 0.0);
        assert_gradients(&[normal(&[1, 8, 2, 3], 2)], |inputs| {
            pixel_shuffle(&inputs[0], 2)
        });
    }
}
