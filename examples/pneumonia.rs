//! Trains ResNet-18 on small chest X-rays, as MedMNIST's paper does (Yang et al. 2023: AUC .944, accuracy .854).
//!
//! `EOSIN_DATA=<folder of pneumoniamnist.npz> cargo run --release --example pneumonia -- epochs=10 batch=64 rate=0.001 seed=1`
//!
//! Weights are those of the epoch with the largest AUC on the validation images, as in the paper. The test images are looked at
//! once, at the end.

mod report;

use candle_core::{Device, Tensor};
use eosin::data::{Augment, Batches, DataLoader, Normalize, Pneumonia, RandomCrop, pneumonia};
use eosin::metrics::{ConfusionMatrix, roc_auc};
use eosin::nn::{Model, ResNet18};
use eosin::ops::cross_entropy;
use eosin::train::{Adam, Callback, Control, Epoch, History, Plan, Schedule, Trainer};
use report::{EachEpoch, number};
use std::cell::RefCell;
use std::time::Instant;

fn main() -> eosin::Result<()> {
    let begun = Instant::now();
    let seed = number("seed", 1);
    let batch = number("batch", 64);
    let parts = Pneumonia::load_or_synthesize()?.split();
    let train = Augment::new(parts.train, seed).with(RandomCrop::new(28).padding(2));
    let train = Normalize::new(train, &[0.5], &[0.5])?;
    let train = DataLoader::new(train, batch).shuffle(seed).drop_last(true);
    let valid = DataLoader::new(Normalize::new(parts.valid, &[0.5], &[0.5])?, batch);
    let test = DataLoader::new(Normalize::new(parts.test, &[0.5], &[0.5])?, batch);

    let model = ResNet18::small(1, pneumonia::CLASSES.len(), seed, &Device::Cpu)?;
    let best = RefCell::new(None);
    Trainer::new(&model, cross_entropy)
        .optimizer(Adam::new(number("rate", 1e-3)))
        .schedule(Schedule::one_cycle())
        .epochs(number("epochs", 10))
        .callback(EachEpoch)
        .callback(KeepBestAuc {
            model: &model,
            valid: &valid,
            best: &best,
        })
        .fit(&train, &valid)?;

    if let Some(best) = best.into_inner() {
        println!("best epoch by validation AUC: {}", best.epoch);
        model.parameters().restore(&best.weights)?;
    }
    let (logits, classes) = predict(&model, &test)?;
    let matrix = ConfusionMatrix::from_logits(&logits, &classes)?;
    println!(
        "test: AUC {:.4}, accuracy {:.4}",
        roc_auc(&scores(&logits)?, &classes)?,
        matrix.accuracy()
    );
    for (class, name) in pneumonia::CLASSES.iter().enumerate() {
        println!(
            "{name}: precision {:.4}, recall {:.4}, F1 {:.4}",
            matrix.precision(class),
            matrix.recall(class),
            matrix.f1_score(class)
        );
    }
    println!("{:.1} minutes", begun.elapsed().as_secs_f64() / 60.0);
    Ok(())
}

/// Logits and classes of all batches.
fn predict(model: &dyn Model, batches: &dyn Batches) -> eosin::Result<(Tensor, Tensor)> {
    let (mut logits, mut classes) = (Vec::new(), Vec::new());
    for batch in batches.batches(0) {
        let (images, of_images) = batch?;
        logits.push(model.forward(&images, false)?.detach());
        classes.push(of_images);
    }
    Ok((Tensor::cat(&logits, 0)?, Tensor::cat(&classes, 0)?))
}

/// How much larger the logit of pneumonia is: what the probability grows with.
fn scores(logits: &Tensor) -> eosin::Result<Tensor> {
    Ok((logits.get_on_dim(1, 1)? - logits.get_on_dim(1, 0)?)?)
}

struct Best {
    epoch: usize,
    auc: f64,
    weights: Vec<Tensor>,
}

/// The AUC belongs to all validation images together, not to a batch: so it is computed here, not as a metric of the trainer.
struct KeepBestAuc<'a> {
    model: &'a ResNet18,
    valid: &'a dyn Batches,
    best: &'a RefCell<Option<Best>>,
}

impl Callback for KeepBestAuc<'_> {
    fn on_epoch_end(&mut self, _: &Plan, _: &History, epoch: &Epoch) -> eosin::Result<Control> {
        let (logits, classes) = predict(self.model, self.valid)?;
        let auc = roc_auc(&scores(&logits)?, &classes)?;
        let accuracy = ConfusionMatrix::from_logits(&logits, &classes)?.accuracy();
        println!("          validation AUC {auc:.4}, accuracy {accuracy:.4}");
        let mut best = self.best.borrow_mut();
        if best.as_ref().is_none_or(|best| auc > best.auc) {
            *best = Some(Best {
                epoch: epoch.epoch,
                auc,
                weights: self.model.parameters().snapshot()?,
            });
        }
        Ok(Control::Continue)
    }
}
