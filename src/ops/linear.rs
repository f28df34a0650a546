//! Fully connected layers as one operation.

use super::epilogue::Epilogue;
use super::flatten::reshape;
use super::matmul::{Matrix, Product};
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute2, stored};
use super::simd::Registers;
use super::tape::{apply2, apply3};
use crate::{Error, Result, Tensor};

/// `input * weight^T + bias`: `input` (..., I), `weight` (O, I) and `bias` (O) give (..., O), as PyTorch's `linear`.
///
/// On a GPU the matrix products are those of cuBLAS. With candle's operations it would take three, and memory for the gradient of
/// each.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::linear;
/// let (x, w) = (Tensor::new(&[[1f32, 2.]], &Device::Cpu)?, Tensor::new(&[[3f32, 4.], [-5., 1.]], &Device::Cpu)?);
/// let b = Tensor::new(&[0.5f32, 0.], &Device::Cpu)?;
/// assert_eq!(linear(&x, &w, Some(&b))?.to_vec2::<f32>()?, [[11.5, -3.]]);
/// assert_eq!(linear(&x, &w, None)?.to_vec2::<f32>()?, [[11., -3.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn linear(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    linear_with(input, weight, bias, Epilogue::default())
}

/// [`linear`], then `epilogue`, in one pass.
pub(crate) fn linear_with(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    epilogue: Epilogue,
) -> Result<Tensor> {
    epilogue.check()?;
    let (&[ref leading @ .., features], &[outputs, inputs]) = (input.dims(), weight.dims()) else {
        return refuse(input, weight, bias);
    };
    if features != inputs || bias.is_some_and(|bias| bias.dims() != [outputs]) {
        return refuse(input, weight, bias);
    }
    let rows = reshape(input, (leading.iter().product::<usize>(), features))?;
    let result = match bias {
        Some(bias) => apply3(&rows, weight, bias, Linear(epilogue))?,
        None => apply2(&rows, weight, Linear(epilogue))?,
    };
    reshape(&result, [leading, &[outputs]].concat())
}

fn refuse(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let bias = bias.map_or_else(String::new, |bias| format!(" and bias {:?}", bias.shape()));
    Err(Error::Invalid(format!(
        "linear: input {:?}, weight {:?}{bias} do not fit: they must be (..., I), (O, I) and (O)",
        input.shape(),
        weight.shape()
    )))
}

pub(super) struct Linear(pub Epilogue);

impl Linear {
    fn product<T: Registers>(
        &self,
        input: Input<'_>,
        weight: Input<'_>,
        bias: Option<Input<'_>>,
    ) -> Output {
        let (rows, depth) = input.shape().dims2()?;
        let columns = weight.dims()[0];
        let product = Product {
            rows,
            depth,
            columns,
            left: Matrix::Plain(input.elements::<T>()?),
            right: Matrix::Transposed(weight.elements::<T>()?),
            bias: bias.map(Input::elements::<T>).transpose()?,
            epilogue: self.0,
        };
        stored(product.compute(), (rows, columns))
    }

    /// The gradients of input and weight, from that of the product; none for an input that needs none.
    fn of_factors(
        input: &Tensor,
        weight: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let on_cpu = gradient.device().is_cpu();
        let of_input = || match on_cpu {
            true => compute2(gradient, weight, LinearGradient(Factor::Input)),
            false => gradient.matmul(&weight.detach()),
        };
        let of_weight = || match on_cpu {
            true => compute2(gradient, input, LinearGradient(Factor::Weight)),
            false => gradient.t()?.matmul(&input.detach()),
        };
        Ok([
            input.track_op().then(of_input).transpose()?,
            weight.track_op().then(of_weight).transpose()?,
        ])
    }
}

impl Operation<2> for Linear {
    const NAME: &'static str = "linear";

    on_cuda!(2, linear_without_bias);

    fn compute<T: Registers>(&self, [input, weight]: [Input<'_>; 2]) -> Output {
        self.product::<T>(input, weight, None)
    }

    fn gradients(
        &self,
        [input, weight]: [&Tensor; 2],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        Self::of_factors(input, weight, &self.0.gradient(result, gradient)?)
    }
}

impl Operation<3> for Linear {
    const NAME: &'static str = "linear";

