//! The same models in burn, on its `flex` backend.

mod batch;
mod mlp;
mod mnist;
mod model;
#[path = "../../numbers.rs"]
mod numbers;
mod parameters;
#[path = "../../protocol.rs"]
mod protocol;
mod resnet;
mod unet;

use batch::Batch;
use burn::backend::{Autodiff, Flex};
use burn::module::AutodiffModule;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::tensor::activation::sigmoid;
use model::Model;
use unet::UNet;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let name = arguments[1].as_str();
    let sizes = arguments[2..].iter().map(|size| size.parse().unwrap());
    let shape: [usize; 4] = sizes.collect::<Vec<_>>().try_into().unwrap();
    let (model, count) = parameters::fill(Model::new(name, &Default::default()));
    let steps = protocol::steps(count, first_loss(&model, shape));
    if name == "unet-inference"
        && let Model::UNet(unet) = model.valid()
    {
        predict(&unet, &Batch::new(shape), steps);
    } else {
        train(model, &Batch::new(shape), steps);
    }
}

/// Without `Autodiff` there are no gradients and no dropout.
fn first_loss(model: &Model<Autodiff<Flex>>, shape: [usize; 4]) -> f32 {
    model.valid().loss(&Batch::new(shape)).into_scalar()
}

fn predict(unet: &UNet<Flex>, batch: &Batch<Flex>, steps: impl Iterator<Item = ()>) {
    for () in steps {
        sigmoid(unet.forward(batch.images.clone()));
    }
}

fn train(
    mut model: Model<Autodiff<Flex>>,
    batch: &Batch<Autodiff<Flex>>,
    steps: impl Iterator<Item = ()>,
) {
    let mut adam = AdamConfig::new().with_epsilon(1e-8).init();
    for () in steps {
        let gradients = GradientsParams::from_grads(model.loss(batch).backward(), &model);
        model = adam.step(1e-3, model, gradients);
    }
}
