//! The largest of each window.

use super::scalar::Scalar;
use super::storage::{by_type, elements};
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Shape, Tensor};
use rayon::prelude::*;

/// Takes the largest number of each `kernel` x `kernel` window, every `stride` pixels: (N, C, H, W) becomes
/// (N, C, floor((H - kernel) / stride) + 1, ...), as PyTorch's `max_pool2d`.
///
/// As in PyTorch, the gradient goes to the first of several equal maxima, and a window that holds NaN gives NaN.
/// (candle's own gradient is shared out wrongly between the numbers of a window.) On CUDA only the forward pass is there.
///
/// # Errors
/// When the input is not (N, C, H, W) or smaller than the window.
pub fn max_pool2d(input: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    match *input.dims() {
        [_, _, height, width]
            if kernel > 0 && stride > 0 && height >= kernel && width >= kernel => {}
        _ => {
            return Err(Error::Invalid(format!(
                "max_pool2d: input {:?} does not fit a window of {kernel} x {kernel} every {stride} pixels: the input is \
                 (N, C, H, W) and at least as large as the window",
                input.shape()
            )));
        }
    }
    if !input.device().is_cpu() {
        return Ok(input.max_pool2d_with_stride(kernel, stride)?);
    }
    Ok(input
        .contiguous()?
        .apply_op1(MaxPool2d { kernel, stride })?)
}

#[derive(Debug, Clone, Copy)]
struct MaxPool2d {
    kernel: usize,
    stride: usize,
}

impl MaxPool2d {
    fn pooled(&self, size: usize) -> usize {
        (size - self.kernel) / self.stride + 1
    }

    /// Calls `found` with the index of each result and that of its maximum, for one plane.
    fn for_each_maximum<T: Scalar>(
        &self,
        plane: &[T],
        height: usize,
        width: usize,
        mut found: impl FnMut(usize, usize),
    ) {
        let pooled_width = self.pooled(width);
        for y in 0..self.pooled(height) {
            for x in 0..pooled_width {
                let corner = y * self.stride * width + x * self.stride;
                let mut best = corner;
                for row in 0..self.kernel {
                    for column in 0..self.kernel {
                        let index = corner + row * width + column;
                        let is_first_nan =
                            plane[index].is_not_a_number() && !plane[best].is_not_a_number();
                        if plane[index] > plane[best] || is_first_nan {
                            best = index;
                        }
                    }
                }
                found(y * pooled_width + x, best);
            }
        }
    }
}

impl CustomOp1 for MaxPool2d {
    fn name(&self) -> &'static str {
        "max-pool2d"
    }

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            storage: &CpuStorage,
            layout: &Layout,
            pool: MaxPool2d,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let input = elements::<T>(storage, layout)?;
            let (n, channels, height, width) = layout.shape().dims4()?;
            let (pooled_height, pooled_width) = (pool.pooled(height), pool.pooled(width));
            let mut result = vec![T::ZERO; n * channels * pooled_height * pooled_width];
            result
                .par_chunks_mut(pooled_height * pooled_width)
                .zip(input.par_chunks(height * width))
                .for_each(|(result, plane)| {
                    pool.for_each_maximum(plane, height, width, |to, from| result[to] = plane[from])
                });
            Ok((
                T::to_cpu_storage_owned(result),
                (n, channels, pooled_height, pooled_width).into(),
            ))
        }
        by_type!("max_pool2d", storage, run(storage, layout, *self))
    }

    fn bwd(
        &self,
        input: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<Option<Tensor>> {
        input
            .apply_op2_no_bwd(&gradient.contiguous()?, &MaxPool2dGradient(*self))
            .map(Some)
    }
}

struct MaxPool2dGradient(MaxPool2d);

impl CustomOp2 for MaxPool2dGradient {
    fn name(&self) -> &'static str {
        "max-pool2d-gradient"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            input: (&CpuStorage, &Layout),
            gradient: (&CpuStorage, &Layout),
            pool: MaxPool2d,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let (_, _, height, width) = input.1.shape().dims4()?;
            let (_, _, pooled_height, pooled_width) = gradient.1.shape().dims4()?;
            let (numbers, gradients) = (
                elements::<T>(input.0, input.1)?,
                elements::<T>(gradient.0, gradient.1)?,
            );
            let mut result = vec![T::ZERO; numbers.len()];
            result
                .par_chunks_mut(height * width)
                .zip(numbers.par_chunks(height * width))
                .zip(gradients.par_chunks(pooled_height * pooled_width))
                .for_each(|((result, plane), gradient)| {
                    pool.for_each_maximum(plane, height, width, |from, to| {
                        result[to] += gradient[from]
                    });
                });
            Ok((T::to_cpu_storage_owned(result), input.1.shape().clone()))
        }
        by_type!(
            "max_pool2d",
            input,
            run((input, input_layout), (gradient, gradient_layout), self.0)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::{Device, Var};

    #[test]
    fn gradients_agree_with_differences_for_any_window() {
        for (shape, kernel, stride) in [
            ([2, 3, 6, 6], 2, 2),
            ([1, 1, 5, 7], 2, 2),
            ([1, 2, 7, 7], 3, 2),
            ([1, 1, 6, 5], 2, 3),
            ([1, 1, 4, 4], 3, 1),
        ] {
            assert_gradients(&[normal(&shape, 5)], |inputs| {
                max_pool2d(&inputs[0], kernel, stride)
            });
        }
    }

    #[test]
    fn ties_go_to_the_first_and_nan_passes() {
        let input = Var::from_tensor(
            &Tensor::ones((1, 1, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap(),
        )
        .unwrap();
        let gradients = max_pool2d(&input, 2, 2)
            .unwrap()
            .sum_all()
            .unwrap()
            .backward()
            .unwrap();
        let gradient = gradients
            .get(&input)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        assert_eq!(gradient, [1., 0., 0., 0.]);
        let input =
            Tensor::from_slice(&[1f32, f32::NAN, 3., 2.], (1, 1, 2, 2), &Device::Cpu).unwrap();
        let pooled = max_pool2d(&input, 2, 2)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        assert!(pooled[0].is_nan());
    }
}
