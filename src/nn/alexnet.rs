//! AlexNet (Krizhevsky et al. 2012): the network that made convolutions famous.

use super::images::{Sides, check_images};
use super::{
    AdaptiveAvgPool2d, Conv2d, Dropout, Layers, Linear, MaxPool2d, Module, Relu, Sequential,
};
use crate::{Result, Tensor, ops, sequential};
use candle_core::Device;

/// Five convolutions with ReLU, three of them with 3x3 max pooling of stride 2, then three fully connected layers with dropout
/// of one half before the first two.
///
/// Images are (N, channels, H, W) with H and W of at least 63 (224 in the paper), the output holds logits (N, classes). The layers
/// are those of torchvision's version (Krizhevsky 2014), and named as there: a file of its weights in the safetensors format can be
/// loaded. With 3 channels and 1000 classes there are 61,100,840 parameters.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{AlexNet, Layers, Module};
/// let model = AlexNet::new(3, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 57_012_034);
/// let images = Tensor::zeros((1, 3, 224, 224), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.predict(&images)?.dims(), [1, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct AlexNet {
    channels: usize,
    features: Sequential,
    avgpool: AdaptiveAvgPool2d,
    classifier: Sequential,
}

impl AlexNet {
    /// For images of `channels` channels; values, and masks of dropout, follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let pool = MaxPool2d::new(3).stride(2);
        let model = AlexNet {
            channels,
            features: sequential![
                Conv2d::new(channels, 64, 11).stride(4).padding(2),
                Relu,
                pool,
                Conv2d::new(64, 192, 5).padding(2),
                Relu,
                pool,
                Conv2d::new(192, 384, 3).padding(1),
                Relu,
                Conv2d::new(384, 256, 3).padding(1),
                Relu,
                Conv2d::new(256, 256, 3).padding(1),
                Relu,
                pool,
            ],
            avgpool: AdaptiveAvgPool2d::new(6),
            classifier: sequential![
                Dropout::new(0.5),
                Linear::new(256 * 6 * 6, 4096),
                Relu,
                Dropout::new(0.5),
                Linear::new(4096, 4096),
                Relu,
                Linear::new(4096, classes),
            ],
        };
        model.init(seed, device)
    }
}

impl Module for AlexNet {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("AlexNet", input, self.channels, Sides::AtLeast(63))?;
        let features = self.features.forward(input)?;
        let flat = ops::flatten(&self.avgpool.forward(&features)?)?;
        self.classifier.forward(&flat)
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
    fn the_smallest_image_passes_and_a_smaller_one_is_refused() {
        let model = AlexNet::new(1, 2, 1, &Device::Cpu).unwrap();
        let image = |side| {
            Tensor::zeros((1, 1, side, side), candle_core::DType::F32, &Device::Cpu).unwrap()
        };
        assert_eq!(model.forward(&image(63)).unwrap().dims(), [1, 2]);
        let message = model.forward(&image(62)).unwrap_err().to_string();
        assert!(message.contains("at least 63"), "{message}");
    }
}
