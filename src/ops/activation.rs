//! Activation functions, element by element.

use super::scalar::Scalar;
use super::storage::{by_type, elements};
use crate::Result;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Shape, Tensor};
use rayon::prelude::*;

/// Numbers that one task works on.
const CHUNK: usize = 1 << 14;

/// The exponential linear unit (Clevert et al. 2016, eq. 15): `x` where it is positive, else `alpha * (exp(x) - 1)`.
///
/// # Errors
/// When the numbers are neither f32 nor f64.
pub fn elu(input: &Tensor, alpha: f64) -> Result<Tensor> {
    if !input.device().is_cpu() {
        return Ok(input.elu(alpha)?);
    }
    Ok(input.contiguous()?.apply_op1(Elu { alpha })?)
}

/// The logistic function `1 / (1 + exp(-x))`; candle's, which is right and fast.
///
/// # Errors
/// When the numbers are no floating-point numbers.
pub fn sigmoid(input: &Tensor) -> Result<Tensor> {
    Ok(candle_nn::ops::sigmoid(input)?)
}

struct Elu {
    alpha: f64,
}

impl CustomOp1 for Elu {
    fn name(&self) -> &'static str {
        "elu"
    }

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            storage: &CpuStorage,
            layout: &Layout,
            alpha: f64,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let input = elements::<T>(storage, layout)?;
            let alpha = T::of(alpha);
            let mut result = vec![T::ZERO; input.len()];
            result
                .par_chunks_mut(CHUNK)
                .zip(input.par_chunks(CHUNK))
                .for_each(|(result, input)| {
                    for (result, &x) in result.iter_mut().zip(input) {
                        *result = if x > T::ZERO {
                            x
                        } else {
                            alpha * x.exponential_minus_one()
                        };
                    }
                });
            Ok((T::to_cpu_storage_owned(result), layout.shape().clone()))
        }
        by_type!("elu", storage, run(storage, layout, self.alpha))
    }

    fn bwd(
        &self,
        _input: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<Option<Tensor>> {
        result
            .apply_op2_no_bwd(&gradient.contiguous()?, &EluGradient { alpha: self.alpha })
            .map(Some)
    }
}

/// From the result: its derivative is 1 where it is positive, else `result + alpha`.
struct EluGradient {
    alpha: f64,
}

impl CustomOp2 for EluGradient {
    fn name(&self) -> &'static str {
        "elu-gradient"
    }

    fn cpu_fwd(
        &self,
        output: &CpuStorage,
        output_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            output: (&CpuStorage, &Layout),
            gradient: (&CpuStorage, &Layout),
            alpha: f64,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let (outputs, gradients) = (
                elements::<T>(output.0, output.1)?,
                elements::<T>(gradient.0, gradient.1)?,
            );
            let alpha = T::of(alpha);
            let mut result = vec![T::ZERO; outputs.len()];
            result
                .par_chunks_mut(CHUNK)
                .zip(outputs.par_chunks(CHUNK))
                .zip(gradients.par_chunks(CHUNK))
                .for_each(|((result, outputs), gradients)| {
                    for ((result, &output), &gradient) in
                        result.iter_mut().zip(outputs).zip(gradients)
                    {
                        *result = if output > T::ZERO {
                            gradient
                        } else {
                            gradient * (output + alpha)
                        };
                    }
                });
            Ok((T::to_cpu_storage_owned(result), output.1.shape().clone()))
        }
        by_type!(
            "elu",
            output,
            run(
                (output, output_layout),
                (gradient, gradient_layout),
                self.alpha
            )
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn gradients_agree_with_differences() {
        assert_gradients(&[normal(&[3, 5], 1)], |inputs| elu(&inputs[0], 1.0));
        assert_gradients(&[normal(&[4, 2], 2).t().unwrap()], |inputs| {
            elu(&inputs[0], 0.5)
        });
        assert_gradients(&[normal(&[7], 3)], |inputs| sigmoid(&inputs[0]));
    }
}
