//! The small ResNet of lesson 06: 77,169 parameters.

use crate::write;
use candle_core::{DType, Device};
use eosin::data::{Augment, DataLoader, Normalize, Pneumonia, RandomAffine, RandomBrightness};
use eosin::data::{Dataset, pneumonia};
use eosin::nn::{self, Layers, Module};
use eosin::train::{Adam, Schedule, Trainer, predict_all};
use eosin::{Error, Result, Tensor, metrics, ops};

/// As in the lesson: names and shapes of its parameters must be the same.
#[derive(Layers)]
struct Block {
    change: nn::Sequential,
    shortcut: Option<nn::Sequential>,
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let kept = match &self.shortcut {
            Some(shortcut) => shortcut.forward(x)?,
            None => x.clone(),
        };
        ops::relu(&(self.change.forward(x)? + kept)?)
    }
}

fn block(inputs: usize, outputs: usize, stride: usize) -> Block {
    let conv = |inputs, size, stride| {
        let conv = nn::Conv2d::new(inputs, outputs, size).stride(stride);
        conv.padding(size / 2).bias(false)
    };
    let norm = || nn::BatchNorm2d::new(outputs);
    let fits = inputs == outputs && stride == 1;
    Block {
        change: nn::sequential![
            conv(inputs, 3, stride),
            norm(),
            nn::Relu,
            conv(outputs, 3, 1),
            norm()
        ],
        shortcut: (!fits).then(|| nn::sequential![conv(inputs, 1, stride), norm()]),
    }
}

fn small_resnet(seed: u64) -> Result<nn::Sequential> {
    let layers = nn::sequential![
        nn::Conv2d::new(1, 16, 3).padding(1).bias(false),
        nn::BatchNorm2d::new(16),
        nn::Relu,
        block(16, 16, 1),
        block(16, 32, 2),
        block(32, 64, 2),
        nn::AdaptiveAvgPool2d::new(1),
        nn::Flatten,
        nn::Linear::new(64, 1)
    ];
    layers.init(seed, &Device::Cpu)
}

fn normal<D: Dataset>(images: D) -> Result<Normalize<D>> {
    Normalize::new(images, &[0.5], &[0.5])
}

fn auc(logits: &Tensor, classes: &Tensor) -> Result<f64> {
    metrics::roc_auc(&logits.squeeze(1)?, classes)
}

/// Trains as the lesson's solution does.
pub fn make(name: &str) -> Result<()> {
    let path = pneumonia::find().ok_or_else(|| {
        Error::Data(
            "weights are made from the real X-rays: `data::download::pneumonia()?` gets them, or set EOSIN_DATA to their folder".to_owned(),
        )
    })?;
    let xrays = Pneumonia::load(path)?;
    let augmented = Augment::new(xrays.train.clone(), 1)
        .with(RandomAffine::new(5.0).translate(0.07, 0.07))
        .with(RandomBrightness::new(0.1));
    let train = DataLoader::new(normal(augmented)?, 64).shuffle(1);
    let valid = DataLoader::new(normal(xrays.valid)?, 250);
    let test = DataLoader::new(normal(xrays.test)?, 250);
    let ill = xrays.train.classes().iter().filter(|&&class| class == 1);
    let ill = ill.count() as f64;
    let positive_weight = (xrays.train.len() as f64 - ill) / ill;

    let resnet = small_resnet(1)?;
    let loss = |logits: &Tensor, classes: &Tensor| {
        let target = classes.to_dtype(DType::F32)?;
        ops::weighted_bce_with_logits(&logits.squeeze(1)?, &target, positive_weight)
    };
    let history = Trainer::new(&resnet, loss)
        .optimizer(Adam::new(3e-3))
        .schedule(Schedule::one_cycle())
        .epochs(5)
        .epoch_metric("AUC", auc)
        .fit(&train, &valid)?;
    for epoch in &history.epochs {
        println!("{epoch:?}");
    }
    let data = "PneumoniaMNIST, its 4,708 training images";
    write(name, data, &resnet.parameters(), || {
        let (logits, classes) = predict_all(&resnet, &test)?;
        let auc = auc(&logits, &classes)?;
        Ok(format!("an AUC of {auc:.3} on the 624 test images"))
    })
}
