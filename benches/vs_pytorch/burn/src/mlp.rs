use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;

#[derive(Module, Debug)]
pub struct Mlp<B: Backend> {
    first: Linear<B>,
    second: Linear<B>,
    last: Linear<B>,
}

impl<B: Backend> Mlp<B> {
    pub fn new(device: &B::Device) -> Self {
        Mlp {
            first: LinearConfig::new(784, 128).init(device),
            second: LinearConfig::new(128, 64).init(device),
            last: LinearConfig::new(64, 10).init(device),
        }
    }

    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 2> {
        let hidden = relu(self.first.forward(images.flatten(1, 3)));
        self.last.forward(relu(self.second.forward(hidden)))
    }
}
