//! Batch normalisation as a layer.

use super::parameters::Builder;
use crate::ops::{self, Activation};
use crate::{Error, Result};
use candle_core::{Tensor, Var};

/// Share of the running statistics that each batch replaces, PyTorch's default.
const MOMENTUM: f64 = 0.1;
/// Added to the variance, PyTorch's default.
const EPSILON: f64 = 1e-5;

/// Brings each channel to mean 0 and variance 1, then scales and shifts it by what it learns (Ioffe and Szegedy 2015).
///
/// In training, mean and variance are those of the batch, and the running mean and variance follow them:
/// `running = 0.9 * running + 0.1 * batch`, with the variance of `count - 1` numbers, as in PyTorch. In evaluation, the running
/// ones are used, so that an image's result does not depend on its neighbours. They are buffers (see
/// [`Parameters`](super::Parameters)): saved with the model, but not learned.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{BatchNorm2d, Builder};
/// let mut builder = Builder::new(42, &Device::Cpu);
/// let norm = BatchNorm2d::new(1, &mut builder)?;
/// let image = Tensor::new(&[[[[1f32, 3.]]]], &Device::Cpu)?;
/// let normal = norm.forward(&image, true)?.flatten_all()?.to_vec1::<f32>()?;
/// assert!((normal[0] + 1.0).abs() < 1e-4 && (normal[1] - 1.0).abs() < 1e-4);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct BatchNorm2d {
    weight: Tensor,
    bias: Tensor,
    running_mean: Var,
    running_variance: Var,
}

impl BatchNorm2d {
    /// For images of `channels` channels. At first the weight is 1 and the bias 0, the running mean 0 and variance 1.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(channels: usize, builder: &mut Builder) -> Result<Self> {
        Ok(BatchNorm2d {
            weight: builder.constant("weight", channels, 1.0)?,
            bias: builder.constant("bias", channels, 0.0)?,
            running_mean: builder.buffer("running_mean", channels, 0.0)?,
            running_variance: builder.buffer("running_var", channels, 1.0)?,
        })
    }

    /// (N, channels, H, W) to the same shape.
    ///
    /// # Errors
    /// When the channels do not fit, or a training batch has a single number a channel.
    pub fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        self.forward_with(input, Activation::Identity, train)
    }

    /// The same, then `activation`, in one operation.
    ///
    /// # Errors
    /// As [`BatchNorm2d::forward`].
    pub fn forward_with(
        &self,
        input: &Tensor,
        activation: Activation,
        train: bool,
    ) -> Result<Tensor> {
        let channels = self.weight.elem_count();
        if input.rank() != 4 || input.dim(1)? != channels {
            return Err(Error::Invalid(format!(
                "BatchNorm2d: input {:?} must be (N, {channels}, H, W)",
                input.shape()
            )));
        }
        let (mean, variance) = match train {
            true => self.batch(input)?,
            false => (
                self.running_mean.as_detached_tensor(),
                self.running_variance.as_detached_tensor(),
            ),
        };
        let statistics = (&mean, &variance, train);
        ops::normalize(
            input,
            &self.weight,
            &self.bias,
            statistics,
            EPSILON,
            activation,
        )
    }

    /// Mean and variance of a batch, which the running ones follow.
    fn batch(&self, input: &Tensor) -> Result<(Tensor, Tensor)> {
        let (mean, variance) = ops::batch_statistics(&input.detach())?;
        let count = (input.elem_count() / self.weight.elem_count()) as f64;
        let unbiased = (&variance * (count / (count - 1.0)))?;
        for (running, batch) in [
            (&self.running_mean, &mean),
            (&self.running_variance, &unbiased),
        ] {
            let kept = (running.as_detached_tensor() * (1.0 - MOMENTUM))?;
            running.set(&(kept + (batch * MOMENTUM)?)?)?;
        }
        Ok((mean, variance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn running_statistics_follow_training_alone_and_decide_evaluation() {
        let mut builder = Builder::new(1, &Device::Cpu);
        let norm = BatchNorm2d::new(2, &mut builder).unwrap();
        let parameters = builder.finish();
        assert_eq!(parameters.count(), 4);
        let names: Vec<&str> = parameters.buffers().map(|(name, _)| name).collect();
        assert_eq!(names, ["running_mean", "running_var"]);

        // Channel 0 holds 1, 2, 3, 6 (mean 3, variance of three 14 / 3), channel 1 ten times as much.
        let numbers = [1f32, 2., 10., 20., 3., 6., 30., 60.];
        let input = Tensor::new(&numbers, &Device::Cpu).unwrap();
        let input = input.reshape((2, 2, 1, 2)).unwrap();
        let before = norm.forward(&input, false).unwrap();
        norm.forward(&input, true).unwrap();
        let values = |variable: &Var| variable.to_vec1::<f32>().unwrap();
        let (mean, variance) = (values(&norm.running_mean), values(&norm.running_variance));
        for (found, wanted) in [
            (mean[0], 0.3),
            (mean[1], 3.0),
            (variance[0], 0.9 + 1.4 / 3.0),
            (variance[1], 0.9 + 140.0 / 3.0),
        ] {
            assert!((found - wanted).abs() < 1e-5, "{found} is not {wanted}");
        }
        let after = norm.forward(&input, false).unwrap();
        let first = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap()[0];
        assert!((first(&before) - 1.0 / (1f32 + 1e-5).sqrt()).abs() < 1e-6);
        assert!((first(&after) - 0.7 / (variance[0] + 1e-5).sqrt()).abs() < 1e-5);
        assert_eq!(
            values(&norm.running_mean),
            mean,
            "evaluation changes nothing"
        );

        let other = Tensor::zeros((1, 3, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        let message = norm.forward(&other, true).unwrap_err().to_string();
        assert!(message.contains("(N, 2, H, W)"), "{message}");
    }
}
