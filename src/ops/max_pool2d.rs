//! The largest element of each window, and the way back.

use super::conv_options::Pair;
use super::memory::{written, zeroed};
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute1, compute2, stored};
use super::pool_options::{PoolOptions, Window};
use super::scalar::Scalar;
use super::simd::{Registers, vectorize};
use super::tape::{apply1, apply2};
use crate::{Error, Result, Tensor};
use candle_core::{DType, Shape};
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// Takes the largest element of each window of `input` (N, C, H, W): (N, C, OH, OW) with
/// `OH = floor((H + 2 * padding - kernel) / stride) + 1`, or with the next larger integer in ceil mode, as PyTorch's
/// `max_pool2d`.
///
/// As in PyTorch, the gradient goes to the first of several equal maxima, and a window that holds NaN gives NaN.
/// (candle's own `Tensor::max_pool2d` has a wrong gradient: 0.25 instead of 1 for the maximum of a 2x2 window.)
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::{PoolOptions, max_pool2d};
/// let image = Tensor::arange(0f32, 16., &Device::Cpu)?.reshape((1, 1, 4, 4))?;
/// let pooled = max_pool2d(&image, &PoolOptions::new(2))?;
/// assert_eq!(pooled.flatten_all()?.to_vec1::<f32>()?, [5., 7., 13., 15.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the input is not (N, C, H, W), also where PyTorch takes (C, H, W), or when [`PoolOptions`] do not fit it.
pub fn max_pool2d(input: &Tensor, options: &PoolOptions) -> Result<Tensor> {
    let windows = windows("max_pool2d", input, options)?;
    apply1(input, MaxPool2d(windows))
}

/// The smallest element of each window, as [`max_pool2d`] takes the largest.
///
/// # Errors
/// As [`max_pool2d`].
pub fn min_pool2d(input: &Tensor, options: &PoolOptions) -> Result<Tensor> {
    max_pool2d(&input.neg()?, options)?.neg()
}

/// [`max_pool2d`] with the index of each maximum in its plane, `y * W + x`, as u32: what [`max_unpool2d`] takes.
///
/// # Errors
/// As [`max_pool2d`].
pub fn max_pool2d_with_indices(input: &Tensor, options: &PoolOptions) -> Result<(Tensor, Tensor)> {
    let windows = windows("max_pool2d_with_indices", input, options)?;
    let pooled = max_pool2d(input, options)?;
    Ok((pooled, compute1(&input.detach(), Indices(windows))?))
}

/// Puts each element of `input` (N, C, H, W) where `indices` (the same shape, u32) say in planes of `size`, and zero elsewhere:
/// (N, C, size), as PyTorch's `max_unpool2d`. If several have the same index, the last one counts.
///
/// On a GPU the indices are not checked, since that would mean waiting for them: one outside shows as NaN in its plane's first pixel.
///
/// # Errors
/// When the shapes differ, the indices are not u32, or (on the CPU) an index lies outside.
pub fn max_unpool2d(input: &Tensor, indices: &Tensor, size: impl Into<Pair>) -> Result<Tensor> {
    let size: (usize, usize) = size.into().into();
    if input.dims() != indices.dims() || indices.dtype() != DType::U32 {
        return Err(Error::Invalid(format!(
            "max_unpool2d: input {:?} and indices {:?} must have the same shape, and the indices must be u32; they are {}",
            input.shape(),
            indices.shape(),
            indices.dtype().as_str()
        )));
    }
    apply2(input, indices, MaxUnpool2d { size })
}

pub(super) struct MaxUnpool2d {
    pub size: (usize, usize),
}

impl Operation<2> for MaxUnpool2d {
    const NAME: &'static str = "max_unpool2d";

    on_cuda!(2, max_unpool2d);

