//! A batch on its way into a model, and the loss on its way out.

use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};

/// A batch on the model's device: batches are made on the CPU.
pub(super) fn to_device(
    (input, target): (Tensor, Tensor),
    device: &Device,
) -> Result<(Tensor, Tensor)> {
    Ok((input.to_device(device)?, target.to_device(device)?))
}

/// The loss as a number, the only one that is read from a GPU in a training step.
pub(super) fn scalar(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        return Err(Error::Invalid(format!(
            "the loss must be one number, it has shape {:?}",
            loss.shape()
        )));
    }
    let loss = loss.flatten_all()?.get(0)?;
    loss.to_dtype(DType::F64)?.to_scalar()
}
