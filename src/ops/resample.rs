//! Changing the size of an image by weighted sums: average pooling and upsampling.
//!
//! Each of these sums along the rows with one set of weights and along the columns with another, so all are the same operation
//! with different weights, and its gradient is the operation with the weights transposed.

use super::conv_options::Pair;
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute1, stored};
use super::pool_options::{PoolOptions, Window};
use super::simd::Registers;
use super::tape::apply1;
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// The mean of each window of `input` (N, C, H, W), as PyTorch's `avg_pool2d`.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::{PoolOptions, avg_pool2d};
/// let image = Tensor::arange(0f32, 4., &Device::Cpu)?.reshape((1, 1, 2, 2))?;
/// assert_eq!(avg_pool2d(&image, &PoolOptions::new(2))?.flatten_all()?.to_vec1::<f32>()?, [1.5]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the input is not (N, C, H, W) or [`PoolOptions`] do not fit it.
pub fn avg_pool2d(input: &Tensor, options: &PoolOptions) -> Result<Tensor> {
    let (rows, columns) = options.windows("avg_pool2d", input)?;
    let (_, _, height, width) = input.dims4()?;
    let axis = |windows: &[Window], size| {
        let means = windows.iter().map(|window| {
            let weight = 1.0 / window.counted as f64;
            (window.start..window.end)
                .map(|source| (source, weight))
                .collect()
        });
        Axis::new(means.collect(), size)
    };
    resample(input, axis(&rows, height), axis(&columns, width))
}

/// Means of windows that cover `input` (N, C, H, W) in `size` steps: (N, C, size), as PyTorch's `adaptive_avg_pool2d`; step `i`
/// of `n` covers the pixels from `floor(i * H / n)` to below `ceil((i + 1) * H / n)`.
///
/// # Errors
/// When the input is not (N, C, H, W), or a size is 0: PyTorch would return an image without pixels, which is a mistake rather than
/// what you want.
pub fn adaptive_avg_pool2d(input: &Tensor, size: impl Into<Pair>) -> Result<Tensor> {
    let (size, height, width) = sizes("adaptive_avg_pool2d", input, size.into())?;
    let axis = |size: usize, sources: usize| {
        let means = (0..size).map(|index| {
            let window = index * sources / size..((index + 1) * sources).div_ceil(size);
            let weight = 1.0 / window.len() as f64;
            window.map(|source| (source, weight)).collect()
        });
        Axis::new(means.collect(), sources)
    };
    resample(input, axis(size.0, height), axis(size.1, width))
}

/// Enlarges (or shrinks) `input` (N, C, H, W) to `size` by taking the nearest pixel, as PyTorch's `interpolate` with mode
/// "nearest": pixel `floor(i * H / size)`. (candle's `Tensor::upsample_nearest2d` may overwrite a gradient instead of adding to it.)
///
/// For a `scale_factor` of PyTorch's that gives whole numbers of pixels, pass the size that it gives. For others, PyTorch gives the
/// same only with `recompute_scale_factor`. The quotient is rounded as in single precision, whatever the image's; PyTorch rounds it
/// in another way for images of f64, and then sends some gradients to other pixels than those that it took.
///
/// # Errors
/// When the input is not (N, C, H, W), or a size is 0.
pub fn upsample_nearest2d(input: &Tensor, size: impl Into<Pair>) -> Result<Tensor> {
    let (size, height, width) = sizes("upsample_nearest2d", input, size.into())?;
    let axis = |size: usize, sources: usize| {
        // In single precision, as PyTorch does.
        let scale = sources as f32 / size as f32;
        let nearest =
            (0..size).map(|index| vec![(((index as f32 * scale) as usize).min(sources - 1), 1.0)]);
        Axis::new(nearest.collect(), sources)
    };
    resample(input, axis(size.0, height), axis(size.1, width))
}

/// Enlarges (or shrinks) `input` (N, C, H, W) to `size` by linear interpolation between neighbouring pixels, as PyTorch's
/// `interpolate` with mode "bilinear". With `align_corners` the centres of the corner pixels stay where they are, otherwise the edges
/// of the image do. (candle's `Tensor::upsample_bilinear2d` has no gradient.) For a scale factor see [`upsample_nearest2d`].
///
/// # Errors
/// When the input is not (N, C, H, W), or a size is 0.
pub fn upsample_bilinear2d(
    input: &Tensor,
    size: impl Into<Pair>,
    align_corners: bool,
) -> Result<Tensor> {
    let (size, height, width) = sizes("upsample_bilinear2d", input, size.into())?;
    let axis = |size: usize, sources: usize| {
        let between = (0..size).map(|index| {
            let place = match align_corners {
                true if size == 1 => 0.0,
                true => index as f64 * (sources - 1) as f64 / (size - 1) as f64,
                false => ((index as f64 + 0.5) * sources as f64 / size as f64 - 0.5).max(0.0),
            };
            let first = (place as usize).min(sources - 1);
            match first + 1 < sources {
                true => vec![
                    (first, 1.0 - (place - first as f64)),
                    (first + 1, place - first as f64),
                ],
                false => vec![(first, 1.0)],
            }
        });
        Axis::new(between.collect(), sources)
    };
    resample(input, axis(size.0, height), axis(size.1, width))
}

