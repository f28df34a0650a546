//! Trains ResNet-18 on small chest X-rays, as MedMNIST's paper does (Yang et al. 2023: AUC .944, accuracy .854).
//!
//! `EOSIN_DATA=<folder of pneumoniamnist.npz> cargo run --release --example pneumonia -- epochs=10 batch=64 rate=0.001 seed=1`
//!
//! Weights are those of the epoch with the largest AUC on the validation images, as in the paper. The test images are looked at
//! once, at the end.

mod report;

use candle_core::Device;
use eosin::Tensor;
use eosin::data::{Augment, DataLoader, Normalize, Pneumonia, RandomCrop, pneumonia};
use eosin::metrics::{ConfusionMatrix, accuracy, roc_auc};
use eosin::nn::{Layers, ResNet18};
use eosin::ops::cross_entropy;
use eosin::train::{Adam, Callback, Run, Schedule, Trainer, predict_all};
use report::{EachEpoch, number};
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
    let mut best = BestAuc::default();
    Trainer::new(&model, cross_entropy)
        .optimizer(Adam::new(number("rate", 1e-3)))
        .schedule(Schedule::one_cycle())
        .epochs(number("epochs", 10))
        .metric("accuracy", accuracy)
        .epoch_metric("auc", auc_of_logits)
        .callback(EachEpoch)
        .callback(&mut best)
        .fit(&train, &valid)?;

    println!("best epoch by validation AUC: {}", best.epoch);
    model.parameters().restore(&best.weights)?;
    let (logits, classes) = predict_all(&model, &test)?;
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

/// How much larger the logit of pneumonia is: what the probability grows with.
fn scores(logits: &Tensor) -> eosin::Result<Tensor> {
    logits.get_on_dim(1, 1)? - logits.get_on_dim(1, 0)?
}

fn auc_of_logits(logits: &Tensor, classes: &Tensor) -> eosin::Result<f64> {
    roc_auc(&scores(logits)?, classes)
}

/// The weights of the epoch with the largest validation AUC.
#[derive(Default)]
struct BestAuc {
    epoch: usize,
    auc: f64,
    weights: Vec<Tensor>,
}

impl Callback for BestAuc {
    fn on_epoch_end(&mut self, run: &mut Run) -> eosin::Result<()> {
        let auc = run
            .last_epoch()
            .map_or(Ok(0.0), |epoch| epoch.metric("auc"))?;
        if auc > self.auc {
            let weights = run.model.parameters().snapshot()?;
            *self = BestAuc {
                epoch: run.epoch,
                auc,
                weights,
            };
        }
        Ok(())
    }
}