    fn compute<T: Registers>(&self, [input, indices]: [Input<'_>; 2]) -> Output {
        let (n, channels, height, width) = input.shape().dims4()?;
        let numbers = input.elements::<T>()?;
        let indices = indices.elements::<u32>()?;
        let plane = self.size.0 * self.size.1;
        if let Some(index) = indices.iter().find(|&&index| index as usize >= plane) {
            candle_core::bail!(
                "max_unpool2d: index {index} is not below {} * {}",
                self.size.0,
                self.size.1
            );
        }
        let mut result = vec![T::ZERO; n * channels * plane];
        let places = indices.par_chunks(height * width);
        result
            .par_chunks_mut(plane)
            .zip(numbers.par_chunks(height * width).zip(places))
            .for_each(|(result, (numbers, places))| {
                for (&number, &place) in numbers.iter().zip(places) {
                    result[place as usize] = number;
                }
            });
        let shape = (n, channels, self.size.0, self.size.1);
        stored(result, shape)
    }

    fn gradients(
        &self,
        [input, indices]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let gradient = gradient.flatten_from(2)?.contiguous()?;
        let taken = gradient.gather(&indices.flatten_from(2)?, 2)?;
        Ok([Some(taken.reshape(input.shape())?), None])
    }
}

fn windows(name: &str, input: &Tensor, options: &PoolOptions) -> Result<Windows> {
    let (rows, columns) = options.windows(name, input)?;
    let (_, _, height, width) = input.dims4()?;
    Ok(Windows {
        options: *options,
        rows,
        columns,
        height,
        width,
    })
}

#[derive(Debug, Clone)]
pub(super) struct Windows {
    pub options: PoolOptions,
    pub rows: Vec<Window>,
    pub columns: Vec<Window>,
    pub height: usize,
    pub width: usize,
}

impl Windows {
    fn count(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    pub fn shape(&self, input: &Shape) -> candle_core::Result<Shape> {
        let (n, channels, _, _) = input.dims4()?;
        Ok((n, channels, self.rows.len(), self.columns.len()).into())
    }

    /// Calls `found` with the index of each result and that of its maximum, for one plane.
    #[inline(always)]
    fn for_each_maximum<T: Scalar>(&self, plane: &[T], mut found: impl FnMut(usize, usize)) {
        for (y, rows) in self.rows.iter().enumerate() {
            for (x, columns) in self.columns.iter().enumerate() {
                let mut best = rows.start * self.width + columns.start;
                for row in rows.start..rows.end {
                    for index in row * self.width + columns.start..row * self.width + columns.end {
                        let is_first_nan =
                            plane[index].is_not_a_number() && !plane[best].is_not_a_number();
                        if plane[index] > plane[best] || is_first_nan {
                            best = index;
                        }
                    }
                }
                found(y * self.columns.len() + x, best);
            }
        }
    }

    /// Whether they are the usual ones: 2 x 2, without overlap.
    fn are_pairs(&self) -> bool {
        self.options.sizes() == ((2, 2), (2, 2), (0, 0))
            && 2 * self.rows.len() <= self.height
            && 2 * self.columns.len() <= self.width
    }
}

/// The larger of two, or NaN; the first if they are equal.
#[inline(always)]
fn larger<T: Scalar>(first: T, second: T) -> T {
    if first >= second || first.is_not_a_number() {
        first
    } else {
        second
    }
}

/// Maxima of pairs of pixels in two rows.
#[inline(always)]
fn maxima_of_pairs<T: Scalar>(upper: &[T], lower: &[T], result: &mut [MaybeUninit<T>]) {
    let pairs = upper
        .as_chunks::<2>()
        .0
        .iter()
        .zip(lower.as_chunks::<2>().0);
    for (result, (upper, lower)) in result.iter_mut().zip(pairs) {
        result.write(larger(
            larger(upper[0], upper[1]),
            larger(lower[0], lower[1]),
        ));
    }
}

/// Passes the gradient of each maximum, as [`maxima_of_pairs`] finds it, to where it came from.
#[inline(always)]
fn gradients_of_pairs<T: Scalar>(
    rows: (&[T], &[T]),
    gradients: &[T],
    result: (&mut [T], &mut [T]),
) {
    let second = |first: T, second: T| !(first >= second || first.is_not_a_number());
    let inputs = rows
        .0
        .as_chunks::<2>()
        .0
        .iter()
        .zip(rows.1.as_chunks::<2>().0);
    let results = result
        .0
        .as_chunks_mut::<2>()
        .0
        .iter_mut()
        .zip(result.1.as_chunks_mut::<2>().0);
    for (((upper, lower), (to_upper, to_lower)), &gradient) in inputs.zip(results).zip(gradients) {
        let is_below = second(larger(upper[0], upper[1]), larger(lower[0], lower[1]));
        let (above, below) = match is_below {
            true => (T::ZERO, gradient),
            false => (gradient, T::ZERO),
        };
        let right = second(upper[0], upper[1]);
        *to_upper = if right {
            [T::ZERO, above]
        } else {
            [above, T::ZERO]
        };
        let right = second(lower[0], lower[1]);
        *to_lower = if right {
            [T::ZERO, below]
        } else {
            [below, T::ZERO]
        };
    }
}

pub(super) struct MaxPool2d(pub Windows);

impl Operation<1> for MaxPool2d {
    const NAME: &'static str = "max_pool2d";

