//! The channels of two images together: the skip connection of a U-Net.

use super::memory::written;
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute1, stored};
use super::simd::Registers;
use super::tape::apply2;
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// Concatenates the channels of `first` (N, C, H, W) and `second` (N, D, H, W): (N, C + D, H, W), as PyTorch's
/// `cat([first, second], 1)`. candle's own is right as well; this one and its gradient use all threads.
///
/// # Errors
/// When the two differ in anything but their channels.
pub fn concat_channels(first: &Tensor, second: &Tensor) -> Result<Tensor> {
    match (first.dims(), second.dims()) {
        (&[n, _, height, width], &[m, _, other_height, other_width])
            if (n, height, width) == (m, other_height, other_width) => {}
        _ => {
            return Err(Error::Invalid(format!(
                "concat_channels: {:?} and {:?} must be (N, C, H, W) and differ only in C",
                first.shape(),
                second.shape()
            )));
        }
    }
    apply2(first, second, ConcatChannels)
}

pub(super) struct ConcatChannels;

impl Operation<2> for ConcatChannels {
    const NAME: &'static str = "concat_channels";

    on_cuda!(2, concat_channels);

    fn compute<T: Registers>(&self, [first, second]: [Input<'_>; 2]) -> Output {
        let (n, c, height, width) = first.shape().dims4()?;
        let d = second.dims()[1];
        let (first, second) = (first.elements::<T>()?, second.elements::<T>()?);
        let plane = height * width;
        let result = written(n * (c + d) * plane, |result| {
            result
                .par_chunks_mut(plane.max(1))
                .enumerate()
                .for_each(|(index, to)| {
                    let (image, channel) = (index / (c + d), index % (c + d));
                    let from = match channel < c {
                        true => &first[(image * c + channel) * plane..],
                        false => &second[(image * d + channel - c) * plane..],
                    };
                    to.write_copy_of_slice(&from[..plane]);
                })
        });
        stored(result, (n, c + d, height, width))
    }

    fn gradients(
        &self,
        [first, second]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let (c, d) = (first.dim(1)?, second.dim(1)?);
        let channels = |start, count| compute1(gradient, Channels { start, count });
        Ok([Some(channels(0, c)?), Some(channels(c, d)?)])
    }
}

/// Some channels of (N, C, H, W).
pub(super) struct Channels {
    pub start: usize,
    pub count: usize,
}

impl Operation<1> for Channels {
    const NAME: &'static str = "gradient of concat_channels";

    on_cuda!(1, channels);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let &Channels { start, count } = self;
        let (n, channels, height, width) = input.shape().dims4()?;
        let numbers = input.elements::<T>()?;
        let plane = height * width;
        let result = written(n * count * plane, |result| {
            result
                .par_chunks_mut(plane.max(1))
                .enumerate()
                .for_each(|(index, to)| {
                    let from = index / count * channels + start + index % count;
                    to.write_copy_of_slice(&numbers[from * plane..][..plane]);
                })
        });
        stored(result, (n, count, height, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn it_is_candles_and_its_gradients_agree_with_differences() {
        let inputs = [normal(&[2, 1, 2, 3], 1), normal(&[2, 3, 2, 3], 2)];
        let ours = concat_channels(&inputs[0], &inputs[1]).unwrap();
        let theirs = Tensor::cat(&inputs, 1).unwrap();
        let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        assert_eq!(numbers(&ours), numbers(&theirs));
        assert_gradients(&inputs, |inputs| concat_channels(&inputs[0], &inputs[1]));
        assert!(concat_channels(&inputs[0], &normal(&[2, 1, 3, 3], 1)).is_err());
    }
}
