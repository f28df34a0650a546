use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, PaddingConfig2d};
use burn::tensor::Tensor;
use burn::tensor::activation::elu;
use burn::tensor::backend::Backend;

#[derive(Module, Debug)]
struct Block<B: Backend> {
    first: Conv2d<B>,
    dropout: Dropout,
    second: Conv2d<B>,
}

impl<B: Backend> Block<B> {
    fn new(inputs: usize, outputs: usize, dropout: f64, device: &B::Device) -> Self {
        let conv = |inputs| {
            Conv2dConfig::new([inputs, outputs], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Block {
            first: conv(inputs),
            dropout: DropoutConfig::new(dropout).init(),
            second: conv(outputs),
        }
    }

    fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        let hidden = elu(self.first.forward(images), 1.0);
        elu(self.second.forward(self.dropout.forward(hidden)), 1.0)
    }
}

#[derive(Module, Debug)]
pub struct UNet<B: Backend> {
    down: Vec<Block<B>>,
    pool: MaxPool2d,
    enlarge: Vec<ConvTranspose2d<B>>,
    up: Vec<Block<B>>,
    last: Conv2d<B>,
}

impl<B: Backend> UNet<B> {
    pub fn new(device: &B::Device) -> Self {
        let (mut down, mut enlarge, mut up) = (Vec::new(), Vec::new(), Vec::new());
        let mut inputs = 3;
        for (outputs, dropout) in [(16, 0.1), (32, 0.1), (64, 0.2), (128, 0.2), (256, 0.3)] {
            down.push(Block::new(inputs, outputs, dropout, device));
            inputs = outputs;
        }
        for (outputs, dropout) in [(128, 0.2), (64, 0.2), (32, 0.1), (16, 0.1)] {
            let twice = ConvTranspose2dConfig::new([inputs, outputs], [2, 2]).with_stride([2, 2]);
            enlarge.push(twice.init(device));
            up.push(Block::new(2 * outputs, outputs, dropout, device));
            inputs = outputs;
        }
        UNet {
            down,
            pool: MaxPool2dConfig::new([2, 2]).init(),
            enlarge,
            up,
            last: Conv2dConfig::new([inputs, 1], [1, 1]).init(device),
        }
    }

    /// Logits (N, 1, H, W).
    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        let mut skips = Vec::new();
        let mut features = images;
        for (level, block) in self.down.iter().enumerate() {
            if level > 0 {
                features = self.pool.forward(features);
            }
            features = block.forward(features);
            skips.push(features.clone());
        }
        skips.pop();
        for (enlarge, block) in self.enlarge.iter().zip(&self.up) {
            let enlarged = enlarge.forward(features);
            let skip = skips.pop().expect("a skip for each level up");
            features = block.forward(Tensor::cat(vec![enlarged, skip], 1));
        }
        self.last.forward(features)
    }
}
