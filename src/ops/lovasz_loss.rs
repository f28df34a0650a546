//! Losses that follow the intersection over union (Berman et al. 2018, "The Lovász-Softmax loss").

use super::element_loss::check_target;
use super::operation::{Input, Operation, Output, compute2, stored};
use super::pixel_classes::{one_hot, with_classes_of_pixels};
use super::scalar::Scalar;
use super::simd::Registers;
use super::softmax::softmax;
use super::tape::apply2;
use crate::{Result, Tensor};

/// The Lovász hinge of each image, the mean over the batch, for (N, ...) logits and a target of 0 and 1: a convex surrogate of
/// one minus the intersection over union (Berman et al. 2018, section 3.1, as the authors' `lovasz_hinge` with
/// `per_image=True`). A pixel's error is `1 - x`, or `1 + x` where the target is 0. The errors are sorted, and each counts as
/// much as the index falls when its pixel becomes wrong, too.
///
/// Train with another loss first: this one is for the last epochs. No gradient flows to the target, and it is computed on the
/// CPU only.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let (logits, target) = (Tensor::new(&[[3f32, -2.]], &Device::Cpu)?, Tensor::new(&[[1f32, 0.]], &Device::Cpu)?);
/// let loss = |target: &Tensor| eosin::ops::lovasz_hinge(&logits, target)?.to_scalar::<f32>();
/// assert_eq!(loss(&target)?, 0.);
/// // Both are wrong, by 4 and by 3, and each takes half of the index.
/// assert_eq!(loss(&(1. - &target)?)?, 3.5);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ, or there is no element.
pub fn lovasz_hinge(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    check_target("lovasz_hinge", logits, target)?;
    apply2(logits, target, LovaszHinge)
}

/// The Lovász loss of several classes, of all pixels of the batch together: `logits` (N, C, H, W) and `classes` (N, H, W) of
/// integers below C (Berman et al. 2018, section 3.2, as the authors' `lovasz_softmax` with `classes="present"` and
/// `per_image=False`). A pixel's error for a class is the distance of its probability from the truth, 0 or 1; classes that are
/// nowhere in the batch do not count. It is computed on the CPU only.
///
/// # Errors
/// When the shapes do not fit, there is no pixel, or a class is not below C.
pub fn lovasz_softmax(logits: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let classes = with_classes_of_pixels("lovasz_softmax", logits, classes)?;
    let truth = one_hot(logits, &classes)?;
    apply2(&softmax(logits, 1)?, &truth, LovaszSoftmax)
}

/// How much each error counts, if errors are added from the largest to the smallest: how far the intersection over union falls.
/// (Berman et al. 2018, eq. 9 and algorithm 1.)
fn shares<T: Scalar>(errors: &[T], is_true: &[bool]) -> Vec<T> {
    let mut order: Vec<usize> = (0..errors.len()).collect();
    // The same order for equal errors, so that results repeat.
    order.sort_by(|&a, &b| errors[b].to_f64().total_cmp(&errors[a].to_f64()));
    let count = is_true.iter().filter(|&&is_true| is_true).count();
    let (mut intersection, mut union) = (count as f64, count as f64);
    let mut fallen = 0.0;
    let mut shares = vec![T::ZERO; errors.len()];
    for index in order {
        match is_true[index] {
            true => intersection -= 1.0,
            false => union += 1.0,
        }
        let now = 1.0 - intersection / union;
        shares[index] = T::of(now - fallen);
        fallen = now;
    }
    shares
}

fn is_true<T: Scalar>(targets: &[T]) -> Vec<bool> {
    targets.iter().map(|&target| target > T::of(0.5)).collect()
}

#[derive(Clone, Copy)]
struct LovaszHinge;

impl LovaszHinge {
    /// The loss of an image, with its derivatives.
    fn of_image<T: Scalar>(logits: &[T], targets: &[T]) -> (f64, Vec<T>) {
        let is_true = is_true(targets);
        let sign = |is_true: &bool| if *is_true { T::ONE } else { -T::ONE };
        let errors = logits.iter().zip(&is_true);
        let errors: Vec<T> = errors
            .map(|(&x, is_true)| T::ONE - x * sign(is_true))
            .collect();
        let mut derivatives = shares(&errors, &is_true);
        let mut loss = 0.0;
        for ((derivative, &error), is_true) in derivatives.iter_mut().zip(&errors).zip(&is_true) {
            // NaN is not small either.
            if error <= T::ZERO {
                *derivative = T::ZERO;
            } else {
                loss += (*derivative * error).to_f64();
                *derivative *= -sign(is_true);
            }
        }
        (loss, derivatives)
    }
}

impl Operation<2> for LovaszHinge {
    const NAME: &'static str = "lovasz_hinge";

    fn compute<T: Registers>(&self, [logits, target]: [Input<'_>; 2]) -> Output {
        let images = images::<T>(logits, target)?;
        let count = images.len() as f64;
        let total: f64 = images
            .map(|(logits, targets)| Self::of_image(logits, targets).0)
            .sum();
        stored(vec![T::of(total / count)], ())
    }

    fn gradients(
        &self,
        [logits, target]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let derivative = compute2(logits, target, LovaszHingeGradient)?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None])
    }
}

struct LovaszHingeGradient;

impl Operation<2> for LovaszHingeGradient {
    const NAME: &'static str = "gradient of lovasz_hinge";

