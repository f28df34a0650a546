//! The loss of a model that separates objects.

use super::element_loss::{ElementLoss, check_target};
use super::loss::{PixelLoss, PixelLossGradient, Variable, bce_dice_loss};
use super::memory::written;
use super::operation::{Input, Operation, Output, compute3, stored};
use super::regression_loss::{SmoothL1, smooth_l1_loss};
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::apply2;
use crate::{Error, Result, Tensor};

const CHANNELS: usize = 3;
/// The loss of masks and rims.
const OVERLAP: PixelLoss = PixelLoss {
    cross_entropy: 1.0,
    dice: 1.0,
};
/// The loss of depths, which reach from 0 to 1: an error counts by its square up to here.
const DEPTH: SmoothL1 = SmoothL1 { beta: 0.1 };

/// How far the output of a model, (N, 3, H, W), is from the targets of
/// [`morph::instance_targets`](crate::morph::instance_targets):
///
/// `bce_dice_loss(mask) + bce_dice_loss(rim) + smooth_l1_loss(depth, beta = 0.1)`
///
/// Channel 0 of the output holds logits of the mask, channel 1 those of the rim, and channel 2 depths from 0 to 1, not logits.
/// The three losses are of the same size when training begins, so none has a weight. Each is the mean over pixels and images,
/// as in [`bce_dice_loss`](super::bce_dice_loss) and [`smooth_l1_loss`](super::smooth_l1_loss). No gradient flows to the
/// target.
///
/// ```
/// use candle_core::{Device, DType};
/// use eosin::Tensor;
/// use eosin::morph::{LabelMap, instance_targets};
/// use eosin::nn::{Module, UNet};
/// use eosin::ops::{backward, instance_loss};
/// let model = UNet::with_outputs(3, 42, &Device::Cpu)?;
/// let output = model.forward(&Tensor::ones((1, 3, 16, 16), DType::F32, &Device::Cpu)?)?;
/// let targets = instance_targets(&LabelMap::new(16, 16, vec![1; 256])?)?.unsqueeze(0)?;
/// backward(&instance_loss(&output, &targets)?)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ, there are not 3 channels, or there is no element.
pub fn instance_loss(output: &Tensor, target: &Tensor) -> Result<Tensor> {
    const NAME: &str = "instance_loss";
    check_target(NAME, output, target)?;
    if output.rank() != 4 || output.dim(1)? != CHANNELS {
        return Err(Error::Invalid(format!(
            "{NAME}: the output is {:?}, but needs the shape (N, 3, H, W), with mask, rim and depth; \
             `UNet::with_outputs(3, seed, &device)?` gives it",
            output.shape()
        )));
    }
    if output.device().is_cpu() {
        return apply2(output, target, InstanceLoss);
    }
    let channel = |index| Ok((output.narrow(1, index, 1)?, target.narrow(1, index, 1)?));
    let [mask, rim, depth]: [Result<(Tensor, Tensor)>; CHANNELS] = [0, 1, 2].map(channel);
    let (mask, rim, depth) = (mask?, rim?, depth?);
    let overlaps = (bce_dice_loss(&mask.0, &mask.1)? + bce_dice_loss(&rim.0, &rim.1)?)?;
    overlaps + smooth_l1_loss(&depth.0, &depth.1, DEPTH.beta, None)?
}

struct InstanceLoss;

/// The channels of an image: mask, rim and depth.
fn channels<T: Scalar>(image: &[T]) -> [&[T]; CHANNELS] {
    let pixels = image.len() / CHANNELS;
    [0, 1, 2].map(|channel| &image[channel * pixels..][..pixels])
}

impl Operation<2> for InstanceLoss {
    const NAME: &'static str = "instance_loss";

    fn compute<T: Registers>(&self, [output, target]: [Input<'_>; 2]) -> Output {
        let (outputs, targets) = (output.elements::<T>()?, target.elements::<T>()?);
        let images = output.dims()[0];
        let size = outputs.len() / images;
        let mut total = 0.0;
        for (outputs, targets) in outputs.chunks(size).zip(targets.chunks(size)) {
            let [mask, rim, depth] = channels(outputs);
            let [true_mask, true_rim, true_depth] = channels(targets);
            total += OVERLAP.of_image(mask, true_mask) + OVERLAP.of_image(rim, true_rim);
            let of_depths = depth.iter().zip(true_depth);
            let of_depths = of_depths.map(|(&x, &y)| DEPTH.value(x, y).to_f64());
            total += of_depths.sum::<f64>() / depth.len() as f64;
        }
        stored(vec![T::of(total / images as f64)], ())
    }

    fn gradients(
        &self,
        [output, target]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let gradient = compute3(output, target, gradient, InstanceLossGradient)?;
        Ok([Some(gradient), None])
    }
}

struct InstanceLossGradient;

impl Operation<3> for InstanceLossGradient {
    const NAME: &'static str = "gradient of instance_loss";

    fn compute<T: Registers>(&self, [output, target, gradient]: [Input<'_>; 3]) -> Output {
        let (outputs, targets) = (output.elements::<T>()?, target.elements::<T>()?);
        let images = output.dims()[0];
        let size = outputs.len() / images;
        let share = gradient.elements::<T>()?[0] / T::of(images as f64);
        let of_overlap = PixelLossGradient {
            loss: OVERLAP,
            with_respect_to: Variable::Logits,
        };
        let result = written(outputs.len(), |results| {
            let inputs = outputs.chunks(size).zip(targets.chunks(size));
            for (results, (outputs, targets)) in results.chunks_mut(size).zip(inputs) {
                let [mask, rim, depth] = channels(outputs);
                let [true_mask, true_rim, true_depth] = channels(targets);
                let pixels = depth.len();
                let (of_mask, others) = results.split_at_mut(pixels);
                let (of_rim, of_depth) = others.split_at_mut(pixels);
                of_overlap.of_image(mask, true_mask, share, of_mask);
                of_overlap.of_image(rim, true_rim, share, of_rim);
                let share = share / T::of(pixels as f64);
                for (result, (&x, &y)) in of_depth.iter_mut().zip(depth.iter().zip(true_depth)) {
                    result.write(DEPTH.derivative(x, y) * share);
                }
            }
        });
        stored(result, output.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use crate::ops::sigmoid;

    #[test]
    fn it_is_the_sum_of_its_three_losses() {
        let output = normal(&[2, 3, 4, 5], 1);
        let target = sigmoid(&normal(&[2, 3, 4, 5], 2)).unwrap();
        assert_gradients(std::slice::from_ref(&output), |x| {
            instance_loss(&x[0], &target)
        });
        let number = |loss: Result<Tensor>| loss.unwrap().to_scalar::<f64>().unwrap();
        let channel = |index| {
            let of = |tensor: &Tensor| tensor.narrow(1, index, 1).unwrap();
            (of(&output), of(&target))
        };
        let overlap = |(output, target)| number(bce_dice_loss(&output, &target));
        let (depth, true_depth) = channel(2);
        let of_depth = number(smooth_l1_loss(&depth, &true_depth, 0.1, None));
        let wanted = overlap(channel(0)) + overlap(channel(1)) + of_depth;
        let found = number(instance_loss(&output, &target));
        assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
    }

    #[test]
    fn another_number_of_channels_is_refused() {
        let output = normal(&[2, 1, 4, 5], 1);
        let error = instance_loss(&output, &output).unwrap_err().to_string();
        assert!(error.contains("with_outputs(3"), "{error}");
    }
}
