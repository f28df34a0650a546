//! Trains a network on handwritten digits.
//!
//! `EOSIN_DATA=<folder of mnist> cargo run --release --example mnist -- cnn epochs=6 batch=64 rate=0.001 seed=1`, or with `mlp`.
//!
//! Weights are those of the epoch with the smallest validation loss. The test digits are looked at once, at the end.

mod report;

use candle_core::Device;
use eosin::data::{Augment, Batches, DataLoader, Mnist, Normalize, RandomCrop, mnist};
use eosin::metrics::accuracy;
use eosin::nn::{Layers, Mlp, MnistModel, Module};
use eosin::ops::cross_entropy;
use eosin::train::{Adam, Schedule, Trainer, evaluate};
use report::{EachEpoch, number};
use std::time::Instant;

fn main() -> eosin::Result<()> {
    let begun = Instant::now();
    let seed = number("seed", 1);
    let batch = number("batch", 64);
    let parts = Mnist::load_or_synthesize()?.split(seed);
    // Shifted digits are new ones for the convolutional network, which has far more parameters than the other.
    let is_convolutional = std::env::args().any(|argument| argument == "cnn");
    let padding = if is_convolutional { 2 } else { 0 };
    let shifted = Augment::new(parts.train, seed).with(RandomCrop::new(28).padding(padding));
    let normal = |dataset| Normalize::new(dataset, &[mnist::MEAN], &[mnist::STD]);
    let train = Normalize::new(shifted, &[mnist::MEAN], &[mnist::STD])?;
    let train = DataLoader::new(train, batch).shuffle(seed);
    let valid = DataLoader::new(normal(parts.valid)?, batch);
    let test = DataLoader::new(normal(parts.test)?, batch);

    let model: Box<dyn Module> = match is_convolutional {
        true => Box::new(MnistModel::new(seed, &Device::Cpu)?),
        false => Box::new(Mlp::new(&[784, 256, 128, 10], seed, &Device::Cpu)?),
    };
    println!(
        "{} parameters, {} training batches",
        model.parameters().count(),
        train.len()
    );
    let history = Trainer::new(&*model, cross_entropy)
        .optimizer(Adam::new(number("rate", 2e-3)))
        .schedule(Schedule::one_cycle())
        .epochs(number("epochs", 6))
        .metric("accuracy", accuracy)
        .callback(EachEpoch)
        .fit(&train, &valid)?;

    let result = evaluate(&*model, cross_entropy, &[("accuracy", accuracy)], &test)?;
    println!(
        "best epoch: {:?}; test: loss {:.4}, {:.4?}; {:.1} minutes",
        history.best_epoch,
        result.loss,
        result.metrics,
        begun.elapsed().as_secs_f64() / 60.0
    );
    Ok(())
}
