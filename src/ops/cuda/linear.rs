//! Fully connected layers on a GPU: the product by cuBLAS, then bias and epilogue.

use super::epilogue::{Bias, with_epilogue};
use super::numbers::{Number, Numbers, Output, elements, stored};
use crate::ops::by_type::by_type;
use crate::ops::linear::Linear;
use candle_core::backend::BackendStorage;

pub fn linear(operation: &Linear, [input, weight, bias]: [Numbers; 3]) -> Output {
    by_type!(
        "linear",
        input.0,
        product(operation, input, weight, Some(bias))
    )
}

pub fn linear_without_bias(operation: &Linear, [input, weight]: [Numbers; 2]) -> Output {
    by_type!("linear", input.0, product(operation, input, weight, None))
}

fn product<T: Number>(
    operation: &Linear,
    input: Numbers,
    weight: Numbers,
    bias: Option<Numbers>,
) -> Output {
    let device = &input.0.device;
    let (rows, inputs) = input.1.shape().dims2()?;
    let outputs = weight.1.dims()[0];
    let sizes = (1, rows, outputs, inputs);
    let transposed = weight.1.transpose(0, 1)?;
    let product = input.0.matmul(weight.0, sizes, input.1, &transposed)?;
    if bias.is_none() && operation.0.is_nothing() {
        return Ok((product, (rows, outputs).into()));
    }
    let product = product.as_cuda_slice::<T>()?.as_view();
    let bias = bias.map(elements::<T>).transpose()?;
    let bias = bias.as_ref().map(|numbers| Bias { numbers, pixels: 1 });
    let result = with_epilogue(device, &product, bias, &operation.0)?;
    stored(device, result, (rows, outputs))
}
