//! What the metrics of two classes take: a number for each image, and whether the image is of class 1.

use super::not_a_number::refuse_nan;
use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};

/// The number of each image, and whether it is positive (of class 1). `numbers` (N) are called `what` in errors, `classes` (N)
/// are 0 and 1, and N is at least 1.
pub(super) fn with_classes(
    name: &str,
    what: &str,
    numbers: &Tensor,
    classes: &Tensor,
) -> Result<Vec<(f64, bool)>> {
    let refuse = |rule: &str| {
        Error::Invalid(format!(
            "{name}: {what} {:?} and classes {:?} ({}): {rule}",
            numbers.shape(),
            classes.shape(),
            classes.dtype().as_str()
        ))
    };
    if numbers.rank() != 1 || numbers.dims() != classes.dims() || !classes.dtype().is_int() {
        return Err(refuse("both must be (N), the classes integers"));
    }
    if numbers.dims() == [0] {
        return Err(refuse("there must be at least one image"));
    }
    refuse_nan(name, what, numbers)?;
    let numbers: Vec<f64> = numbers.to_dtype(DType::F64)?.to_vec1()?;
    let classes: Vec<u32> = classes.to_dtype(DType::U32)?.to_vec1()?;
    if classes.iter().any(|&class| class > 1) {
        return Err(refuse("classes must be 0 and 1"));
    }
    let positive = classes.into_iter().map(|class| class == 1);
    Ok(numbers.into_iter().zip(positive).collect())
}

/// The probability of class 1 and whether it is the class, for each image.
pub(super) fn probabilities_with_classes(
    name: &str,
    probabilities: &Tensor,
    classes: &Tensor,
) -> Result<Vec<(f64, bool)>> {
    let images = with_classes(name, "probabilities", probabilities, classes)?;
    let outside = images
        .iter()
        .find(|(probability, _)| !(0.0..=1.0).contains(probability));
    match outside {
        Some((number, _)) => Err(Error::Invalid(format!(
            "{name}: {number} is not a probability: all must be from 0 to 1; `ops::sigmoid` turns logits into probabilities"
        ))),
        None => Ok(images),
    }
}

/// `number` in the precision of `tensor`: in single precision, 0.9 is a little less than 0.9, and a score of 0.9 should still
/// reach a threshold of 0.9.
pub(super) fn rounded_as(tensor: &Tensor, number: f64) -> Result<f64> {
    match tensor.dtype().is_float() {
        true => Tensor::new(number, &Device::Cpu)?
            .to_dtype(tensor.dtype())?
            .to_dtype(DType::F64)?
            .to_scalar(),
        false => Ok(number),
    }
}
