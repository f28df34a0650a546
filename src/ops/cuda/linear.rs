//! Fully connected layers on a GPU: cuBLAS's product, then bias and activation.

use super::finish::{Bias, finished};
use super::numbers::{Number, Numbers, Output, elements, stored};
use crate::ops::linear::Linear;
use crate::ops::storage::by_type;
use candle_core::backend::BackendStorage;

pub fn linear(operation: &Linear, input: Numbers, weight: Numbers, bias: Numbers) -> Output {
    fn run<T: Number>(
        operation: &Linear,
        input: Numbers,
        weight: Numbers,
        bias: Numbers,
    ) -> Output {
        let device = &input.0.device;
        let (rows, inputs) = input.1.shape().dims2()?;
        let outputs = weight.1.dims()[0];
        let sizes = (1, rows, outputs, inputs);
        let transposed = weight.1.transpose(0, 1)?;
        let product = input.0.matmul(weight.0, sizes, input.1, &transposed)?;
        let product = product.as_cuda_slice::<T>()?.as_view();
        let bias = elements::<T>(bias)?;
        let bias = Bias {
            numbers: &bias,
            pixels: 1,
        };
        let result = finished(device, &product, Some(bias), &operation.0)?;
        stored(device, result, (rows, outputs))
    }
    by_type!("linear", input.0, run(operation, input, weight, bias))
}
