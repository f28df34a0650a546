//! Changes of an image's values, from black, 0, to white, 1.

use crate::{Error, Result, Tensor};
use candle_core::DType;

/// How far rounding may carry a value beyond 0 or 1.
const ROUNDING: f32 = 1e-4;

/// Replaces the values of `image` by those that `change` makes of them, and clips these to `0..=1`.
pub(super) fn changed(
    transform: &str,
    image: &Tensor,
    change: impl FnOnce(&mut [f32]),
) -> Result<Tensor> {
    let mut values: Vec<f32> = image.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    let range = -ROUNDING..=1.0 + ROUNDING;
    if let Some(other) = values.iter().find(|value| !range.contains(*value)) {
        return Err(Error::Invalid(format!(
            "{transform}: an image's values must be in 0..=1, this one holds {other}; if you normalise images, augment them first: \
             `Normalize::new(Augment::new(...), ...)`"
        )));
    }
    change(&mut values);
    for value in &mut values {
        *value = value.clamp(0.0, 1.0);
    }
    Tensor::from_vec(values, image.shape(), image.device())?.to_dtype(image.dtype())
}
