//! Classes of pixels.

use super::cross_entropy::classes_below;
use crate::{Result, Tensor};

/// The classes as u32, if they fit: logits (N, C, H, W) or (N, C, ...), classes (N, H, W) or (N, ...) of integers below C.
pub(super) fn with_classes_of_pixels(
    name: &str,
    logits: &Tensor,
    classes: &Tensor,
) -> Result<Tensor> {
    let fits = match logits.dims() {
        [images, _, pixels @ ..] => classes.dims().split_first() == Some((images, pixels)),
        _ => false,
    };
    let misfit = (!fits || logits.elem_count() == 0 || !classes.dtype().is_int()).then_some(
        "the logits must be (N, C, H, W) and the classes (N, H, W), one integer for each pixel",
    );
    classes_below(name, logits, classes, misfit)
}

/// 1 at the class of each pixel and 0 elsewhere, in the shape and type of the logits.
pub(super) fn one_hot(logits: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let mut shape = vec![1; logits.rank()];
    shape[1] = logits.dim(1)?;
    let all = Tensor::arange(0, shape[1] as u32, logits.device())?.reshape(shape)?;
    (classes.unsqueeze(1)?.broadcast_eq(&all)?).to_dtype(logits.dtype())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::normal;
    use candle_core::{DType, Device};

    #[test]
    fn classes_that_do_not_fit_are_refused() {
        let logits = normal(&[1, 3, 1, 2], 1);
        let message = |classes: &Tensor| {
            let result = with_classes_of_pixels("loss", &logits, classes);
            result.unwrap_err().to_string()
        };
        let classes = Tensor::new(&[[[1u32, 3]]], &Device::Cpu).unwrap();
        assert!(message(&classes).contains("class 3 is not below 3"));
        assert!(message(&classes.unsqueeze(0).unwrap()).contains("(N, H, W)"));
        assert!(message(&normal(&[1, 1, 2], 1)).contains("one integer"));
        let empty = normal(&[0, 3, 1, 2], 1);
        let none = Tensor::zeros((0, 1, 2), DType::U32, &Device::Cpu).unwrap();
        assert!(with_classes_of_pixels("loss", &empty, &none).is_err());
    }
}
