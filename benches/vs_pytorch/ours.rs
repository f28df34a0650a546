//! Eosin's side: trains with this crate's layers, losses and Adam.

use crate::batch::Batch;
use crate::{numbers, protocol};
use candle_core::Device;
use eosin::nn::{Layers, Mlp, MnistModel, Module, ResNet18, UNet};
use eosin::ops::{backward, bce_dice_loss, cross_entropy};
use eosin::train::{Adam, Optimizer};
use eosin::{Result, Tensor};

pub fn serve(name: &str, shape: [usize; 4], device: &Device) -> Result<()> {
    let batch = Batch::new(shape, device)?;
    let [images, masks, classes] = [batch.images, batch.masks, batch.classes].map(Tensor::from);
    let model: Box<dyn Module> = match name {
        "mlp" => Box::new(Mlp::new(&[784, 128, 64, 10], 1, device)?),
        "mnist" => Box::new(MnistModel::new(1, device)?),
        "resnet18" => Box::new(ResNet18::small(1, 10, 1, device)?),
        _ => Box::new(UNet::new(1, device)?),
    };
    for (_, variable) in model.parameters().iter() {
        let values = numbers::parameter(variable.dims());
        variable.set(&Tensor::from_vec(values, variable.shape(), device)?)?;
    }
    let loss = |output: &Tensor| match name {
        "unet" | "unet-inference" => bce_dice_loss(output, &masks),
        _ => cross_entropy(output, &classes),
    };
    let first = loss(&model.predict(&images)?)?.to_scalar()?;
    let parameters = model.parameters();
    let mut adam = Adam::new(1e-3);
    for () in protocol::steps(parameters.count(), first) {
        if name == "unet-inference" {
            eosin::ops::sigmoid(&model.predict(&images)?)?;
        } else {
            let loss = loss(&model.forward(&images)?)?;
            adam.step(&parameters, &backward(&loss)?)?;
        }
        // A GPU is told what to do, and does it later.
        device.synchronize()?;
    }
    Ok(())
}
