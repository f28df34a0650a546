//! The mean of several tensors.

use crate::{Error, Result, Tensor};

/// The mean of tensors of one shape, of which there is only one at a time in memory, besides the sum.
pub(super) fn tensor_mean(
    name: &str,
    tensors: impl IntoIterator<Item = Result<Tensor>>,
) -> Result<Tensor> {
    let mut sum: Option<Tensor> = None;
    let mut count = 0;
    for tensor in tensors {
        let tensor = tensor?;
        sum = Some(match sum {
            None => tensor,
            Some(sum) if sum.dims() == tensor.dims() => sum.add(&tensor)?,
            Some(sum) => {
                return Err(Error::Invalid(format!(
                    "{name}: answers must have the same shape, but there are {:?} and {:?}",
                    sum.dims(),
                    tensor.dims()
                )));
            }
        });
        count += 1;
    }
    match sum {
        Some(sum) => sum.affine(1.0 / f64::from(count), 0.0),
        None => Err(Error::Invalid(format!(
            "{name}: there is nothing to take the mean of"
        ))),
    }
}
