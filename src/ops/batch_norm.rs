//! Batch normalisation (Ioffe and Szegedy 2015, algorithm 1).

use super::activation::Activation;
use super::epilogue::Epilogue;
use super::memory::{CHUNK, written};
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute1, compute3, stored};
use super::scalar::Scalar;
use super::simd::{Registers, vectorize};
use super::tape::apply3;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use rayon::prelude::*;

/// The statistics that channels are normalised by.
#[derive(Debug, Clone)]
pub enum Statistics {
    /// Mean and variance of each channel of the batch itself, as in training.
    Batch,
    /// Statistics (C) that were collected before, as in evaluation.
    Running { mean: Tensor, variance: Tensor },
}

/// Normalises each channel of `input` (N, C, H, W), then scales it by `weight` (C) and adds `bias` (C):
/// `(x - mean) / sqrt(variance + epsilon) * weight + bias`, with the biased variance, as PyTorch's `batch_norm`.
///
/// # Errors
/// When the shapes do not fit, or a batch has only one value for each channel: one image of one pixel.
pub fn batch_norm(
    input: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    statistics: &Statistics,
    epsilon: f64,
) -> Result<Tensor> {
    check(input, &[weight, bias])?;
    let (mean, variance, of_batch) = match statistics {
        Statistics::Batch => {
            let (mean, variance) = batch_statistics(input)?;
            (mean, variance, true)
        }
        Statistics::Running { mean, variance } => (mean.clone(), variance.clone(), false),
    };
    let identity = Activation::Identity;
    normalize(
        input,
        weight,
        bias,
        (&mean, &variance, of_batch),
        epsilon,
        identity,
    )
}

/// [`batch_norm`] with given statistics, `of_batch` when they are those of [`batch_statistics`], then an activation.
pub(crate) fn normalize(
    input: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    (mean, variance, of_batch): (&Tensor, &Tensor, bool),
    epsilon: f64,
    activation: Activation,
) -> Result<Tensor> {
    activation.check()?;
    check(input, &[weight, bias, mean, variance])?;
    // On a GPU the activation is an operation of its own.
    let (fused, afterwards) = match input.device().is_cpu() {
        true => (activation, Activation::Identity),
        false => (Activation::Identity, activation),
    };
    let operation = BatchNorm {
        mean: mean.to_dtype(DType::F64)?.contiguous()?,
        scale: (variance.to_dtype(DType::F64)? + epsilon)?
            .sqrt()?
            .recip()?,
        of_batch,
        epilogue: Epilogue {
            activation: fused,
            dropout: None,
        },
    };
    Epilogue::from(afterwards).forward(&apply3(input, weight, bias, operation)?)
}

/// Mean and (biased) variance of each channel of `input` (N, C, H, W). They carry no gradient; [`batch_norm`] takes care of that.
///
/// # Errors
/// When the input is not (N, C, H, W), or has only one value for each channel.
pub fn batch_statistics(input: &Tensor) -> Result<(Tensor, Tensor)> {
    let channels = check(input, &[])?;
    let count = input.elem_count() / channels.max(1);
    if count < 2 {
        return Err(Error::Invalid(format!(
            "batch_norm: input {:?}: a single value for each channel has no variance: train with larger batches; if only the last \
             batch is so small, leave it out with the loader's `.drop_last(true)`",
            input.shape()
        )));
    }
    let moments = compute1(&input.detach(), Moments)?;
    let moments = moments.to_dtype(input.dtype())?;
    Ok((moments.get(0)?, moments.get(1)?))
}

/// Mean and variance of each channel, (N, C, H, W) to (2, C) of f64.
pub(super) struct Moments;

impl Operation<1> for Moments {
    const NAME: &'static str = "batch_statistics";

    on_cuda!(1, moments);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let (_, channels, height, width) = input.shape().dims4()?;
        let numbers = input.elements::<T>()?;
        let of_channel = |channel: usize| {
            let planes = numbers.chunks_exact(height * width);
            let planes = planes.skip(channel).step_by(channels);
            let pairs = planes.map(|plane| (plane, plane));
            let count = (numbers.len() / channels) as f64;
            let [sum] = sums(pairs.clone(), |x, _| [x]);
            let mean = sum / count;
            let center = T::of(mean);
            let [squares] = sums(pairs, |x, _| [(x - center) * (x - center)]);
            (mean, squares / count)
        };
        let (mut moments, variances): (Vec<f64>, Vec<f64>) =
            (0..channels).into_par_iter().map(of_channel).unzip();
        moments.extend(variances);
        stored(moments, (2, channels))
    }
}

