//! Trains the network of lesson 10 on crops at full resolution, and scores weights on any folder or zip file of nuclei.
//!
//! - `EOSIN_DATA=<folder of stage1_train.zip> cargo run --release --example instances -- train weights=nuclei.safetensors epochs=60`
//! - `cargo run --release --example instances -- score weights=nuclei.safetensors data=<folder or zip> submission=answers.csv`
//! - `... score weights=nuclei.safetensors part=test` scores on the images of `EOSIN_DATA` that the training has not seen.
//!
//! `width=narrow` (the default) or `width=full` says which U-Net; training and scoring must agree. `train` writes the state of the run
//! beside the weights after each epoch, and goes on from there if it is called again. `score` prints average precision (mean over
//! IoU .5 to .95, at original sizes), Dice and F1 of the images that have masks, and writes the answers for all images as the 2018 Data
//! Science Bowl wants them.
//! `weights=a.safetensors,b.safetensors` scores the mean of several networks; `tta=0` leaves out test-time augmentation, `zoom=1,1.5`
//! takes the mean of images as they are and half again as large.

mod found;
#[path = "../report/mod.rs"]
mod report;

use candle_core::Device;
use eosin::data::nuclei::Options;
use eosin::data::submission::Submission;
use eosin::data::{
    Augment, DataLoader, Dataset, GaussianNoise, MapTarget, Nuclei, RandomAffine, RandomBrightness,
    RandomContrast, RandomCrop, RandomGamma, RandomHorizontalFlip, RandomRotate90,
    RandomVerticalFlip, Split,
};
use eosin::morph::{LabelMap, Separation, instance_targets};
use eosin::nn::{Layers, UNet};
use eosin::ops::instance_loss;
use eosin::train::{AdamW, Schedule, Trainer};
use eosin::{Error, Result, Tensor};
use found::{CROP, Recipe};
use report::{EachEpoch, number};
use std::time::Instant;

/// The split of lesson 9 and 10: test images stay test images.
const SPLIT: u64 = 42;

fn main() -> Result<()> {
    let begun = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("train") => train()?,
        Some("score") => score()?,
        _ => {
            let advice = "the first argument must be `train` or `score`, see the head of examples/instances.rs";
            return Err(Error::Invalid(advice.to_owned()));
        }
    }
    println!("{:.1} minutes", begun.elapsed().as_secs_f64() / 60.0);
    Ok(())
}

/// The text behind `name` on the command line, or `default`.
fn text(name: &str, default: &str) -> String {
    number(name, default.to_owned())
}

fn network(seed: u64) -> Result<UNet> {
    match text("width", "narrow").as_str() {
        "full" => UNet::with_outputs(3, seed, &Device::Cpu),
        _ => UNet::narrow(3, seed, &Device::Cpu),
    }
}

/// Mask, rim and depth of a label map (1, H, W).
fn targets(labels: &Tensor) -> Result<Tensor> {
    instance_targets(&LabelMap::from_tensor(labels)?)
}

fn train() -> Result<()> {
    let seed = number("seed", 1);
    let weights = text("weights", "nuclei.safetensors");
    // Images are used at their original size; the small ones only tell kinds of microscopy apart.
    let nuclei = Nuclei::load_or_synthesize(&Options::new(64).originals())?;
    let Split { train, valid, .. } = nuclei.split(SPLIT);
    let importance = importance(&nuclei, train.indices())?;
    let crops = Augment::new(train.instances()?, seed)
        .with(RandomCrop::new(CROP * 3 / 2).pad_if_needed().reflect())
        .with(RandomAffine::new(0.0).scale(0.75..=1.5))
        .with(RandomCrop::new(CROP))
        .with(RandomHorizontalFlip::new())
        .with(RandomVerticalFlip::new())
        .with(RandomRotate90)
        .with(RandomBrightness::new(0.15))
        .with(RandomContrast::new(0.3))
        .with(RandomGamma::new(0.6..=1.6))
        .with(GaussianNoise::new(0.02));
    let train = DataLoader::new(MapTarget::new(crops, targets), number("batch", 4));
    let train = train.weighted(&importance, seed)?;
    let crops = Augment::new(valid.instances()?, seed);
    let crops = crops.with(RandomCrop::new(CROP).pad_if_needed().reflect());
    let valid = DataLoader::new(MapTarget::new(crops, targets), 4);

    let model = network(seed)?;
    let history = Trainer::new(&model, instance_loss)
        .optimizer(AdamW::new(number("rate", 2e-3)).weight_decay(1e-4))
        .schedule(Schedule::one_cycle())
        .epochs(number("epochs", 60))
        .clip_gradients(1.0)
        .resumable(format!("{weights}.run"))
        .callback(EachEpoch)
        .fit(&train, &valid)?;
    println!("best epoch: {:?}", history.best_epoch);
    model.parameters().save(&weights)
}

/// How often to take crops of each image: more often if it is large, and if it is of a rare kind of microscopy.
fn importance(nuclei: &Nuclei, indices: &[usize]) -> Result<Vec<f64>> {
    let kinds = nuclei.kinds(5.min(nuclei.len()), 1)?;
    let counts = kinds.counts();
    let importance = |&index: &usize| {
        let (height, width) = nuclei.original_size(index)?;
        let crops = (height * width) as f64 / (CROP * CROP) as f64;
        Ok(crops.sqrt().min(2.0) / (counts[kinds.groups()[index]] as f64).sqrt())
    };
    indices.iter().map(importance).collect()
}

/// The numbers of `zoom=1,1.5`.
fn zooms() -> Result<Vec<f64>> {
    let text = text("zoom", "1");
    let zooms = text.split(',').map(|zoom| match zoom.parse::<f64>() {
        Ok(zoom) if zoom > 0.0 && zoom.is_finite() => Ok(zoom),
        _ => Err(Error::Invalid(format!(
            "zoom={text}: give numbers above 0, such as zoom=1,1.5"
        ))),
    });
    zooms.collect()
}

fn score() -> Result<()> {
    let files = text("weights", "nuclei.safetensors");
    let models: Vec<UNet> = (files.split(',').map(|file| {
        let model = network(0)?;
        model.parameters().load(file)?;
        model.eval();
        Ok(model)
    }))
    .collect::<Result<_>>()?;
    let options = Options::new(64).originals();
    let (nuclei, indices) = match text("data", "").as_str() {
        "" => {
            let nuclei = Nuclei::load_or_synthesize(&options)?;
            let Split { valid, test, .. } = nuclei.split(SPLIT);
            let part = match text("part", "test").as_str() {
                "valid" => valid,
                _ => test,
            };
            (nuclei, part.indices().to_vec())
        }
        path => {
            let nuclei = Nuclei::load(path, &options.unmasked())?;
            let all = (0..nuclei.len()).collect();
            (nuclei, all)
        }
    };
    let usual = Separation::default();
    let recipe = Recipe {
        models,
        in_eight_views: number("tta", 1) != 0,
        zooms: zooms()?,
        separation: Separation {
            mask_threshold: number("mask", usual.mask_threshold),
            prominence: number("prominence", usual.prominence),
            min_size: number("smallest", usual.min_size),
        },
    };
    let mut submission = Submission::new();
    let scores = recipe.score(&nuclei, &indices, |id, objects| submission.add(id, objects))?;
    println!("{scores:?}");
    let path = text("submission", "answers.csv");
    submission.write(&path)?;
    println!("{} objects in {path}", submission.objects());
    Ok(())
}