fn sizes(name: &str, input: &Tensor, size: Pair) -> Result<(Pair, usize, usize)> {
    match *input.dims() {
        [_, _, height, width] if height > 0 && width > 0 && size.0 > 0 && size.1 > 0 => {
            Ok((size, height, width))
        }
        _ => Err(Error::Invalid(format!(
            "{name}: input {:?} to {} x {}: the input is (N, C, H, W), and no size is 0",
            input.shape(),
            size.0,
            size.1
        ))),
    }
}

/// The sources of each result along one axis, with their weights.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub results: Vec<Vec<(usize, f64)>>,
    sources: usize,
}

impl Axis {
    fn new(results: Vec<Vec<(usize, f64)>>, sources: usize) -> Self {
        Axis { results, sources }
    }

    /// From results to sources.
    fn transposed(&self) -> Self {
        let mut results = vec![Vec::new(); self.sources];
        for (result, sources) in self.results.iter().enumerate() {
            for &(source, weight) in sources {
                results[source].push((result, weight));
            }
        }
        Axis::new(results, self.results.len())
    }
}

fn resample(input: &Tensor, rows: Axis, columns: Axis) -> Result<Tensor> {
    apply1(input, Resample { rows, columns })
}

#[derive(Debug, Clone)]
pub(super) struct Resample {
    pub rows: Axis,
    pub columns: Axis,
}

impl Operation<1> for Resample {
    const NAME: &'static str = "resample";

    on_cuda!(1, resample);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let Resample { rows, columns } = self;
        let (n, channels, height, width) = input.shape().dims4()?;
        let input = input.elements::<T>()?;
        let (new_height, new_width) = (rows.results.len(), columns.results.len());
        let mut result = vec![T::ZERO; n * channels * new_height * new_width];
        result
            .par_chunks_mut(new_height * new_width)
            .zip(input.par_chunks(height * width))
            .for_each(|(result, plane)| {
                // First along the columns, for each row of the input.
                let mut narrow = vec![T::ZERO; height * new_width];
                for (line, source) in narrow.chunks_mut(new_width).zip(plane.chunks(width)) {
                    for (number, sources) in line.iter_mut().zip(&columns.results) {
                        for &(x, weight) in sources {
                            *number += source[x] * T::of(weight);
                        }
                    }
                }
                for (line, sources) in result.chunks_mut(new_width).zip(&rows.results) {
                    for &(y, weight) in sources {
                        let weight = T::of(weight);
                        let source = &narrow[y * new_width..][..new_width];
                        for (number, &source) in line.iter_mut().zip(source) {
                            *number += source * weight;
                        }
                    }
                }
            });
        let shape = (n, channels, new_height, new_width);
        stored(result, shape)
    }

    fn gradients(
        &self,
        _: [&Tensor; 1],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        let back = Resample {
            rows: self.rows.transposed(),
            columns: self.columns.transposed(),
        };
        Ok([Some(compute1(gradient, back)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn gradients_agree_with_differences() {
        let shapes = [[1, 2, 5, 7], [2, 1, 1, 3], [1, 1, 6, 4]];
        for shape in shapes {
            let input = [normal(&shape, 1)];
            assert_gradients(&input, |inputs| adaptive_avg_pool2d(&inputs[0], (3, 2)));
            assert_gradients(&input, |inputs| upsample_nearest2d(&inputs[0], (7, 9)));
            for align_corners in [false, true] {
                assert_gradients(&input, |inputs| {
                    upsample_bilinear2d(&inputs[0], (8, 5), align_corners)
                });
            }
        }
        for options in [
            PoolOptions::new(2),
            PoolOptions::new(3).stride(2).padding(1),
            PoolOptions::new((3, 2))
                .stride(2)
                .ceil_mode(true)
                .count_include_pad(false),
        ] {
            assert_gradients(&[normal(&[1, 2, 6, 7], 2)], |inputs| {
                avg_pool2d(&inputs[0], &options)
            });
        }
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        let message = upsample_nearest2d(&normal(&[2, 3], 1), 4)
            .unwrap_err()
            .to_string();
        assert!(message.contains("(N, C, H, W)"), "{message}");
        assert!(adaptive_avg_pool2d(&normal(&[1, 1, 2, 2], 1), 0).is_err());
    }
}