/// The sums of `terms` over pairs of slices. Many partial sums run in parallel lanes, each over few elements: a single one would wait
/// for itself, and a long one would lose digits.
fn sums<'a, T: Scalar, const N: usize>(
    pairs: impl Iterator<Item = (&'a [T], &'a [T])>,
    terms: impl Fn(T, T) -> [T; N],
) -> [f64; N] {
    const FEW: usize = 64 * LANES;
    let mut totals = [[0.0; LANES]; N];
    vectorize(|| {
        for (first, second) in pairs {
            for (first, second) in first.chunks(FEW).zip(second.chunks(FEW)) {
                let mut sums = [[T::ZERO; LANES]; N];
                let (first, first_rest) = first.as_chunks::<LANES>();
                let (second, second_rest) = second.as_chunks::<LANES>();
                for (first, second) in first.iter().zip(second) {
                    add(&mut sums, first, second, &terms);
                }
                add(&mut sums, first_rest, second_rest, &terms);
                for (totals, sums) in totals.iter_mut().zip(sums) {
                    for (total, sum) in totals.iter_mut().zip(sums) {
                        *total += sum.to_f64();
                    }
                }
            }
        }
    });
    totals.map(|totals| totals.into_iter().sum())
}

/// How many partial sums run at a time.
const LANES: usize = 16;

#[inline(always)]
fn add<T: Scalar, const N: usize>(
    sums: &mut [[T; LANES]; N],
    first: &[T],
    second: &[T],
    terms: impl Fn(T, T) -> [T; N],
) {
    for (lane, (&first, &second)) in first.iter().zip(second).enumerate() {
        for (sum, term) in sums.iter_mut().zip(terms(first, second)) {
            sum[lane] += term;
        }
    }
}

/// How many planes one task works on, so that no task is small.
fn planes_together(plane: usize) -> usize {
    (CHUNK / plane).max(1)
}

