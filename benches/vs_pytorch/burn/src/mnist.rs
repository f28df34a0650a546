use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;

#[derive(Module, Debug)]
pub struct Mnist<B: Backend> {
    first: Conv2d<B>,
    second: Conv2d<B>,
    pool: MaxPool2d,
    hidden: Linear<B>,
    dropout: Dropout,
    last: Linear<B>,
}

impl<B: Backend> Mnist<B> {
    pub fn new(device: &B::Device) -> Self {
        let conv = |inputs, outputs| {
            Conv2dConfig::new([inputs, outputs], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .init(device)
        };
        Mnist {
            first: conv(1, 32),
            second: conv(32, 64),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            hidden: LinearConfig::new(3136, 1024).init(device),
            dropout: DropoutConfig::new(0.4).init(),
            last: LinearConfig::new(1024, 10).init(device),
        }
    }

    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 2> {
        let features = self.pool.forward(relu(self.first.forward(images)));
        let features = self.pool.forward(relu(self.second.forward(features)));
        let hidden = relu(self.hidden.forward(features.flatten(1, 3)));
        self.last.forward(self.dropout.forward(hidden))
    }
}
