//! Fully connected layers as one operation.

use super::activation::Activation;
use super::finish::Finish;
use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::storage::{by_type, elements};
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp3, Layout, Shape, Tensor};
use rayon::prelude::*;

/// Numbers that one task finishes.
const CHUNK: usize = 1 << 14;

/// `input * weight^T + bias`, then `activation`: `input` (N, I), `weight` (O, I) and `bias` (O) give (N, O), as PyTorch's
/// `linear`.
///
/// Matrix products are those of the crate `gemm`, which candle has, too (on a GPU those of cuBLAS); candle's operations would be three, with a gradient
/// in memory for each.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use eosin::ops::{Activation, linear};
/// let (x, w) = (Tensor::new(&[[1f32, 2.]], &Device::Cpu)?, Tensor::new(&[[3f32, 4.], [-5., 1.]], &Device::Cpu)?);
/// let b = Tensor::new(&[0.5f32, 0.], &Device::Cpu)?;
/// assert_eq!(linear(&x, &w, &b, Activation::Relu)?.to_vec2::<f32>()?, [[11.5, 0.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn linear(
    input: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    activation: Activation,
) -> Result<Tensor> {
    activation.check()?;
    match (input.dims(), weight.dims(), bias.dims()) {
        (&[_, features], &[outputs, inputs], &[biases])
            if features == inputs && outputs == biases => {}
        _ => {
            return Err(Error::Invalid(format!(
                "linear: input {:?}, weight {:?} and bias {:?} do not fit: they must be (N, I), (O, I) and (O)",
                input.shape(),
                weight.shape(),
                bias.shape()
            )));
        }
    }
    let operation = Linear(Finish {
        activation,
        dropout: None,
    });
    Ok(input
        .contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, operation)?)
}

pub(super) struct Linear(pub Finish);

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    on_cuda!(3, linear);

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            input: (&CpuStorage, &Layout),
            weight: (&CpuStorage, &Layout),
            bias: (&CpuStorage, &Layout),
            finish: Finish,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let (rows, inputs) = input.1.shape().dims2()?;
            let outputs = weight.1.dims()[0];
            let (input, weight) = (
                elements::<T>(input.0, input.1)?,
                elements::<T>(weight.0, weight.1)?,
            );
            let mut result = elements::<T>(bias.0, bias.1)?.repeat(rows);
            // SAFETY: `result` is (rows, outputs), `input` (rows, inputs), `weight` (outputs, inputs), read as its transpose.
            unsafe {
                gemm::gemm(
                    rows,
                    outputs,
                    inputs,
                    result.as_mut_ptr(),
                    1,
                    outputs as isize,
                    true,
                    input.as_ptr(),
                    1,
                    inputs as isize,
                    weight.as_ptr(),
                    inputs as isize,
                    1,
                    T::ONE,
                    T::ONE,
                    false,
                    false,
                    false,
                    gemm::Parallelism::Rayon(0),
                );
            }
            if !finish.is_nothing() {
                let chunks = result.par_chunks_mut(CHUNK).enumerate();
                chunks.for_each(|(chunk, numbers)| finish.apply(chunk * CHUNK, numbers));
            }
            Ok((T::to_cpu_storage_owned(result), (rows, outputs).into()))
        }
        let (input, weight) = ((input, input_layout), (weight, weight_layout));
        let bias = (bias, bias_layout);
        by_type!("linear", input.0, run(input, weight, bias, self.0))
    }

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = self.0.gradient(result, gradient)?;
        let for_input = input.track_op().then(|| gradient.matmul(&weight.detach()));
        let for_weight = gradient.t()?.matmul(&input.detach())?;
        Ok((
            for_input.transpose()?,
            Some(for_weight),
            Some(gradient.sum(0)?),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn values_are_the_definitions_and_gradients_agree_with_differences() {
        for (activation, rows) in [
            (Activation::Identity, 3),
            (Activation::Elu(1.0), 1),
            (Activation::Sigmoid, 5),
        ] {
            let inputs = [normal(&[rows, 4], 1), normal(&[2, 4], 2), normal(&[2], 3)];
            assert_gradients(&inputs, |inputs| {
                linear(&inputs[0], &inputs[1], &inputs[2], activation)
            });
            let product = inputs[0].matmul(&inputs[1].t().unwrap()).unwrap();
            let wanted = activation.forward(&product.broadcast_add(&inputs[2]).unwrap());
            let found = linear(&inputs[0], &inputs[1], &inputs[2], activation).unwrap();
            let error = (found - wanted.unwrap()).unwrap().abs().unwrap();
            assert!(error.max_all().unwrap().to_scalar::<f64>().unwrap() < 1e-12);
        }
        let message = linear(
            &normal(&[3, 4], 1),
            &normal(&[2, 3], 2),
            &normal(&[2], 3),
            Activation::Identity,
        );
        assert!(
            message
                .unwrap_err()
                .to_string()
                .contains("(N, I), (O, I) and (O)")
        );
    }
}
