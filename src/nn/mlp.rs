//! A multilayer perceptron.

use super::layers::{Layers, Visitor};
use super::{Identity, Linear, Module, Relu};
use crate::{Error, Result, Tensor, ops};
use candle_core::Device;

/// Fully connected layers with ReLU between them; the last gives logits.
///
/// Images of any shape (N, ...) are flattened first.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Mlp, Module};
/// let model = Mlp::new(&[784, 128, 64, 10], 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 109_386);
/// assert_eq!(model.parameters().get("layer0.weight")?.dims(), [128, 784]);
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits)?.dims(), [5, 10]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    /// Layers from each of `sizes` to the next, with values that follow from `seed`.
    ///
    /// # Errors
    /// When there are fewer than two sizes.
    pub fn new(sizes: &[usize], seed: u64, device: &Device) -> Result<Self> {
        if sizes.len() < 2 {
            return Err(Error::Invalid(format!(
                "Mlp: {sizes:?}: give the sizes of an input and an output at least"
            )));
        }
        let count = sizes.len() - 1;
        let layer = |(number, pair): (usize, &[usize])| {
            let activation = if number + 1 < count { Relu } else { Identity };
            Linear::new(pair[0], pair[1]).activation(activation)
        };
        let layers = sizes.windows(2).enumerate().map(layer).collect();
        Mlp { layers }.init(seed, device)
    }
}

impl Layers for Mlp {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        for (number, layer) in self.layers.iter().enumerate() {
            visitor.field(&format!("layer{number}"), layer);
        }
    }
}

impl Module for Mlp {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let features = ops::flatten(input)?;
        let mut layers = self.layers.iter();
        layers.try_fold(features, |features, layer| layer.forward(&features))
    }
}