    on_cuda!(1, max_pool2d);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let windows = &self.0;
        let shape = windows.shape(input.shape())?;
        let input = input.elements::<T>()?;
        let (width, pairs) = (windows.width, windows.are_pairs());
        let result = written(shape.elem_count(), |result| {
            result
                .par_chunks_mut(windows.count())
                .zip(input.par_chunks(windows.height * width))
                .for_each(|(result, plane)| {
                    if !pairs {
                        return windows.for_each_maximum(plane, |to, from| {
                            result[to].write(plane[from]);
                        });
                    }
                    let rows = plane.chunks_exact(2 * width);
                    for (result, rows) in result.chunks_mut(windows.columns.len()).zip(rows) {
                        let (upper, lower) = rows.split_at(width);
                        vectorize(|| maxima_of_pairs(upper, lower, result));
                    }
                })
        });
        stored(result, shape)
    }

    fn gradients(
        &self,
        [input]: [&Tensor; 1],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        let operation = MaxPool2dGradient(self.0.clone());
        Ok([Some(compute2(input, gradient, operation)?)])
    }
}

pub(super) struct Indices(pub Windows);

impl Operation<1> for Indices {
    const NAME: &'static str = "max_pool2d_with_indices";

    on_cuda!(1, max_pool2d_indices);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let windows = &self.0;
        let shape = windows.shape(input.shape())?;
        let input = input.elements::<T>()?;
        let mut result = vec![0u32; shape.elem_count()];
        result
            .par_chunks_mut(windows.count())
            .zip(input.par_chunks(windows.height * windows.width))
            .for_each(|(result, plane)| {
                windows.for_each_maximum(plane, |to, from| result[to] = from as u32)
            });
        stored(result, shape)
    }
}

pub(super) struct MaxPool2dGradient(pub Windows);

impl Operation<2> for MaxPool2dGradient {
    const NAME: &'static str = "gradient of max_pool2d";

    on_cuda!(2, max_pool2d_gradient);

