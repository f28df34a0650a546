//! All models as one type, and their losses.

use crate::batch::Batch;
use crate::{mlp::Mlp, mnist::Mnist, resnet::ResNet18, unet::UNet};
use burn::module::Module;
use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};

#[derive(Module, Debug)]
pub enum Model<B: Backend> {
    Mlp(Mlp<B>),
    Mnist(Mnist<B>),
    ResNet18(ResNet18<B>),
    UNet(UNet<B>),
}

impl<B: Backend> Model<B> {
    pub fn new(name: &str, device: &B::Device) -> Self {
        match name {
            "mlp" => Model::Mlp(Mlp::new(device)),
            "mnist" => Model::Mnist(Mnist::new(device)),
            "resnet18" => Model::ResNet18(ResNet18::new(device)),
            _ => Model::UNet(UNet::new(device)),
        }
    }

    pub fn loss(&self, batch: &Batch<B>) -> Tensor<B, 1> {
        let images = batch.images.clone();
        let logits = match self {
            Model::Mlp(model) => model.forward(images),
            Model::Mnist(model) => model.forward(images),
            Model::ResNet18(model) => model.forward(images),
            Model::UNet(model) => return bce_dice(model.forward(images), batch.masks.clone()),
        };
        CrossEntropyLossConfig::new()
            .init(&logits.device())
            .forward(logits, batch.classes.clone())
    }
}

fn bce_dice<B: Backend>(logits: Tensor<B, 4>, masks: Tensor<B, 4, Int>) -> Tensor<B, 1> {
    let cross_entropy = BinaryCrossEntropyLossConfig::new()
        .with_logits(true)
        .init(&logits.device())
        .forward(logits.clone(), masks.clone());
    let probabilities: Tensor<B, 2> = sigmoid(logits).flatten(1, 3);
    let pixels: Tensor<B, 2> = masks.float().flatten(1, 3);
    let both = (probabilities.clone() * pixels.clone()).sum_dim(1) * 2.0;
    let either = probabilities.sum_dim(1) + pixels.sum_dim(1);
    cross_entropy + 1.0 - ((both + 1.0) / (either + 1.0)).mean()
}
