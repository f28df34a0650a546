use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;

#[derive(Module, Debug)]
struct ConvNorm<B: Backend> {
    conv: Conv2d<B>,
    norm: BatchNorm<B>,
}

impl<B: Backend> ConvNorm<B> {
    fn new(channels: [usize; 2], kernel: usize, stride: usize, device: &B::Device) -> Self {
        let padding = kernel / 2;
        ConvNorm {
            conv: Conv2dConfig::new(channels, [kernel, kernel])
                .with_stride([stride, stride])
                .with_padding(PaddingConfig2d::Explicit(
                    padding, padding, padding, padding,
                ))
                .with_bias(false)
                .init(device),
            norm: BatchNormConfig::new(channels[1]).init(device),
        }
    }

    fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.norm.forward(self.conv.forward(images))
    }
}

#[derive(Module, Debug)]
struct Residual<B: Backend> {
    first: ConvNorm<B>,
    second: ConvNorm<B>,
    shortcut: Option<ConvNorm<B>>,
}

impl<B: Backend> Residual<B> {
    fn new(inputs: usize, outputs: usize, stride: usize, device: &B::Device) -> Self {
        Residual {
            first: ConvNorm::new([inputs, outputs], 3, stride, device),
            second: ConvNorm::new([outputs, outputs], 3, 1, device),
            shortcut: (stride != 1 || inputs != outputs)
                .then(|| ConvNorm::new([inputs, outputs], 1, stride, device)),
        }
    }

    fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        let hidden = relu(self.first.forward(images.clone()));
        let kept = match &self.shortcut {
            Some(shortcut) => shortcut.forward(images),
            None => images,
        };
        relu(self.second.forward(hidden) + kept)
    }
}

#[derive(Module, Debug)]
pub struct ResNet18<B: Backend> {
    stem: ConvNorm<B>,
    blocks: Vec<Residual<B>>,
    pool: AdaptiveAvgPool2d,
    last: Linear<B>,
}

impl<B: Backend> ResNet18<B> {
    pub fn new(device: &B::Device) -> Self {
        let mut blocks = Vec::new();
        let mut inputs = 64;
        for (outputs, stride) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
            for stride in [stride, 1] {
                blocks.push(Residual::new(inputs, outputs, stride, device));
                inputs = outputs;
            }
        }
        ResNet18 {
            stem: ConvNorm::new([1, 64], 3, 1, device),
            blocks,
            pool: AdaptiveAvgPool2dConfig::new([1, 1]).init(),
            last: LinearConfig::new(512, 10).init(device),
        }
    }

    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 2> {
        let mut features = relu(self.stem.forward(images));
        for block in &self.blocks {
            features = block.forward(features);
        }
        self.last.forward(self.pool.forward(features).flatten(1, 3))
    }
}
