//! Cross-entropy of the class of each pixel.

use super::cross_entropy::{largest_and_sum, log_softmax};
use super::operation::{Input, Operation, Output, compute3, stored};
use super::pixel_classes::with_classes_of_pixels;
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::apply3;
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// [`cross_entropy`](super::cross_entropy) of every pixel, the mean over all of them: `logits` (N, C, H, W) and `classes` (N,
/// H, W) of integers below C, as PyTorch's `cross_entropy` with these shapes.
///
/// ```
/// use candle_core::{Device, DType};
/// use eosin::Tensor;
/// let logits = Tensor::zeros((1, 3, 2, 2), DType::F32, &Device::Cpu)?;
/// let classes = Tensor::new(&[[[0u32, 1], [2, 2]]], &Device::Cpu)?;
/// let loss = eosin::ops::pixel_cross_entropy(&logits, &classes)?;
/// assert!((loss.to_scalar::<f32>()? - 3f32.ln()).abs() < 1e-6);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit, there is no pixel, or (on the CPU) a class is not below C.
pub fn pixel_cross_entropy(logits: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let classes = with_classes_of_pixels("pixel_cross_entropy", logits, classes)?;
    let weights = Tensor::ones(classes.shape(), logits.dtype(), logits.device())?;
    weighted(logits, &classes, &weights)
}

/// [`pixel_cross_entropy`] with a weight for each pixel, (N, H, W) or (N, 1, H, W), such as those of
/// [`morph::border_weights`](crate::morph::border_weights): the mean of `w * loss` over all pixels (Ronneberger et al. 2015,
/// "U-Net", eq. 1, divided by the number of pixels). It is not divided by the sum of the weights, so weights of 2 double the
/// loss.
///
/// # Errors
/// As [`pixel_cross_entropy`], and when the weights have another shape or type.
pub fn pixel_weighted_cross_entropy(
    logits: &Tensor,
    classes: &Tensor,
    weights: &Tensor,
) -> Result<Tensor> {
    const NAME: &str = "pixel_weighted_cross_entropy";
    let classes = with_classes_of_pixels(NAME, logits, classes)?;
    let of_one_channel = weights.rank() == logits.rank() && weights.dim(1)? == 1;
    let of_pixels = match of_one_channel {
        true => weights.squeeze(1)?,
        false => weights.clone(),
    };
    if of_pixels.dims() != classes.dims() || weights.dtype() != logits.dtype() {
        return Err(Error::Invalid(format!(
            "{NAME}: weights {:?} ({}) do not fit logits {:?} ({}): there must be one for each pixel, of the same type",
            weights.shape(),
            weights.dtype().as_str(),
            logits.shape(),
            logits.dtype().as_str()
        )));
    }
    weighted(logits, &classes, &of_pixels)
}

fn weighted(logits: &Tensor, classes: &Tensor, weights: &Tensor) -> Result<Tensor> {
    if !logits.device().is_cpu() {
        let of_classes = log_softmax(logits, 1)?.gather(&classes.unsqueeze(1)?, 1)?;
        return (of_classes.squeeze(1)? * weights)?.mean_all()?.neg();
    }
    apply3(logits, classes, weights, PixelCrossEntropy)
}

struct PixelCrossEntropy;

impl Operation<3> for PixelCrossEntropy {
    const NAME: &'static str = "pixel_cross_entropy";

    fn compute<T: Registers>(&self, [logits, classes, weights]: [Input<'_>; 3]) -> Output {
        let (count, pixels) = (logits.dims()[1], classes.elements::<u32>()?.len());
        let in_image = pixels / logits.dims()[0];
        let of_image = |(logits, (classes, weights)): (&[T], (&[u32], &[T]))| {
            let mut row = vec![T::ZERO; count];
            let mut total = 0.0;
            for (pixel, (&class, &weight)) in classes.iter().zip(weights).enumerate() {
                read_row(logits, pixel, &mut row);
                let (largest, sum) = largest_and_sum(&row);
                let loss = sum.to_f64().ln() - (row[class as usize] - largest).to_f64();
                total += weight.to_f64() * loss;
            }
            total
        };
        let classes = classes.elements::<u32>()?.par_chunks(in_image);
        let weights = weights.elements::<T>()?.par_chunks(in_image);
        let logits = logits.elements::<T>()?.par_chunks(count * in_image);
        let totals: Vec<f64> = (logits.zip(classes.zip(weights))).map(of_image).collect();
        let mean = totals.into_iter().sum::<f64>() / pixels as f64;
        stored(vec![T::of(mean)], ())
    }

    fn gradients(
        &self,
        [logits, classes, weights]: [&Tensor; 3],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let derivative = compute3(logits, classes, weights, PixelCrossEntropyGradient)?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None, None])
    }
}

