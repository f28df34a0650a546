//! The convolutional network of the workshop for handwritten digits.

use super::{Builder, Conv2d, Dropout, Linear, Model, Parameters};
use crate::ops::{Activation, PoolOptions, flatten, max_pool2d};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Two 5x5 convolutions, each with ReLU and 2x2 max pooling, then two fully connected layers with dropout between them.
///
/// Images are (N, 1, 28, 28), the result holds ten logits (N, 10). The model has 3,274,634 parameters.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{MnistModel, Model};
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 3_274_634);
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits, false)?.dims(), [5, 10]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct MnistModel {
    first: Conv2d,
    second: Conv2d,
    hidden: Linear,
    dropout: Dropout,
    last: Linear,
    parameters: Parameters,
}

impl MnistModel {
    /// A model whose values, and masks of dropout, follow from `seed`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(seed: u64, device: &Device) -> Result<Self> {
        let mut builder = Builder::new(seed, device);
        Ok(MnistModel {
            first: builder.layer("first", |builder| Conv2d::new(1, 32, 5, 2, builder))?,
            second: builder.layer("second", |builder| Conv2d::new(32, 64, 5, 2, builder))?,
            hidden: builder.layer("hidden", |builder| Linear::new(3136, 1024, builder))?,
            dropout: Dropout::new(0.4, &mut builder),
            last: builder.layer("last", |builder| Linear::new(1024, 10, builder))?,
            parameters: builder.finish(),
        })
    }
}

impl Model for MnistModel {
    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        if input.rank() != 4 || input.dims()[1..] != [1, 28, 28] {
            return Err(Error::Invalid(format!(
                "MnistModel: input {:?}: images must be (N, 1, 28, 28)",
                input.shape()
            )));
        }
        let mut features = input.clone();
        for layer in [&self.first, &self.second] {
            features = layer.forward_with(&features, Activation::Relu, None)?;
            features = max_pool2d(&features, &PoolOptions::new(2))?;
        }
        let flat = flatten(&features)?;
        let hidden = self.hidden.forward(&flat, Activation::Relu)?;
        let hidden = self.dropout.forward(&hidden, train)?;
        self.last.forward(&hidden, Activation::Identity)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
