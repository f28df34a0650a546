//! Fully connected layers as one operation.

use super::activation::Activation;
use super::finish::Finish;
use super::matmul::{Matrix, Product};
use super::on_cuda::on_cuda;
use super::simd::Registers;
use super::storage::{by_type, elements};
use super::tape::apply3;
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Shape, Tensor};

/// `input * weight^T + bias`, then `activation`: `input` (N, I), `weight` (O, I) and `bias` (O) give (N, O), as PyTorch's
/// `linear`.
///
/// On a GPU the matrix products are those of cuBLAS. candle's operations would be three, with a gradient in memory for each.
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
    let (input, weight) = (input.contiguous()?, weight.contiguous()?);
    apply3(&input, &weight, &bias.contiguous()?, operation)
}

pub(crate) fn linear_with(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    epilogue: Finish,
) -> Result<Tensor> {
    let zeros = Tensor::zeros(weight.dim(0)?, weight.dtype(), weight.device())?;
    let input = input.contiguous()?;
    apply3(
        &input,
        &weight.contiguous()?,
        bias.unwrap_or(&zeros),
        Linear(epilogue),
    )
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
        fn run<T: Registers>(
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
            let product = Product {
                rows,
                depth: inputs,
                columns: outputs,
                left: Matrix::Plain(input),
                right: Matrix::Transposed(weight),
                bias: Some(elements::<T>(bias.0, bias.1)?),
                finish,
            };
            let result = product.compute();
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
        let by = |input: &Tensor, other: &Tensor, by| {
            let operation = || match (gradient.device().is_cpu(), by) {
                (true, _) => gradient.apply_op2_no_bwd(other, &LinearGradient(by)),
                (false, By::Input) => gradient.matmul(&other.detach()),
                (false, By::Weight) => gradient.t()?.matmul(&other.detach()),
            };
            input.track_op().then(operation).transpose()
        };
        Ok((
            by(input, weight, By::Input)?,
            by(weight, input, By::Weight)?,
            Some(gradient.sum(0)?),
        ))
    }
}

/// From the result's gradient (N, O), and the weight or the input, to the gradient of the other.
struct LinearGradient(By);

#[derive(Debug, Clone, Copy)]
enum By {
    Input,
    Weight,
}

impl CustomOp2 for LinearGradient {
    fn name(&self) -> &'static str {
        "linear-gradient"
    }

    fn cpu_fwd(
        &self,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
        other: &CpuStorage,
        other_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Registers>(
            gradient: (&CpuStorage, &Layout),
            other: (&CpuStorage, &Layout),
            by: By,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let (count, outputs) = gradient.1.shape().dims2()?;
            let columns = other.1.dims()[1];
            let (gradient, other) = (
                elements::<T>(gradient.0, gradient.1)?,
                elements::<T>(other.0, other.1)?,
            );
            let (rows, depth, left) = match by {
                By::Input => (count, outputs, Matrix::Plain(gradient)),
                By::Weight => (outputs, count, Matrix::Transposed(gradient)),
            };
            let product = Product {
                rows,
                depth,
                columns,
                left,
                right: Matrix::Plain(other),
                bias: None,
                finish: Finish::default(),
            };
            let result = product.compute();
            Ok((T::to_cpu_storage_owned(result), (rows, columns).into()))
        }
        let (gradient, other) = ((gradient, gradient_layout), (other, other_layout));
        by_type!("linear", gradient.0, run(gradient, other, self.0))
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
