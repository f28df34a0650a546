//! Residual networks (He et al. 2016): layers learn what to add to their input.

use super::images::{Sides, check_images};
use super::{
    AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Fan, Init, Layers, Linear, MaxPool2d, Module, Relu,
    Sequential, TwoParts,
};
use crate::{Error, Result, Tensor, ops, sequential};
use candle_core::Device;

/// Channels of the first stage; each of the next has twice as many.
const WIDTH: usize = 64;

/// A convolution without bias, drawn as torchvision does; an odd kernel is padded so that stride 1 keeps the size.
fn conv(inputs: usize, outputs: usize, kernel: usize, stride: usize) -> Conv2d {
    Conv2d::new(inputs, outputs, kernel)
        .stride(stride)
        .padding(kernel / 2)
        .bias(false)
        .drawn_by(Init::KaimingNormal(Fan::Out, Relu))
}

/// Two 3x3 convolutions whose output is added to the input, then ReLU.
#[derive(Layers)]
struct Block {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    /// Brings the input to the shape of the output where they differ.
    downsample: Option<Sequential>,
}

impl Block {
    fn new(inputs: usize, outputs: usize, stride: usize) -> Self {
        let differs = (inputs, stride) != (outputs, 1);
        Block {
            conv1: conv(inputs, outputs, 3, stride),
            bn1: BatchNorm2d::new(outputs).activation(Relu),
            conv2: conv(outputs, outputs, 3, 1),
            bn2: BatchNorm2d::new(outputs),
            downsample: differs
                .then(|| sequential![conv(inputs, outputs, 1, stride), BatchNorm2d::new(outputs)]),
        }
    }
}

impl Module for Block {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let hidden = self.bn1.forward(&self.conv1.forward(input)?)?;
        let change = self.bn2.forward(&self.conv2.forward(&hidden)?)?;
        let kept = match &self.downsample {
            Some(downsample) => downsample.forward(input)?,
            None => input.clone(),
        };
        ops::add_with(&change, &kept, Relu.into())
    }
}

/// ResNet-18: a stem, then four stages of two blocks, global average pooling and a fully connected layer.
///
/// Images are (N, channels, H, W), the output holds logits (N, classes). Weights are drawn, and named, as torchvision does:
/// a file of its weights in the safetensors format can be loaded.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, ResNet18};
/// let model = ResNet18::small(1, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 11_168_706);
/// let scans = Tensor::zeros((2, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.predict(&scans)?.dims(), [2, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct ResNet18 {
    channels: usize,
    conv1: Conv2d,
    bn1: BatchNorm2d,
    /// Pooling after the stem, where there is one.
    maxpool: Option<MaxPool2d>,
    layer1: Sequential,
    layer2: Sequential,
    layer3: Sequential,
    layer4: Sequential,
    avgpool: AdaptiveAvgPool2d,
    fc: Linear,
}

/// Two blocks, the first of which may change channels and size.
fn stage(inputs: usize, outputs: usize, stride: usize) -> Sequential {
    sequential![
        Block::new(inputs, outputs, stride),
        Block::new(outputs, outputs, 1)
    ]
}

impl ResNet18 {
    /// For small images such as 28x28 or 32x32: the stem is a 3x3 convolution that keeps their size, as in MedMNIST's
    /// reference (Yang et al. 2023).
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn small(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        Self::narrow(WIDTH, channels, classes, seed, device)
    }

    /// As [`small`](Self::small), but with `width` channels in the first stage, rather than 64, and 2, 4 and 8 times as many in the
    /// others. Half the width needs about a quarter of the parameters.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::nn::{Layers, ResNet18};
    /// let quarter = ResNet18::narrow(16, 1, 2, 42, &Device::Cpu)?;
    /// assert_eq!(quarter.parameters().count(), 700_146);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the width is 0, or the device is out of memory.
    pub fn narrow(
        width: usize,
        channels: usize,
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        if width == 0 {
            return Err(Error::Invalid(
                "ResNet18: the width is 0, it must be at least 1; a quarter of the usual one is 16"
                    .to_owned(),
            ));
        }
        let stem = conv(channels, width, 3, 1);
        Self::with_stem(stem, None, width, channels, classes).init(seed, device)
    }

    /// For images of about 224x224: the stem is a 7x7 convolution and a 3x3 max pooling, both with stride 2. With 3 channels
    /// and 1000 classes there are 11,689,512 parameters.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn standard(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let pool = MaxPool2d::new(3).stride(2).padding(1);
        let stem = conv(channels, WIDTH, 7, 2);
        Self::with_stem(stem, Some(pool), WIDTH, channels, classes).init(seed, device)
    }

    fn with_stem(
        conv1: Conv2d,
        maxpool: Option<MaxPool2d>,
        width: usize,
        channels: usize,
        classes: usize,
    ) -> Self {
        ResNet18 {
            channels,
            conv1,
            bn1: BatchNorm2d::new(width).activation(Relu),
            maxpool,
            layer1: stage(width, width, 1),
            layer2: stage(width, 2 * width, 2),
            layer3: stage(2 * width, 4 * width, 2),
            layer4: stage(4 * width, 8 * width, 2),
            avgpool: AdaptiveAvgPool2d::new(1),
            fc: Linear::new(8 * width, classes),
        }
    }
}

impl Module for ResNet18 {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.classify(&self.features(input)?)
    }
}

/// The features are the maps of the last stage: 512, or 8 times the width of a narrow network. A small network gives maps of 4 x 4
/// for an image of 28 x 28, with a stride of 8 pixels; a standard one gives 7 x 7 for 224 x 224, with a stride of 32.
impl TwoParts for ResNet18 {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        check_images("ResNet18", images, self.channels, Sides::Any)?;
        let mut features = self.bn1.forward(&self.conv1.forward(images)?)?;
        if let Some(pool) = &self.maxpool {
            features = pool.forward(&features)?;
        }
        for stage in [&self.layer1, &self.layer2, &self.layer3, &self.layer4] {
            features = stage.forward(&features)?;
        }
        Ok(features)
    }

    fn classify(&self, features: &Tensor) -> Result<Tensor> {
        self.fc
            .forward(&ops::flatten(&self.avgpool.forward(features)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_as_many_as_torchvisions() {
        let count = |model: Result<ResNet18>| {
            let parameters = model.unwrap().parameters();
            let names = parameters.iter().chain(parameters.buffers()).count();
            (parameters.count(), names)
        };
        let device = Device::Cpu;
        let standard = count(ResNet18::standard(3, 1000, 1, &device));
        assert_eq!(standard, (11_689_512, 102));
        assert_eq!(count(ResNet18::small(1, 2, 1, &device)), (11_168_706, 102));
        assert_eq!(count(ResNet18::small(3, 9, 1, &device)), (11_173_449, 102));
        let quarter = count(ResNet18::narrow(16, 1, 1, 1, &device));
        assert_eq!(quarter, (700_017, 102));
        assert!(ResNet18::narrow(0, 1, 1, 1, &device).is_err());
    }
}
