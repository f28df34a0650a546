//! Times training steps of the U-Net: forward, loss, backward, Adam.
//!
//! `cargo bench --bench unet_step` (set `RUSTFLAGS=-Ctarget-cpu=native` to compile as the notebook crate is).

use candle_core::{Device, Tensor};
use eosin::nn::{Model, UNet};
use eosin::ops::bce_dice_loss;
use eosin::train::{Adam, Optimizer};
use std::time::Instant;

fn main() -> eosin::Result<()> {
    for (batch, size) in [(16, 128), (4, 256)] {
        let model = UNet::new(1, &Device::Cpu)?;
        let mut adam = Adam::new(1e-3);
        let images = Tensor::rand(0f32, 1., (batch, 3, size, size), &Device::Cpu)?;
        let masks = Tensor::rand(0f32, 1., (batch, 1, size, size), &Device::Cpu)?.round()?;
        let mut times = Vec::new();
        for _ in 0..6 {
            let begun = Instant::now();
            let output = model.forward(&images, true)?;
            let forward = begun.elapsed();
            let gradients = bce_dice_loss(&output, &masks)?.backward()?;
            adam.step(model.parameters(), &gradients)?;
            times.push((begun.elapsed(), forward));
        }
        times.sort();
        let (step, forward) = times[times.len() / 2];
        println!(
            "U-Net {batch}x3x{size}x{size}: {:.0} ms a step, {:.0} ms of it forward",
            step.as_secs_f64() * 1e3,
            forward.as_secs_f64() * 1e3
        );
    }
    Ok(())
}
