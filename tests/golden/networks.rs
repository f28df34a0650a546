//! Whole networks, one training step: values, gradients, running statistics. `networks.py` made the file.

use candle_core::{DType, Device};
use eosin::nn::{DenseBlock, Layers, Module, ResNet18, Transition};
use eosin::ops::cross_entropy;
use eosin::train::{Optimizer, Sgd};
use eosin::{Result, Tensor};
use std::collections::HashMap;

/// The formula of `networks.py`.
fn scattered(shape: &[usize]) -> Tensor {
    let mixed = |index: u64| {
        let mixed = (index + 1)
            .wrapping_mul(index + 7)
            .wrapping_mul(2_654_435_761);
        ((mixed >> 8) % (1 << 24)) as f64 / f64::from(1 << 24) - 0.5
    };
    let count: usize = shape.iter().product();
    let numbers: Vec<f64> = (0..count as u64).map(mixed).collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    let flat = tensor.flatten_all().unwrap();
    flat.to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

/// A dense block and a transition; the mean of each channel is a logit.
#[derive(Layers)]
struct Dense {
    block: DenseBlock,
    transition: Transition,
}

impl Module for Dense {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let features = self.block.forward(input)?;
        self.transition.forward(&features)?.mean((2, 3))
    }
}

#[test]
fn a_training_step_is_torchvisions() {
    // Single precision through 18 layers: relative to the largest number.
    const TOLERANCE: f64 = 2e-4;
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/networks.safetensors"
    );
    let golden = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    let golden: HashMap<String, Tensor> = golden
        .into_iter()
        .map(|(name, tensor)| (name, tensor.into()))
        .collect();
    let small = ResNet18::small(2, 3, 1, &Device::Cpu).unwrap();
    let standard = ResNet18::standard(2, 3, 1, &Device::Cpu).unwrap();
    let dense = Dense {
        block: DenseBlock::new(2, 3, 4),
        transition: Transition::new(14, 3),
    };
    let dense = dense.init(1, &Device::Cpu).unwrap();
    let models: [(&str, &dyn Module, usize); 3] = [
        ("small ResNet", &small, 12),
        ("ResNet", &standard, 40),
        ("dense", &dense, 9),
    ];
    let mut compared = 0;
    for (variant, model, size) in models {
        let mut check = |what: &str, found: &[f64], size: Option<f64>| {
            compared += 1;
            let name = format!("{variant}/{what}");
            let wanted = numbers(golden.get(&name).unwrap_or_else(|| panic!("no {name}")));
            assert_eq!(found.len(), wanted.len(), "{name}");
            let largest = wanted
                .iter()
                .fold(0.0, |largest: f64, x| largest.max(x.abs()));
            let allowed = TOLERANCE * size.unwrap_or(largest);
            for (found, wanted) in found.iter().zip(&wanted) {
                let difference = (found - wanted).abs();
                assert!(difference <= allowed, "{name}: {found} is not {wanted}");
            }
        };
        for (_, parameter) in model.parameters().iter() {
            let values = scattered(parameter.dims());
            let values = match parameter.dims() {
                [_] => values + 1.0,
                [_, rest @ ..] => values * (12.0 / rest.iter().product::<usize>() as f64).sqrt(),
                [] => unreachable!(),
            };
            let values = values.unwrap().to_dtype(DType::F32).unwrap();
            parameter.set(&values).unwrap();
        }
        let images = scattered(&[4, 2, size, size]);
        let images = images.to_dtype(DType::F32).unwrap();
        let classes = Tensor::new(&[0u32, 2, 1, 2], &Device::Cpu).unwrap();

        let logits = model.forward(&images).unwrap();
        check("logits", &numbers(&logits), None);
        let loss = cross_entropy(&logits, &classes).unwrap();
        check("loss", &numbers(&loss), None);
        let gradients = loss.backward().unwrap();
        for (name, parameter) in model.parameters().iter() {
            let gradient = numbers(gradients.get(parameter).unwrap());
            let product: f64 = numbers(&scattered(&[gradient.len()]))
                .iter()
                .zip(&gradient)
                .map(|(a, b)| a * b)
                .sum();
            let length = gradient.iter().map(|x| x * x).sum::<f64>().sqrt();
            check(
                &format!("gradient of {name}"),
                &[length, product],
                Some(length),
            );
        }
        Sgd::new(0.01)
            .step(&model.parameters(), &gradients)
            .unwrap();
        for (name, buffer) in model.parameters().buffers() {
            check(name, &numbers(buffer), None);
        }
        let after = model.predict(&images).unwrap();
        check("logits after the step", &numbers(&after), None);
    }
    assert_eq!(compared, golden.len(), "everything in the file is compared");
}
