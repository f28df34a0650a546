//! Trains the workshop's U-Net on microscopy images, as lesson 9 does, on all of them.
//!
//! `EOSIN_DATA=<folder of stage1_train.zip> cargo run --release --example nuclei -- epochs=18 batch=4 rate=0.001 size=256 seed=1`
//!
//! Weights are those of the epoch with the smallest validation loss. The test images are looked at once, at the end.

mod report;

use candle_core::Device;
use eosin::data::nuclei::Options;
use eosin::data::{
    Augment, DataLoader, Nuclei, RandomHorizontalFlip, RandomRotate90, RandomVerticalFlip,
};
use eosin::metrics::{dice, iou};
use eosin::nn::UNet;
use eosin::ops::bce_dice_loss;
use eosin::train::{Adam, Schedule, Trainer, evaluate};
use report::{EachEpoch, number};
use std::time::Instant;

fn main() -> eosin::Result<()> {
    let begun = Instant::now();
    let seed = number("seed", 1);
    let batch = number("batch", 4);
    let options = Options::new(number("size", 256));
    let parts = Nuclei::load_or_synthesize(&options)?.split(seed);
    let augmented = Augment::new(parts.train, seed)
        .with(RandomHorizontalFlip::new())
        .with(RandomVerticalFlip::new())
        .with(RandomRotate90);
    let train = DataLoader::new(augmented, batch).shuffle(seed);
    let valid = DataLoader::new(parts.valid, batch);
    let test = DataLoader::new(parts.test, batch);

    let model = UNet::new(seed, &Device::Cpu)?;
    let history = Trainer::new(&model, bce_dice_loss)
        .optimizer(Adam::new(number("rate", 1e-3)))
        .schedule(Schedule::one_cycle())
        .epochs(number("epochs", 18))
        .metric("dice", dice)
        .metric("iou", iou)
        .callback(EachEpoch)
        .fit(&train, &valid)?;

    println!("best epoch: {:?}", history.best_epoch);
    for (name, part) in [("validation", &valid), ("test", &test)] {
        let result = evaluate(&model, bce_dice_loss, &[("dice", dice), ("iou", iou)], part)?;
        println!("{name}: loss {:.4}, {:.4?}", result.loss, result.metrics);
    }
    println!("{:.1} minutes", begun.elapsed().as_secs_f64() / 60.0);
    Ok(())
}