    on_cuda!(3, linear);

    fn compute<T: Registers>(&self, [input, weight, bias]: [Input<'_>; 3]) -> Output {
        self.product::<T>(input, weight, Some(bias))
    }

    fn gradients(
        &self,
        [input, weight, _]: [&Tensor; 3],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let gradient = self.0.gradient(result, gradient)?;
        let [of_input, of_weight] = Self::of_factors(input, weight, &gradient)?;
        Ok([of_input, of_weight, Some(gradient.sum(0)?)])
    }
}

/// From the product's gradient (N, O) and one of its factors to the gradient of the other.
struct LinearGradient(Factor);

#[derive(Debug, Clone, Copy)]
enum Factor {
    Input,
    Weight,
}

impl Operation<2> for LinearGradient {
    const NAME: &'static str = "gradient of linear";

    fn compute<T: Registers>(&self, [gradient, other]: [Input<'_>; 2]) -> Output {
        let (count, outputs) = gradient.shape().dims2()?;
        let columns = other.dims()[1];
        let gradients = gradient.elements::<T>()?;
        let (rows, depth, left) = match self.0 {
            Factor::Input => (count, outputs, Matrix::Plain(gradients)),
            Factor::Weight => (outputs, count, Matrix::Transposed(gradients)),
        };
        let product = Product {
            rows,
            depth,
            columns,
            left,
            right: Matrix::Plain(other.elements::<T>()?),
            bias: None,
            epilogue: Epilogue::default(),
        };
        stored(product.compute(), (rows, columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Activation;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn values_are_the_definitions_and_gradients_agree_with_differences() {
        for (activation, rows) in [
            (Activation::Identity, 3),
            (Activation::Elu(1.0), 1),
            (Activation::Sigmoid, 5),
        ] {
            let inputs = [normal(&[rows, 4], 1), normal(&[2, 4], 2), normal(&[2], 3)];
            let with = |input: &Tensor, weight: &Tensor, bias: &Tensor| {
                linear_with(input, weight, Some(bias), activation.into())
            };
            assert_gradients(&inputs, |inputs| with(&inputs[0], &inputs[1], &inputs[2]));
            let product = inputs[0].matmul(&inputs[1].t().unwrap()).unwrap();
            let wanted = activation.forward(&product.broadcast_add(&inputs[2]).unwrap());
            let found = with(&inputs[0], &inputs[1], &inputs[2]).unwrap();
            let error = (found - wanted.unwrap()).unwrap().abs().unwrap();
            assert!(error.max_all().unwrap().to_scalar::<f64>().unwrap() < 1e-12);
        }
        let message = linear(
            &normal(&[3, 4], 1),
            &normal(&[2, 3], 2),
            Some(&normal(&[2], 3)),
        );
        assert!(
            message
                .unwrap_err()
                .to_string()
                .contains("(..., I), (O, I) and (O)")
        );
    }

    #[test]
    fn leading_dimensions_stay_and_the_bias_may_be_left_out() {
        let weight = normal(&[2, 4], 2);
        for shape in [vec![4], vec![3, 4], vec![2, 3, 4], vec![1, 2, 3, 4]] {
            let inputs = [normal(&shape, 1), weight.clone()];
            assert_gradients(&inputs, |inputs| linear(&inputs[0], &inputs[1], None));
            let found = linear(&inputs[0], &weight, None).unwrap();
            let rows = inputs[0].reshape(((), 4)).unwrap();
            let wanted = rows.matmul(&weight.t().unwrap()).unwrap();
            assert_eq!(found.dims()[..shape.len() - 1], shape[..shape.len() - 1]);
            let found = found.reshape(((), 2)).unwrap();
            let error = (found - wanted).unwrap().abs().unwrap();
            assert!(error.max_all().unwrap().to_scalar::<f64>().unwrap() < 1e-12);
        }
    }
}