fn check(input: &Tensor, of_channels: &[&Tensor]) -> Result<usize> {
    match *input.dims() {
        [_, channels, _, _] if of_channels.iter().all(|tensor| tensor.dims() == [channels]) => {
            Ok(channels)
        }
        _ => {
            let shapes: Vec<_> = of_channels.iter().map(|tensor| tensor.dims()).collect();
            Err(Error::Invalid(format!(
                "batch_norm: input {:?} must be (N, C, H, W), and weight, bias and statistics must be (C); they are {shapes:?}",
                input.shape()
            )))
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct BatchNorm {
    /// (C) of f64, like the scale.
    pub mean: Tensor,
    /// One over the standard deviation.
    pub scale: Tensor,
    pub of_batch: bool,
    epilogue: Epilogue,
}

impl Operation<3> for BatchNorm {
    const NAME: &'static str = "batch_norm";

    on_cuda!(3, batch_norm);

    fn compute<T: Registers>(&self, [input, weight, bias]: [Input<'_>; 3]) -> Output {
        let shape = input.shape().clone();
        let (_, channels, height, width) = shape.dims4()?;
        let numbers = input.elements::<T>()?;
        let (weight, bias) = (weight.elements::<T>()?, bias.elements::<T>()?);
        let (means, scales) = (self.mean.to_vec1::<f64>()?, self.scale.to_vec1::<f64>()?);
        let plane = (height * width).max(1);
        let together = planes_together(plane);
        let result = written(numbers.len(), |result| {
            let results = result.par_chunks_mut(together * plane);
            let tasks = results.zip(numbers.par_chunks(together * plane));
            tasks.enumerate().for_each(|(task, (results, numbers))| {
                let results = results.write_copy_of_slice(numbers);
                vectorize(|| {
                    for (index, result) in results.chunks_exact_mut(plane).enumerate() {
                        let channel = (task * together + index) % channels;
                        let factor = weight[channel] * T::of(scales[channel]);
                        let (mean, bias) = (T::of(means[channel]), bias[channel]);
                        for x in result {
                            *x = (*x - mean) * factor + bias;
                        }
                    }
                });
                self.epilogue.activation.run(results);
            });
        });
        stored(result, shape)
    }

    /// The gradients of the paper's section 3, combined: with `z` the normalised values and `m` of them in a channel,
    /// `dx = weight * scale * (dy - (sum(dy) + z * sum(dy * z)) / m)`; without the sums when the statistics are constants.
    fn gradients(
        &self,
        [input, weight, _]: [&Tensor; 3],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let gradient = self.epilogue.gradient(result, gradient)?;
        let operation = BatchNormGradient(self.clone());
        // After the gradient of the input come two sums for each channel: the gradients of weight and bias.
        let packed = compute3(input, weight, &gradient, operation)?;
        let count = input.elem_count();
        let channels = weight.dim(0)?;
        Ok([
            Some(packed.narrow(0, 0, count)?.reshape(input.shape())?),
            Some(packed.narrow(0, count, channels)?),
            Some(packed.narrow(0, count + channels, channels)?),
        ])
    }
}

/// The gradients of input, weight and bias, one after the other in memory.
pub(super) struct BatchNormGradient(pub BatchNorm);

impl Operation<3> for BatchNormGradient {
    const NAME: &'static str = "gradient of batch_norm";

    on_cuda!(3, batch_norm_gradient);

    fn compute<T: Registers>(&self, [input, weight, gradient]: [Input<'_>; 3]) -> Output {
        let norm = &self.0;
        let (images, channels, height, width) = input.shape().dims4()?;
        let plane = (height * width).max(1);
        let numbers = input.elements::<T>()?;
        let weight = weight.elements::<T>()?;
        let gradients = gradient.elements::<T>()?;
        let (means, scales) = (norm.mean.to_vec1::<f64>()?, norm.scale.to_vec1::<f64>()?);
        let of_channels: Vec<(f64, f64)> = (0..channels)
            .into_par_iter()
            .map(|channel| {
                let (mean, scale) = (T::of(means[channel]), scales[channel]);
                let pairs = numbers
                    .chunks_exact(plane)
                    .zip(gradients.chunks_exact(plane));
                let pairs = pairs.skip(channel).step_by(channels);
                let [of_weight, of_bias] = sums(pairs, |x, dy| [dy * (x - mean), dy]);
                (of_weight * scale, of_bias)
            })
            .collect();
        let count = (images * plane) as f64;
        let together = planes_together(plane);
        let result = written(numbers.len() + 2 * channels, |result| {
            let (of_input, of_parameters) = result.split_at_mut(numbers.len());
            let tasks = of_input.par_chunks_mut(together * plane).enumerate();
            tasks.for_each(|(task, results)| {
                vectorize(|| {
                    for (index, result) in results.chunks_exact_mut(plane).enumerate() {
                        let plane_index = task * together + index;
                        let channel = plane_index % channels;
                        let (mean, scale) = (T::of(means[channel]), scales[channel]);
                        let factor = weight[channel] * T::of(scale);
                        let (of_weight, of_bias) = match norm.of_batch {
                            true => of_channels[channel],
                            false => (0.0, 0.0),
                        };
                        let slope = T::of(of_weight * scale / count);
                        let constant = T::of(of_bias / count);
                        let place = plane_index * plane..(plane_index + 1) * plane;
                        let pairs = numbers[place.clone()].iter().zip(&gradients[place]);
                        for (result, (&x, &dy)) in result.iter_mut().zip(pairs) {
                            result.write(factor * (dy - constant - (x - mean) * slope));
                        }
                    }
                });
            });
            let (of_weights, of_biases) = of_parameters.split_at_mut(channels);
            let of_parameters = of_weights.iter_mut().zip(of_biases);
            for ((to_weight, to_bias), (of_weight, of_bias)) in of_parameters.zip(&of_channels) {
                to_weight.write(T::of(*of_weight));
                to_bias.write(T::of(*of_bias));
            }
        });
        let length = result.len();
        stored(result, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn gradients_agree_with_differences_in_training_and_evaluation() {
        for shape in [[3, 2, 2, 3], [2, 3, 1, 1]] {
            let channels = shape[1];
            let inputs = [
                normal(&shape, 1),
                normal(&[channels], 2),
                normal(&[channels], 3),
            ];
            let running = Statistics::Running {
                mean: normal(&[channels], 4),
                variance: normal(&[channels], 5).sqr().unwrap(),
            };
            for statistics in [Statistics::Batch, running] {
                assert_gradients(&inputs, |inputs| {
                    batch_norm(&inputs[0], &inputs[1], &inputs[2], &statistics, 1e-5)
                });
            }
        }
        let single = batch_statistics(&normal(&[1, 2, 1, 1], 1)).unwrap_err();
        assert!(single.to_string().contains("larger batches"), "{single}");
    }
}