    fn compute<T: Registers>(&self, [input, gradient]: [Input<'_>; 2]) -> Output {
        let windows = &self.0;
        let shape = input.shape().clone();
        let (numbers, gradients) = (input.elements::<T>()?, gradient.elements::<T>()?);
        let plane = windows.height * windows.width;
        let (width, pairs) = (windows.width, windows.are_pairs());
        let result = written(numbers.len(), |result| {
            result
                .par_chunks_mut(plane)
                .zip(numbers.par_chunks(plane))
                .zip(gradients.par_chunks(windows.count()))
                .for_each(|((result, plane), gradients)| {
                    let result = zeroed(result);
                    if !pairs {
                        return windows.for_each_maximum(plane, |from, to| {
                            result[to] += gradients[from];
                        });
                    }
                    let rows = plane
                        .chunks_exact(2 * width)
                        .zip(result.chunks_exact_mut(2 * width));
                    for ((rows, results), gradients) in
                        rows.zip(gradients.chunks(windows.columns.len()))
                    {
                        let (rows, results) = (rows.split_at(width), results.split_at_mut(width));
                        vectorize(|| gradients_of_pairs(rows, gradients, results));
                    }
                });
        });
        stored(result, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Var;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    #[test]
    fn gradients_agree_with_differences_for_any_window() {
        let with = |size: usize| PoolOptions::new(size);
        for (shape, options) in [
            ([1, 2, 4, 6], with(2)),
            ([2, 1, 5, 7], with(2)),
            ([1, 1, 5, 5], with(3).stride(1)),
            ([1, 2, 7, 4], with(2).stride(3)),
            ([1, 1, 1, 1], with(1)),
            ([1, 2, 6, 7], with(3).stride(2).padding(1)),
            (
                [1, 1, 6, 5],
                PoolOptions::new((3, 2))
                    .stride((2, 2))
                    .padding((1, 0))
                    .ceil_mode(true),
            ),
        ] {
            assert_gradients(&[normal(&shape, 1)], |inputs| {
                max_pool2d(&inputs[0], &options)
            });
            assert_gradients(&[normal(&shape, 2)], |inputs| {
                min_pool2d(&inputs[0], &options)
            });
        }
    }

    #[test]
    fn ties_go_to_the_first_and_nan_passes() {
        for width in [2, 3] {
            let numbers: Vec<f32> = (0..2 * width)
                .map(|index| if index % width < 2 { 1.0 } else { 0.0 })
                .collect();
            let input = Tensor::from_vec(numbers, (1, 1, 2, width), &Device::Cpu).unwrap();
            let input = Var::from_tensor(&input).unwrap();
            let pooled = max_pool2d(&input, &PoolOptions::new((2, width))).unwrap();
            let gradients = pooled.sum_all().unwrap().backward().unwrap();
            let gradient = gradients.get(&input).unwrap().flatten_all().unwrap();
            let mut wanted = vec![0f32; 2 * width];
            wanted[0] = 1.0;
            assert_eq!(gradient.to_vec1::<f32>().unwrap(), wanted);
        }
        for place in 0..4 {
            let mut numbers = [3f32, 1., 2., 4.];
            numbers[place] = f32::NAN;
            let input = Tensor::new(&numbers, &Device::Cpu).unwrap();
            let pooled = max_pool2d(&input.reshape((1, 1, 2, 2)).unwrap(), &PoolOptions::new(2));
            let pooled = pooled.unwrap().flatten_all().unwrap();
            assert!(pooled.to_vec1::<f32>().unwrap()[0].is_nan());
        }
    }

    #[test]
    fn what_was_pooled_is_put_back_in_its_place() {
        let input = normal(&[2, 3, 5, 6], 1);
        let options = PoolOptions::new(2);
        let (pooled, indices) = max_pool2d_with_indices(&input, &options).unwrap();
        let back = max_unpool2d(&pooled, &indices, (5, 6)).unwrap();
        let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        for (back, input) in numbers(&back).iter().zip(numbers(&input)) {
            assert!(*back == 0.0 || *back == input);
        }
        let kept = numbers(&back).iter().filter(|&&x| x != 0.0).count();
        assert_eq!(kept, 2 * 3 * 2 * 3);
        assert_gradients(&[normal(&[2, 3, 2, 3], 5)], |inputs| {
            max_unpool2d(&inputs[0], &indices, (5, 6))
        });
        assert!(max_unpool2d(&pooled, &indices, (2, 2)).is_err());
    }

    #[test]
    fn windows_that_do_not_fit_are_refused() {
        let input = normal(&[1, 1, 2, 2], 1);
        let message = |options| max_pool2d(&input, &options).unwrap_err().to_string();
        assert!(message(PoolOptions::new(3)).contains("larger than the image"));
        assert!(message(PoolOptions::new(2).padding(2)).contains("half a window"));
    }
}
