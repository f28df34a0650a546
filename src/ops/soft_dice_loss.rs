//! The Dice loss of several classes.

use super::pixel_classes::{one_hot, with_classes_of_pixels};
use super::softmax::softmax;
use super::tversky_loss::Tversky;
use crate::{Result, Tensor};

/// In the numerator and the denominator, as in MONAI.
const SMOOTH: f64 = 1e-5;

/// One minus the soft Dice coefficient of each class in each image, the mean over all of them: `logits` (N, C, H, W) and
/// `classes` (N, H, W) of integers below C. With `p = softmax(logits)`, and y = 1 at a pixel's class, it is
///
/// `1 - (2 * sum(p * y) + s) / (sum(p) + sum(y) + s)`, where s is 0.00001
///
/// (after Milletari et al. 2016, "V-Net", section 3). This is MONAI's `DiceLoss(to_onehot_y=True, softmax=True)`; class 0 counts
/// as any other.
///
/// A rare class counts as much as a frequent one. If a class is neither there nor found, its loss is 0; if it is not there, a few
/// pixels of it make it 1. For two classes with one logit see [`dice_loss`](super::dice_loss).
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let logits = Tensor::new(&[[[[20f32, -20.]], [[-20., 20.]]]], &Device::Cpu)?;
/// let loss = |classes: [u32; 2]| {
///     let classes = Tensor::new(&[[classes]], &Device::Cpu)?;
///     eosin::ops::soft_dice_loss(&logits, &classes)?.to_scalar::<f32>()
/// };
/// assert!(loss([0, 1])? < 1e-5);
/// assert!(loss([1, 0])? > 0.9999);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit, there is no pixel, or (on the CPU) a class is not below C.
pub fn soft_dice_loss(logits: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let classes = with_classes_of_pixels("soft_dice_loss", logits, classes)?;
    // Twice the numerator and the denominator of Tversky's index are those of Dice.
    let dice = Tversky {
        alpha: 0.5,
        beta: 0.5,
        smooth: SMOOTH / 2.0,
        regions: logits.dim(0)? * logits.dim(1)?,
    };
    dice.of(&softmax(logits, 1)?, &one_hot(logits, &classes)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    #[test]
    fn gradients_agree_with_differences() {
        let numbers = (0..12u32).map(|index| index * index % 3);
        let classes = Tensor::from_iter(numbers, &Device::Cpu).unwrap();
        let classes = classes.reshape((2, 2, 3)).unwrap();
        assert_gradients(&[normal(&[2, 4, 2, 3], 1)], |x| {
            soft_dice_loss(&x[0], &classes)
        });
    }
}