/// `w * (softmax(logits) - 1 at the class)` by the number of pixels.
struct PixelCrossEntropyGradient;

impl Operation<3> for PixelCrossEntropyGradient {
    const NAME: &'static str = "gradient of pixel_cross_entropy";

    fn compute<T: Registers>(&self, [logits, classes, weights]: [Input<'_>; 3]) -> Output {
        let (count, pixels) = (logits.dims()[1], classes.elements::<u32>()?.len());
        let in_image = pixels / logits.dims()[0];
        let share = T::of(1.0 / pixels as f64);
        let of_image = |(numbers, (classes, weights)): (&mut [T], (&[u32], &[T]))| {
            let mut row = vec![T::ZERO; count];
            for (pixel, (&class, &weight)) in classes.iter().zip(weights).enumerate() {
                read_row(numbers, pixel, &mut row);
                let (largest, sum) = largest_and_sum(&row);
                for (index, (&x, plane)) in row.iter().zip(numbers.chunks_mut(in_image)).enumerate()
                {
                    let truth = if index == class as usize {
                        T::ONE
                    } else {
                        T::ZERO
                    };
                    plane[pixel] = weight * share * ((x - largest).exponential() / sum - truth);
                }
            }
        };
        let mut numbers = logits.elements::<T>()?.to_vec();
        let classes = classes.elements::<u32>()?.par_chunks(in_image);
        let weights = weights.elements::<T>()?.par_chunks(in_image);
        (numbers.par_chunks_mut(count * in_image))
            .zip(classes.zip(weights))
            .for_each(of_image);
        stored(numbers, logits.shape())
    }
}

/// Reads the logits of all classes at a pixel.
fn read_row<T: Scalar>(image: &[T], pixel: usize, row: &mut [T]) {
    let planes = image.chunks(image.len() / row.len());
    for (x, plane) in row.iter_mut().zip(planes) {
        *x = plane[pixel];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::cross_entropy;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    fn classes() -> Tensor {
        let numbers = (0..24u32).map(|index| index * index % 3);
        let classes = Tensor::from_iter(numbers, &Device::Cpu).unwrap();
        classes.reshape((2, 3, 4)).unwrap()
    }

    #[test]
    fn gradients_agree_with_differences() {
        let (logits, weights) = (normal(&[2, 3, 3, 4], 1), normal(&[2, 1, 3, 4], 2));
        assert_gradients(std::slice::from_ref(&logits), |x| {
            pixel_cross_entropy(&x[0], &classes())
        });
        assert_gradients(&[logits], |x| {
            pixel_weighted_cross_entropy(&x[0], &classes(), &weights)
        });
    }

    #[test]
    fn without_weights_it_is_the_cross_entropy_of_all_pixels() {
        let logits = (normal(&[2, 3, 3, 4], 1) * 1e3).unwrap();
        let rows = logits
            .permute((0, 2, 3, 1))
            .unwrap()
            .reshape((24, 3))
            .unwrap();
        let wanted = cross_entropy(&rows, &classes().flatten_all().unwrap()).unwrap();
        let found = pixel_cross_entropy(&logits, &classes()).unwrap();
        let [wanted, found] = [wanted, found].map(|loss| loss.to_scalar::<f64>().unwrap());
        assert!((found - wanted).abs() < 1e-10, "{found}, not {wanted}");
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        let logits = normal(&[2, 3, 3, 4], 1);
        for shape in [vec![2, 3, 3, 4], vec![3, 4], vec![2, 4, 3]] {
            let weights = normal(&shape, 2);
            let error = pixel_weighted_cross_entropy(&logits, &classes(), &weights).unwrap_err();
            assert!(error.to_string().contains("one for each pixel"), "{error}");
        }
    }
}
