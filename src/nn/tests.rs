//! All models: every parameter learns, and the seed decides everything.

use super::*;
use crate::{Result, Tensor};
use candle_core::{DType, Device};

fn models(seed: u64) -> Vec<(&'static str, Box<dyn Module>, [usize; 4])> {
    let device = &Device::Cpu;
    vec![
        (
            "Mlp",
            Box::new(Mlp::new(&[36, 8, 2], seed, device).unwrap()),
            [3, 1, 6, 6],
        ),
        (
            "MnistModel",
            Box::new(MnistModel::new(seed, device).unwrap()),
            [2, 1, 28, 28],
        ),
        (
            "SimpleConv",
            Box::new(SimpleConv::new(3, 9, 4, seed, device).unwrap()),
            [2, 3, 9, 9],
        ),
        (
            "PatchClassifier",
            Box::new(PatchClassifier::new(3, 2, seed, device).unwrap()),
            [4, 3, 17, 16],
        ),
        (
            "ConvDeconv",
            Box::new(ConvDeconv::new(1, 2, seed, device).unwrap()),
            [2, 1, 8, 16],
        ),
        (
            "ResNet18",
            Box::new(ResNet18::small(1, 2, seed, device).unwrap()),
            [2, 1, 12, 12],
        ),
        (
            "UNet",
            Box::new(UNet::new(seed, device).unwrap()),
            [1, 3, 16, 32],
        ),
    ]
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn every_parameter_learns_and_the_seed_decides_all() {
    for ((name, model, shape), (_, again, _)) in models(7).into_iter().zip(models(7)) {
        let count: usize = shape.iter().product();
        let input = Tensor::arange(0f32, count as f32, &Device::Cpu).unwrap();
        let input = input.sin().unwrap().reshape(&shape).unwrap();
        let output = model.forward(&input).unwrap();
        let trained_again = again.forward(&input).unwrap();
        assert_eq!(numbers(&output), numbers(&trained_again), "{name}");
        let gradients = output
            .sqr()
            .unwrap()
            .mean_all()
            .unwrap()
            .backward()
            .unwrap();
        for (parameter, variable) in model.parameters().iter() {
            let gradient = gradients
                .get(variable)
                .unwrap_or_else(|| panic!("{name}: {parameter} has no gradient"));
            let largest = numbers(&gradient.abs().unwrap())
                .into_iter()
                .fold(0.0, f32::max);
            assert!(
                largest > 0.0 && largest.is_finite(),
                "{name}: {parameter}: {largest}"
            );
        }
        let evaluated = || numbers(&model.predict(&input).unwrap());
        assert_eq!(evaluated(), evaluated(), "{name}");
        let flat = Tensor::zeros((2, 5), DType::F32, &Device::Cpu).unwrap();
        assert!(model.predict(&flat).is_err(), "{name}");
    }
}

#[test]
fn fused_layers_compute_what_they_compute_apart() -> Result<()> {
    let layers = || {
        sequential![
            Conv2d::new(2, 3, 3).padding(1),
            Elu(1.0),
            Dropout::new(0.3),
            BatchNorm2d::new(3),
            Relu,
            Dropout::new(0.2),
            Flatten,
            Linear::new(3 * 4 * 4, 5),
            Tanh,
            Dropout::new(0.5),
            Tanh,
        ]
    };
    let count = layers().parameters().count();
    assert_eq!(count, 0, "nothing is drawn before init");
    // The same seed twice, so that both draw the same masks.
    let (fused, apart) = (
        layers().init(3, &Device::Cpu)?,
        layers().init(3, &Device::Cpu)?,
    );
    let input = Tensor::arange(0f32, 64.0, &Device::Cpu)?
        .sin()?
        .reshape((2, 2, 4, 4))?;
    let fused = numbers(&fused.forward(&input)?);
    let apart = numbers(&apart.outputs(&input)?[10]);
    for (fused, apart) in fused.iter().zip(apart) {
        assert!((fused - apart).abs() < 1e-6, "{fused} is not {apart}");
    }
    Ok(())
}

#[test]
fn an_error_names_the_layer_and_a_model_without_values_says_so() -> Result<()> {
    let model = sequential![Linear::new(4, 3), Relu, Linear::new(2, 1)];
    let input = Tensor::zeros((1, 4), DType::F32, &Device::Cpu)?;
    let message = model.forward(&input).unwrap_err().to_string();
    assert!(message.contains(".init(42, &Device::Cpu)?"), "{message}");
    let model = model.init(1, &Device::Cpu)?;
    let message = model.forward(&input).unwrap_err().to_string();
    assert!(message.starts_with("layer 2, Linear(2, 1): "), "{message}");
    Ok(())
}

#[test]
fn a_summary_counts_what_each_layer_learns() -> Result<()> {
    let summary = summary(&UNet::new(1, &Device::Cpu)?);
    assert_eq!(summary.parameters(), 1_941_105);
    let row = |name: &str| summary.rows.iter().find(|row| row.name == name).unwrap();
    assert_eq!(row("down.0.3").layer, "Conv2d(16, 16, 3)");
    assert_eq!(row("down.0.3").parameters, 16 * 16 * 9 + 16);
    assert_eq!(row("down.0").parameters, 3 * 16 * 9 + 16 + 16 * 16 * 9 + 16);
    assert_eq!(row("down.0.1").layer, "Elu(1.0)");
    assert!(summary.to_string().contains("1,941,105"));
    Ok(())
}

#[derive(Layers)]
struct Own<T> {
    size: usize,
    pair: (Linear, Option<Linear>),
    rest: Vec<T>,
    #[layers(skip)]
    foreign: std::time::Duration,
}

#[test]
fn the_derived_names_follow_the_fields() -> Result<()> {
    let own = Own {
        size: 1,
        pair: (Linear::new(1, 1), Some(Linear::new(1, 1).bias(false))),
        rest: vec![Box::new(Linear::new(1, 2))],
        foreign: std::time::Duration::ZERO,
    };
    let own = own.init(1, &Device::Cpu)?;
    let parameters = own.parameters();
    let names: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
    let wanted = [
        "pair.0.weight",
        "pair.0.bias",
        "pair.1.weight",
        "rest.0.weight",
        "rest.0.bias",
    ];
    assert_eq!(names, wanted);
    assert_eq!((own.size, own.foreign.as_secs()), (1, 0));
    Ok(())
}
