//! Batch normalisation on a GPU.

use super::kernel::{Source, a_block_each, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::Tensor;
use crate::ops::batch_norm::{BatchNorm, BatchNormGradient, Moments};
use crate::ops::by_type::by_type;
use candle_core::{Result, Storage};

const SOURCE: Source = source!("batch_norm");

/// Calls `with` with the storage of a tensor on the device.
fn with_numbers<R>(tensor: &Tensor, with: impl FnOnce(Numbers) -> Result<R>) -> Result<R> {
    let (storage, layout) = tensor.as_candle().storage_and_layout();
    match &*storage {
        Storage::Cuda(storage) => with((storage, layout)),
        _ => candle_core::bail!("batch_norm: the statistics are not on the device"),
    }
}

pub fn moments(_: &Moments, [input]: [Numbers; 1]) -> Output {
    fn run<T: Number>(input: Numbers) -> Output {
        let device = &input.0.device;
        let (images, channels, height, width) = input.1.shape().dims4()?;
        let numbers = elements::<T>(input)?;
        let mut result = unwritten::<f64>(device, 2 * channels)?;
        launch!(
            SOURCE.kernel::<T>(device, "moments")?, a_block_each(count(channels)?);
            &numbers, &mut result, &count(images)?, &count(channels)?, &count(height * width)?,
        );
        stored(device, result, (2, channels))
    }
    by_type!("batch_norm", input.0, run(input))
}

pub fn batch_norm(norm: &BatchNorm, [input, weight, bias]: [Numbers; 3]) -> Output {
    fn run<T: Number>(
        [input, weight, bias]: [Numbers; 3],
        mean: Numbers,
        scale: Numbers,
    ) -> Output {
        let device = &input.0.device;
        let (_, channels, height, width) = input.1.shape().dims4()?;
        let numbers = elements::<T>(input)?;
        let length = count(numbers.len())?;
        let mut result = unwritten::<T>(device, numbers.len())?;
        launch!(
            SOURCE.kernel::<T>(device, "batch_norm")?, a_thread_each(length);
            &numbers, &elements::<T>(weight)?, &elements::<T>(bias)?,
            &elements::<f64>(mean)?, &elements::<f64>(scale)?, &mut result,
            &length, &count(channels)?, &count(height * width)?,
        );
        stored(device, result, input.1.shape())
    }
    let inputs = [input, weight, bias];
    with_numbers(&norm.mean, |mean| {
        with_numbers(&norm.scale, |scale| {
            by_type!("batch_norm", input.0, run(inputs, mean, scale))
        })
    })
}

pub fn batch_norm_gradient(
    operation: &BatchNormGradient,
    [input, weight, gradient]: [Numbers; 3],
) -> Output {
    fn run<T: Number>(
        [input, weight, gradient]: [Numbers; 3],
        mean: Numbers,
        scale: Numbers,
        of_batch: bool,
    ) -> Output {
        let device = &input.0.device;
        let (_, channels, height, width) = input.1.shape().dims4()?;
        let (numbers, gradients) = (elements::<T>(input)?, elements::<T>(gradient)?);
        let (mean, scale) = (elements::<f64>(mean)?, elements::<f64>(scale)?);
        let whole = numbers.len() + 2 * channels;
        let mut result = unwritten::<T>(device, whole)?;
        let (length, pixels) = (count(numbers.len())?, count(height * width)?);
        let channels = count(channels)?;
        launch!(
            SOURCE.kernel::<T>(device, "batch_norm_sums")?, a_block_each(channels);
            &numbers, &gradients, &mean, &scale, &mut result, &length, &channels, &pixels,
        );
        launch!(
            SOURCE.kernel::<T>(device, "batch_norm_gradient")?, a_thread_each(length);
            &numbers, &elements::<T>(weight)?, &gradients, &mean, &scale, &mut result,
            &length, &channels, &pixels, &u32::from(of_batch),
        );
        stored(device, result, whole)
    }
    let BatchNormGradient(norm) = operation;
    let inputs = [input, weight, gradient];
    with_numbers(&norm.mean, |mean| {
        with_numbers(&norm.scale, |scale| {
            by_type!(
                "batch_norm",
                input.0,
                run(inputs, mean, scale, norm.of_batch)
            )
        })
    })
}