    fn compute<T: Registers>(&self, [logits, target]: [Input<'_>; 2]) -> Output {
        let images = images::<T>(logits, target)?;
        let share = T::of(1.0 / images.len() as f64);
        let derivatives =
            images.flat_map(|(logits, targets)| LovaszHinge::of_image(logits, targets).1);
        let derivatives: Vec<T> = derivatives.map(|derivative| derivative * share).collect();
        stored(derivatives, logits.shape())
    }
}

/// The logits and targets of each image.
fn images<'a, T: Scalar>(
    logits: Input<'a>,
    target: Input<'a>,
) -> candle_core::Result<impl ExactSizeIterator<Item = (&'a [T], &'a [T])>> {
    let (all, targets) = (logits.elements::<T>()?, target.elements::<T>()?);
    let pixels = all.len() / logits.dims().first().copied().unwrap_or(1);
    Ok(all.chunks(pixels).zip(targets.chunks(pixels)))
}

#[derive(Clone, Copy)]
struct LovaszSoftmax;

impl LovaszSoftmax {
    /// The loss, with its derivatives by the probabilities, (N, C, ...).
    fn of_batch<T: Scalar>(
        probabilities: Input<'_>,
        truth: Input<'_>,
    ) -> candle_core::Result<(f64, Vec<T>)> {
        let (all, truths) = (probabilities.elements::<T>()?, truth.elements::<T>()?);
        let (classes, pixels) = match probabilities.dims() {
            [_, classes, pixels @ ..] => (*classes, pixels.iter().product::<usize>()),
            _ => candle_core::bail!("lovasz_softmax: there are no classes"),
        };
        let mut derivatives = vec![T::ZERO; all.len()];
        let (mut total, mut present) = (0.0, 0.0);
        for class in 0..classes {
            // The planes of this class, one in each image.
            let of_class = |numbers: &[T]| -> Vec<T> {
                let planes = numbers.chunks(pixels).skip(class).step_by(classes);
                planes.flatten().copied().collect()
            };
            let is_true = is_true(&of_class(truths));
            if !is_true.contains(&true) {
                continue;
            }
            let errors: Vec<T> = (of_class(all).into_iter().zip(&is_true))
                .map(|(p, &is_true)| if is_true { T::ONE - p } else { p })
                .collect();
            let shares = shares(&errors, &is_true);
            total += (errors.iter().zip(&shares))
                .fold(0.0, |sum, (&error, &share)| sum + (error * share).to_f64());
            present += 1.0;
            let planes = derivatives.chunks_mut(pixels).skip(class).step_by(classes);
            for ((derivative, share), is_true) in planes.flatten().zip(shares).zip(is_true) {
                *derivative = if is_true { -share } else { share };
            }
        }
        let mean = T::of(1.0 / present);
        derivatives
            .iter_mut()
            .for_each(|derivative| *derivative *= mean);
        Ok((total / present, derivatives))
    }
}

impl Operation<2> for LovaszSoftmax {
    const NAME: &'static str = "lovasz_softmax";

    fn compute<T: Registers>(&self, [probabilities, truth]: [Input<'_>; 2]) -> Output {
        let (loss, _) = Self::of_batch::<T>(probabilities, truth)?;
        stored(vec![T::of(loss)], ())
    }

    fn gradients(
        &self,
        [probabilities, truth]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let derivative = compute2(probabilities, truth, LovaszSoftmaxGradient)?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None])
    }
}

struct LovaszSoftmaxGradient;

impl Operation<2> for LovaszSoftmaxGradient {
    const NAME: &'static str = "gradient of lovasz_softmax";

    fn compute<T: Registers>(&self, [probabilities, truth]: [Input<'_>; 2]) -> Output {
        let (_, derivatives) = LovaszSoftmax::of_batch::<T>(probabilities, truth)?;
        stored(derivatives, probabilities.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    #[test]
    fn gradients_agree_with_differences() {
        let target = normal(&[2, 1, 3, 4], 2).ge(0.0).unwrap();
        let target = target.to_dtype(candle_core::DType::F64).unwrap();
        assert_gradients(&[normal(&[2, 1, 3, 4], 1)], |x| {
            lovasz_hinge(&x[0], &target)
        });
        let numbers = (0..12u32).map(|index| index * index % 3);
        let classes = Tensor::from_iter(numbers, &Device::Cpu).unwrap();
        let classes = classes.reshape((2, 2, 3)).unwrap();
        assert_gradients(&[normal(&[2, 4, 2, 3], 1)], |x| {
            lovasz_softmax(&x[0], &classes)
        });
    }

    #[test]
    fn equal_errors_make_the_loss_one_minus_the_intersection_over_union() {
        // Sure of all, and right in 2 of the 3 + 1 pixels of the union: the wrong ones have an error of 2.
        let logits = Tensor::new(&[[1f64, 1.0, -1.0, 1.0, -1.0]], &Device::Cpu).unwrap();
        let target = Tensor::new(&[[1f64, 1.0, 1.0, 0.0, 0.0]], &Device::Cpu).unwrap();
        let loss = lovasz_hinge(&logits, &target)
            .unwrap()
            .to_scalar::<f64>()
            .unwrap();
        assert!((loss - 2.0 * (1.0 - 2.0 / 4.0)).abs() < 1e-12, "{loss}");
    }

    #[test]
    fn an_empty_mask_gives_the_largest_error() {
        let logits = Tensor::new(&[[-3f64, 0.5, -0.5]], &Device::Cpu).unwrap();
        let target = logits.zeros_like().unwrap();
        let loss = lovasz_hinge(&logits, &target)
            .unwrap()
            .to_scalar::<f64>()
            .unwrap();
        assert_eq!(loss, 1.5);
    }
}
