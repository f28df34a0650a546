//! Residual networks (He et al. 2016): layers learn what to add to their input.

use super::{BatchNorm2d, Builder, Conv2d, Fan, Init, Linear, Model, Parameters};
use crate::ops::{self, Activation, ConvOptions, PoolOptions};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Channels of the four stages; each but the first halves height and width.
const CHANNELS: [usize; 4] = [64, 128, 256, 512];
const BLOCKS_OF_A_STAGE: usize = 2;

/// A convolution without bias, then batch normalisation.
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm2d,
}

impl ConvNorm {
    /// A square kernel of odd size, padded such that stride 1 keeps the image's size.
    fn new(
        [conv, norm]: [&str; 2],
        channels: [usize; 2],
        kernel: usize,
        stride: usize,
        builder: &mut Builder,
    ) -> Result<Self> {
        let [inputs, outputs] = channels;
        let options = ConvOptions::new().stride(stride).padding(kernel / 2);
        Ok(ConvNorm {
            conv: builder.layer(conv, |builder| {
                builder.init(Init::KaimingNormal(Fan::Out, Activation::Relu), |builder| {
                    Conv2d::without_bias(inputs, outputs, kernel, options, builder)
                })
            })?,
            norm: builder.layer(norm, |builder| BatchNorm2d::new(outputs, builder))?,
        })
    }

    fn forward(&self, input: &Tensor, activation: Activation, train: bool) -> Result<Tensor> {
        let convolved = self.conv.forward(input)?;
        self.norm.forward_with(&convolved, activation, train)
    }
}

/// Two 3x3 convolutions whose result is added to the input, then ReLU.
struct Block {
    first: ConvNorm,
    second: ConvNorm,
    /// Brings the input to the shape of the result where they differ.
    shortcut: Option<ConvNorm>,
}

impl Block {
    fn new(inputs: usize, outputs: usize, stride: usize, builder: &mut Builder) -> Result<Self> {
        let (first, second) = (["conv1", "bn1"], ["conv2", "bn2"]);
        let first = ConvNorm::new(first, [inputs, outputs], 3, stride, builder)?;
        let second = ConvNorm::new(second, [outputs, outputs], 3, 1, builder)?;
        let shortcut = match (inputs, stride) == (outputs, 1) {
            true => None,
            false => Some(builder.layer("downsample", |builder| {
                ConvNorm::new(["0", "1"], [inputs, outputs], 1, stride, builder)
            })?),
        };
        Ok(Block {
            first,
            second,
            shortcut,
        })
    }

    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        let hidden = self.first.forward(input, Activation::Relu, train)?;
        let change = self.second.forward(&hidden, Activation::Identity, train)?;
        let kept = match &self.shortcut {
            Some(shortcut) => shortcut.forward(input, Activation::Identity, train)?,
            None => input.clone(),
        };
        ops::add(&change, &kept, Activation::Relu)
    }
}

/// ResNet-18: a stem, then four stages of two blocks, global average pooling and a fully connected layer.
///
/// Images are (N, channels, H, W), the result holds logits (N, classes). Weights are drawn, and named, as torchvision does:
/// a file of its weights in the safetensors format can be loaded.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Model, ResNet18};
/// let model = ResNet18::small(1, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 11_168_706);
/// let scans = Tensor::zeros((2, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&scans, false)?.dims(), [2, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct ResNet18 {
    stem: ConvNorm,
    /// Pooling after the stem, where there is one.
    pool: Option<PoolOptions>,
    blocks: Vec<Block>,
    last: Linear,
    channels: usize,
    parameters: Parameters,
}

impl ResNet18 {
    /// For small images such as 28x28 or 32x32: the stem is a 3x3 convolution that keeps their size, as in MedMNIST's
    /// reference (Yang et al. 2023).
    ///
    /// # Errors
    /// When the device has no room.
    pub fn small(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        Self::build((3, 1), None, channels, classes, seed, device)
    }

    /// For images of about 224x224: the stem is a 7x7 convolution and a 3x3 max pooling, both with stride 2. With 3 channels
    /// and 1000 classes there are 11,689,512 parameters.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn standard(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let pool = PoolOptions::new(3).stride(2).padding(1);
        Self::build((7, 2), Some(pool), channels, classes, seed, device)
    }

    fn build(
        (kernel, stride): (usize, usize),
        pool: Option<PoolOptions>,
        channels: usize,
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let mut builder = Builder::new(seed, device);
        let mut inputs = CHANNELS[0];
        let names = ["conv1", "bn1"];
        let stem = ConvNorm::new(names, [channels, inputs], kernel, stride, &mut builder)?;
        let mut blocks = Vec::new();
        for (stage, outputs) in CHANNELS.into_iter().enumerate() {
            for index in 0..BLOCKS_OF_A_STAGE {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let name = format!("layer{}.{index}", stage + 1);
                blocks.push(builder.layer(&name, |builder| {
                    Block::new(inputs, outputs, stride, builder)
                })?);
                inputs = outputs;
            }
        }
        let last = builder.layer("fc", |builder| Linear::new(inputs, classes, builder))?;
        Ok(ResNet18 {
            stem,
            pool,
            blocks,
            last,
            channels,
            parameters: builder.finish(),
        })
    }
}

impl Model for ResNet18 {
    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        if input.rank() != 4 || input.dim(1)? != self.channels {
            return Err(Error::Invalid(format!(
                "ResNet18: input {:?}: images must be (N, {}, H, W)",
                input.shape(),
                self.channels
            )));
        }
        let mut features = self.stem.forward(input, Activation::Relu, train)?;
        if let Some(pool) = &self.pool {
            features = ops::max_pool2d(&features, pool)?;
        }
        for block in &self.blocks {
            features = block.forward(&features, train)?;
        }
        let means = ops::flatten(&ops::adaptive_avg_pool2d(&features, 1)?)?;
        self.last.forward(&means, Activation::Identity)
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
        let count = |model: Result<ResNet18>| {
            let model = model.unwrap();
            let parameters = model.parameters();
            let names = parameters.iter().chain(parameters.buffers()).count();
            (parameters.count(), names)
        };
        let device = Device::Cpu;
        let standard = count(ResNet18::standard(3, 1000, 1, &device));
        assert_eq!(standard, (11_689_512, 102));
        assert_eq!(count(ResNet18::small(1, 2, 1, &device)), (11_168_706, 102));
        assert_eq!(count(ResNet18::small(3, 9, 1, &device)), (11_173_449, 102));
    }
}
