//! A multilayer perceptron.

use super::{Builder, Linear, Model, Parameters};
use crate::ops::{Activation, flatten};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Fully connected layers with ReLU between them; the last gives logits.
///
/// Images of any shape (N, ...) are flattened first.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Mlp, Model};
/// let model = Mlp::new(&[784, 128, 64, 10], 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 109_386);
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits, false)?.dims(), [5, 10]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct Mlp {
    layers: Vec<Linear>,
    parameters: Parameters,
}

impl Mlp {
    /// Layers from each of `sizes` to the next.
    ///
    /// # Errors
    /// When there are fewer than two sizes.
    pub fn new(sizes: &[usize], seed: u64, device: &Device) -> Result<Self> {
        if sizes.len() < 2 {
            return Err(Error::Invalid(format!(
                "Mlp: {sizes:?}: the sizes of at least an input and an output are needed"
            )));
        }
        let mut builder = Builder::new(seed, device);
        let layers = sizes.windows(2).enumerate().map(|(index, pair)| {
            builder.layer(&format!("layer{index}"), |builder| {
                Linear::new(pair[0], pair[1], builder)
            })
        });
        let layers = layers.collect::<Result<_>>()?;
        Ok(Mlp {
            layers,
            parameters: builder.finish(),
        })
    }
}

impl Model for Mlp {
    fn forward(&self, input: &Tensor, _train: bool) -> Result<Tensor> {
        let mut features = flatten(input)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let activation = match index + 1 < self.layers.len() {
                true => Activation::Relu,
                false => Activation::Identity,
            };
            features = layer.forward(&features, activation)?;
        }
        Ok(features)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
