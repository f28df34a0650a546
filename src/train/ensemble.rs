//! Several models, and one answer.

use super::tensor_mean::tensor_mean;
use crate::nn::no_grad;
use crate::{Result, Tensor};

/// The mean of what several functions say about the same images, such as the same model trained from several seeds, or in the folds
/// of a cross-validation: their mistakes differ, and cancel out. It is a tensor of the shape that each of them returns.
///
/// As for [`test_time_augmentation`](super::test_time_augmentation), take probabilities rather than logits. No gradients are followed.
/// Set the models to evaluation mode before, by `model.eval()`.
///
/// ```
/// use eosin::prelude::*;
/// use eosin::train::ensemble;
/// let mut models = Vec::new();
/// for seed in 1..=3 {
///     models.push(Mlp::new(&[4, 8, 2], seed, &Device::Cpu)?);
/// }
/// let probabilities = models.iter().map(|model| |inputs: &Tensor| ops::softmax(&model.forward(inputs)?, 1));
/// let inputs = Tensor::rand(0f32, 1., (5, 4), &Device::Cpu)?;
/// assert_eq!(ensemble(probabilities, &inputs)?.dims(), [5, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no function, one fails, or they return different shapes.
pub fn ensemble(
    functions: impl IntoIterator<Item = impl Fn(&Tensor) -> Result<Tensor>>,
    images: &Tensor,
) -> Result<Tensor> {
    let functions = functions.into_iter();
    let answers = functions.map(|function| no_grad(|| function(images)));
    tensor_mean("ensemble", answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn several_answers_become_their_mean_and_must_have_one_shape() {
        let image = Tensor::new(&[1f32, 2.0], &Device::Cpu).unwrap();
        let times = |factor: f64| move |image: &Tensor| image.affine(factor, 0.0);
        let mean = ensemble([1.0, 2.0, 6.0].map(times), &image).unwrap();
        assert_eq!(mean.to_vec1::<f32>().unwrap(), [3.0, 6.0]);
        let message = ensemble([1.0; 0].map(times), &image)
            .unwrap_err()
            .to_string();
        assert!(message.contains("ensemble: there is nothing"), "{message}");
        let first = |count| move |image: &Tensor| image.narrow(0, 0, count);
        let message = ensemble([1, 2].map(first), &image).unwrap_err().to_string();
        assert!(message.contains("[1] and [2]"), "{message}");
    }
}
