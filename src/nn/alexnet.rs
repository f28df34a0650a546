//! AlexNet (Krizhevsky et al. 2012): the network that made convolutions famous.

use super::{Builder, Conv2d, Dropout, Linear, Model, Parameters};
use crate::ops::{self, Activation, ConvOptions, PoolOptions};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Of each convolution: its number in torchvision's list of layers, channels, kernel, stride, padding, and whether pooling
/// follows.
const CONVOLUTIONS: [(usize, usize, usize, usize, usize, bool); 5] = [
    (0, 64, 11, 4, 2, true),
    (3, 192, 5, 1, 2, true),
    (6, 384, 3, 1, 1, false),
    (8, 256, 3, 1, 1, false),
    (10, 256, 3, 1, 1, true),
];
/// Height and width that the convolutions' result is averaged to.
const SIDE: usize = 6;
const HIDDEN: usize = 4096;

/// Five convolutions with ReLU, three of them with 3x3 max pooling of stride 2, then three fully connected layers with dropout
/// of one half before the first two.
///
/// Images are (N, channels, H, W) with H and W of at least 63 (224 in the paper), the result holds logits (N, classes). Layers are
/// those of torchvision's version (Krizhevsky 2014), and named as there: a file of its weights in the safetensors format can be
/// loaded. With 3 channels and 1000 classes there are 61,100,840 parameters.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{AlexNet, Model};
/// let model = AlexNet::new(3, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 57_012_034);
/// let images = Tensor::zeros((1, 3, 224, 224), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&images, false)?.dims(), [1, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct AlexNet {
    /// With whether pooling follows.
    convolutions: Vec<(Conv2d, bool)>,
    /// Dropout comes before the layer.
    hidden: [(Dropout, Linear); 2],
    last: Linear,
    channels: usize,
    parameters: Parameters,
}

impl AlexNet {
    /// For images of `channels` channels; values, and masks of dropout, follow from `seed`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let mut builder = Builder::new(seed, device);
        let mut inputs = channels;
        let mut convolutions = Vec::new();
        for (number, outputs, kernel, stride, padding, pooled) in CONVOLUTIONS {
            let options = ConvOptions::new().stride(stride).padding(padding);
            let layer = builder.layer(&format!("features.{number}"), |builder| {
                Conv2d::with(inputs, outputs, kernel, options, builder)
            })?;
            convolutions.push((layer, pooled));
            inputs = outputs;
        }
        let mut layer = |number: usize, inputs: usize, outputs: usize| {
            let dropout = Dropout::new(0.5, &mut builder);
            let layer = builder.layer(&format!("classifier.{number}"), |builder| {
                Linear::new(inputs, outputs, builder)
            })?;
            Ok::<_, Error>((dropout, layer))
        };
        let hidden = [
            layer(1, inputs * SIDE * SIDE, HIDDEN)?,
            layer(4, HIDDEN, HIDDEN)?,
        ];
        let (_, last) = layer(6, HIDDEN, classes)?;
        Ok(AlexNet {
            convolutions,
            hidden,
            last,
            channels,
            parameters: builder.finish(),
        })
    }
}

impl Model for AlexNet {
    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        const SMALLEST: usize = 63;
        match *input.dims() {
            [_, channels, height, width]
                if channels == self.channels && height.min(width) >= SMALLEST => {}
            _ => {
                return Err(Error::Invalid(format!(
                    "AlexNet: input {:?}: images must be (N, {}, H, W) with H and W of at least {SMALLEST}",
                    input.shape(),
                    self.channels
                )));
            }
        }
        let pool = PoolOptions::new(3).stride(2);
        let mut features = input.clone();
        for (layer, pooled) in &self.convolutions {
            features = layer.forward_with(&features, Activation::Relu, None)?;
            if *pooled {
                features = ops::max_pool2d(&features, &pool)?;
            }
        }
        features = ops::flatten(&ops::adaptive_avg_pool2d(&features, SIDE)?)?;
        for (dropout, layer) in &self.hidden {
            features = dropout.forward(&features, train)?;
            features = layer.forward(&features, Activation::Relu)?;
        }
        self.last.forward(&features, Activation::Identity)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_as_many_as_torchvisions() {
        let model = AlexNet::new(3, 1000, 1, &Device::Cpu).unwrap();
        assert_eq!(model.parameters().count(), 61_100_840);
    }

    #[test]
    fn the_smallest_image_passes_and_a_smaller_one_is_told() {
        let model = AlexNet::new(1, 2, 1, &Device::Cpu).unwrap();
        let image = |side| {
            Tensor::zeros((1, 1, side, side), candle_core::DType::F32, &Device::Cpu).unwrap()
        };
        assert_eq!(model.forward(&image(63), true).unwrap().dims(), [1, 2]);
        let message = model.forward(&image(62), true).unwrap_err().to_string();
        assert!(message.contains("at least 63"), "{message}");
    }
}
