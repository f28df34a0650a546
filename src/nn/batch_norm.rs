//! Batch normalisation as a layer.

use super::layer_kind::LayerKind;
use super::layers::{Layers, Visitor};
use super::mode::Mode;
use super::module::Module;
use super::parameter::{Buffer, Parameter};
use super::trace::traced;
use crate::ops::{self, Activation, Epilogue};
use crate::{Error, Result, Tensor};

/// Normalises each channel to mean 0 and variance 1, then scales and shifts it by what it learns (Ioffe and Szegedy 2015).
///
/// In training, mean and variance are those of the batch, and the running mean and variance follow them:
/// `running = 0.9 * running + 0.1 * batch`, with the unbiased variance (divided by `count - 1`), as in PyTorch. In evaluation, the
/// running ones are used, so that the output of an image does not depend on the others in its batch. They are buffers (see
/// [`Parameters`](super::Parameters)): saved with the model, but not learned.
///
/// Training needs more than one value for each channel: after global pooling, a batch of one image is refused. If the last batch of
/// your data is that small, leave it out with [`drop_last`](crate::data::DataLoader::drop_last).
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::nn::{BatchNorm2d, Layers, Module};
/// let norm = BatchNorm2d::new(1).init(42, &Device::Cpu)?;
/// let image = Tensor::new(&[[[[1f32, 3.]]]], &Device::Cpu)?;
/// let normal = norm.forward(&image)?.flatten_all()?.to_vec1::<f32>()?;
/// assert!((normal[0] + 1.0).abs() < 1e-4 && (normal[1] - 1.0).abs() < 1e-4);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct BatchNorm2d {
    channels: usize,
    epsilon: f64,
    momentum: f64,
    activation: Activation,
    weight: Parameter,
    bias: Parameter,
    running_mean: Buffer,
    running_variance: Buffer,
    mode: Mode,
}

impl BatchNorm2d {
    /// For images of `channels` channels. The weight begins as 1 and the bias as 0, the running mean as 0 and the variance as 1.
    pub fn new(channels: usize) -> Self {
        BatchNorm2d {
            channels,
            epsilon: 1e-5,
            momentum: 0.1,
            activation: Activation::Identity,
            weight: Parameter::constant(channels, 1.0),
            bias: Parameter::constant(channels, 0.0),
            running_mean: Buffer::constant(channels, 0.0),
            running_variance: Buffer::constant(channels, 1.0),
            mode: Mode::default(),
        }
    }

    /// What is added to the variance before its root is taken: 1e-5 by default.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// The share of the running statistics that each batch replaces: 0.1 by default.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// An activation after the normalisation, computed in the same pass over memory.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Mean and variance of a batch, which the running ones follow.
    fn batch_statistics(&self, input: &Tensor) -> Result<(Tensor, Tensor)> {
        let (mean, variance) = ops::batch_statistics(&input.detach())?;
        let count = (input.elem_count() / self.channels) as f64;
        let unbiased = (&variance * (count / (count - 1.0)))?;
        for (running, batch) in [
            (self.running_mean.variable()?, &mean),
            (self.running_variance.variable()?, &unbiased),
        ] {
            let kept = (running.as_detached_tensor() * (1.0 - self.momentum))?;
            running.set(&(kept + (batch * self.momentum)?)?)?;
        }
        Ok((mean, variance))
    }

    fn running_statistics(&self) -> Result<(Tensor, Tensor)> {
        Ok((
            self.running_mean.variable()?.as_detached_tensor(),
            self.running_variance.variable()?.as_detached_tensor(),
        ))
    }
}

impl Layers for BatchNorm2d {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("weight", &self.weight);
        visitor.field("bias", &self.bias);
        visitor.field("running_mean", &self.running_mean);
        visitor.field("running_var", &self.running_variance);
        visitor.field("mode", &self.mode);
    }

    fn describe(&self) -> Option<String> {
        Some(format!("BatchNorm2d({})", self.channels))
    }
}

impl Module for BatchNorm2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.forward_with(input, Epilogue::default())
    }

    fn forward_with(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        if input.rank() != 4 || input.dim(1)? != self.channels {
            return Err(Error::Invalid(format!(
                "BatchNorm2d: input {:?} must be (N, {}, H, W)",
                input.shape(),
                self.channels
            )));
        }
        traced(self, LayerKind::Normalization, input, || {
            self.normalized(input, epilogue)
        })
    }
}

impl BatchNorm2d {
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// What [`Module::forward_with`] computes from an input that fits.
    pub(super) fn normalized(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        let training = self.mode.is_training();
        let (mean, variance) = match training {
            true => self.batch_statistics(input)?,
            false => self.running_statistics()?,
        };
        // The operation can end with an activation, but not with dropout.
        let (activation, dropout) = (epilogue.activation, epilogue.dropout);
        let output =
            Epilogue::from(self.activation).followed_by(activation.into(), |epilogue| {
                ops::normalize(
                    input,
                    &self.weight.tensor()?,
                    &self.bias.tensor()?,
                    (&mean, &variance, training),
                    self.epsilon,
                    epilogue.activation,
                )
            })?;
        Epilogue::from(dropout).forward(&output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn running_statistics_follow_training_alone_and_decide_evaluation() {
        let norm = BatchNorm2d::new(2).init(1, &Device::Cpu).unwrap();
        let parameters = norm.parameters();
        assert_eq!(parameters.count(), 4);
        let names: Vec<&str> = parameters.buffers().map(|(name, _)| name).collect();
        assert_eq!(names, ["running_mean", "running_var"]);

        // Channel 0 holds 1, 2, 3, 6 (mean 3, variance 14 / 3 with three degrees of freedom), channel 1 ten times as much.
        let numbers = [1f32, 2., 10., 20., 3., 6., 30., 60.];
        let input = Tensor::new(&numbers, &Device::Cpu).unwrap();
        let input = input.reshape((2, 2, 1, 2)).unwrap();
        let before = norm.predict(&input).unwrap();
        norm.forward(&input).unwrap();
        let values = |buffer: &Buffer| buffer.variable().unwrap().to_vec1::<f32>().unwrap();
        let (mean, variance) = (values(&norm.running_mean), values(&norm.running_variance));
        for (found, wanted) in [
            (mean[0], 0.3),
            (mean[1], 3.0),
            (variance[0], 0.9 + 1.4 / 3.0),
            (variance[1], 0.9 + 140.0 / 3.0),
        ] {
            assert!((found - wanted).abs() < 1e-5, "{found} is not {wanted}");
        }
        norm.eval();
        let after = norm.forward(&input).unwrap();
        let first = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap()[0];
        assert!((first(&before) - 1.0 / (1f32 + 1e-5).sqrt()).abs() < 1e-6);
        assert!((first(&after) - 0.7 / (variance[0] + 1e-5).sqrt()).abs() < 1e-5);
        assert_eq!(
            values(&norm.running_mean),
            mean,
            "evaluation changes nothing"
        );

        let other = Tensor::zeros((1, 3, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        let message = norm.forward(&other).unwrap_err().to_string();
        assert!(message.contains("(N, 2, H, W)"), "{message}");
    }
}
