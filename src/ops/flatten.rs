//! From feature maps to features.

use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, stored};
use super::simd::Registers;
use super::tape::apply1;
use crate::{Result, Tensor};
use candle_core::Shape;

/// Flattens all dimensions of `input` (N, ...) but the first: (N, F), as PyTorch's `flatten(input, 1)`. candle's `flatten_from(1)`
/// gives the same; this one is known to [`backward`](super::backward()).
///
/// # Errors
/// When the input has no dimension.
pub fn flatten(input: &Tensor) -> Result<Tensor> {
    let count = input.dim(0)?;
    reshape(input, (count, input.dims()[1..].iter().product::<usize>()))
}

/// The same elements in another shape, as an operation that [`backward`](super::backward()) knows.
pub(super) fn reshape(input: &Tensor, shape: impl Into<Shape>) -> Result<Tensor> {
    let shape = shape.into();
    if input.shape() == &shape {
        return Ok(input.clone());
    }
    match input.track_op() {
        true => apply1(input, Reshape(shape)),
        false => Ok(input.reshape(shape)?),
    }
}

pub(super) struct Reshape(pub Shape);

impl Operation<1> for Reshape {
    const NAME: &'static str = "flatten";

    on_cuda!(1, flatten);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        stored(input.elements::<T>()?.to_vec(), self.0.clone())
    }

    fn gradients(
        &self,
        [input]: [&Tensor; 1],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        Ok([Some(gradient.reshape(input.shape())?)])
    }
}
