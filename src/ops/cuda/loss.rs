//! Losses for segmentation on a GPU.

use super::kernel::{Source, a_block_each, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::by_type::by_type;
use crate::ops::loss::{PixelLoss, PixelLossGradient, Variable};
use candle_core::Result;
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView};

const SOURCE: Source = source!("loss");

/// As many numbers as `Sums` in `loss.cu` has.
const NUMBERS_OF_A_SUM: usize = 3;

/// Images of logits and targets, with the sums of each.
struct Images<'a, T> {
    logits: CudaView<'a, T>,
    targets: CudaView<'a, T>,
    count: u32,
    pixels: u32,
    sums: CudaSlice<f64>,
}

impl<'a, T: Number> Images<'a, T> {
    fn new(logits: Numbers<'a>, target: Numbers<'a>) -> Result<Self> {
        let device = &logits.0.device;
        let images = logits.1.dims().first().copied().unwrap_or(1);
        let mut sums = unwritten::<f64>(device, NUMBERS_OF_A_SUM * images)?;
        let images = count(images)?;
        let (logits, targets) = (elements::<T>(logits)?, elements::<T>(target)?);
        let pixels = count(logits.len())? / images;
        launch!(
            SOURCE.kernel::<T>(device, "image_sums")?, a_block_each(images);
            &logits, &targets, &mut sums, &pixels,
        );
        Ok(Images {
            logits,
            targets,
            count: images,
            pixels,
            sums,
        })
    }
}

pub fn pixel_loss(loss: &PixelLoss, [logits, target]: [Numbers; 2]) -> Output {
    fn run<T: Number>(loss: &PixelLoss, logits: Numbers, target: Numbers) -> Output {
        let device = &logits.0.device;
        let images = Images::<T>::new(logits, target)?;
        let mut result = unwritten::<T>(device, 1)?;
        launch!(
            SOURCE.kernel::<T>(device, "pixel_loss")?, a_thread_each(1);
            &images.sums, &mut result, &images.count, &images.pixels, &loss.cross_entropy, &loss.dice,
        );
        stored(device, result, ())
    }
    by_type!("loss", logits.0, run(loss, logits, target))
}

pub fn pixel_loss_gradient(
    operation: &PixelLossGradient,
    [logits, target, gradient]: [Numbers; 3],
) -> Output {
    fn run<T: Number>(
        operation: &PixelLossGradient,
        logits: Numbers,
        target: Numbers,
        gradient: Numbers,
    ) -> Output {
        let device = &logits.0.device;
        let images = Images::<T>::new(logits, target)?;
        let gradient = elements::<T>(gradient)?;
        let PixelLoss {
            cross_entropy,
            dice,
        } = operation.loss;
        let by_target = u32::from(operation.with_respect_to == Variable::Target);
        let mut result = unwritten::<T>(device, images.logits.len())?;
        launch!(
            SOURCE.kernel::<T>(device, "pixel_loss_gradient")?, a_thread_each(images.count * images.pixels);
            &images.logits, &images.targets, &images.sums, &gradient, &mut result, &images.count,
            &images.pixels, &cross_entropy, &dice, &by_target,
        );
        stored(device, result, logits.1.shape())
    }
    by_type!("loss", logits.0, run(operation, logits, target, gradient))
}
