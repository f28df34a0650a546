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
            Box::new(SimpleConv::new(3, 4, seed, device).unwrap()),
            [2, 3, 9, 9],
        ),
        (
            "PatchClassifier",
            Box::new(PatchClassifier::new(3, 2, seed, device).unwrap()),
            [4, 3, 32, 32],
        ),
        (
            "FullyConvolutional",
            Box::new(
                PatchClassifier::new(3, 2, seed, device)
                    .unwrap()
                    .fully_convolutional()
                    .unwrap(),
            ),
            [2, 3, 32, 36],
        ),
        (
            "ConvDeconv",
            Box::new(ConvDeconv::new(1, 2, seed, device).unwrap()),
            [2, 1, 8, 16],
        ),
        (
            "SmallUNet",
            Box::new(SmallUNet::new(1, 2, seed, device).unwrap()),
            [2, 1, 8, 12],
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
        // Not the mean of squares: behind batch normalisation, that is always one.
        let cubes = (output.sqr().unwrap() * &output).unwrap();
        let gradients = cubes.mean_all().unwrap().backward().unwrap();
        let is_normalised = model.parameters().buffers().count() > 0;
        for (parameter, variable) in model.parameters().iter() {
            let gradient = gradients
                .get(variable)
                .unwrap_or_else(|| panic!("{name}: {parameter} has no gradient"));
            let largest = numbers(&gradient.abs().unwrap())
                .into_iter()
                .fold(0.0, f32::max);
            // Batch normalisation takes a bias before it away with the mean.
            let may_be_zero = is_normalised && parameter.ends_with(".bias");
            assert!(
                (largest > 0.0 || may_be_zero) && largest.is_finite(),
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
fn a_list_of_layers_counts_what_each_learns() -> Result<()> {
    let list = layer_list(&UNet::new(1, &Device::Cpu)?);
    assert_eq!(list.parameters(), 1_941_105);
    let row = |name: &str| list.rows.iter().find(|row| row.name == name).unwrap();
    assert_eq!(row("down.0.3").layer, "Conv2d(16, 16, 3)");
    assert_eq!(row("down.0.3").parameters, 16 * 16 * 9 + 16);
    assert_eq!(row("down.0").parameters, 3 * 16 * 9 + 16 + 16 * 16 * 9 + 16);
    assert_eq!(row("down.0.1").layer, "Elu(1.0)");
    assert!(list.to_string().contains("1,941,105"));
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

/// Name, output, receptive field and multiply-adds of each row.
fn told(summary: &Summary, name: &str) -> (Vec<usize>, String, usize) {
    let row = summary.rows.iter().find(|row| row.name == name).unwrap();
    let output = row.output.as_ref().map(|output| output.dims().to_vec());
    let field = row.receptive_field.map(|field| field.to_string());
    (
        output.unwrap_or_default(),
        field.unwrap_or_default(),
        row.multiply_adds,
    )
}

#[test]
fn a_summary_knows_shapes_costs_and_receptive_fields() -> Result<()> {
    let mnist = summary(&MnistModel::new(1, &Device::Cpu)?, (1, 1, 28, 28))?;
    let expected = [
        ("layers.0", vec![1, 32, 28, 28], "5", 784 * (25 + 1) * 32),
        ("layers.2", vec![1, 32, 14, 14], "6", 0),
        (
            "layers.3",
            vec![1, 64, 14, 14],
            "14",
            196 * (25 * 32 + 1) * 64,
        ),
        ("layers.5", vec![1, 64, 7, 7], "16", 0),
        ("layers.6", vec![1, 3136], "16", 0),
        ("layers.7", vec![1, 1024], "all", (3136 + 1) * 1024),
        ("layers.10", vec![1, 10], "all", (1024 + 1) * 10),
        ("", vec![1, 10], "all", 13_922_570),
    ];
    for (name, output, field, multiply_adds) in expected {
        let expected = (output, field.to_owned(), multiply_adds);
        assert_eq!(told(&mnist, name), expected, "{name}");
    }
    assert_eq!(mnist.parameters(), 3_274_634);

    let simple = summary(&SimpleConv::new(1, 2, 1, &Device::Cpu)?, (2, 1, 8, 8))?;
    let (output, field, _) = told(&simple, "layers");
    assert_eq!((output, field.as_str()), (vec![2, 2, 8, 8], "9"));
    Ok(())
}

#[test]
fn a_summary_follows_skip_connections_and_layers_made_on_the_way() -> Result<()> {
    let summary = summary(&UNet::new(1, &Device::Cpu)?, (1, 3, 32, 32))?;
    assert_eq!(summary.parameters(), 1_941_105);
    // Of each level the two convolutions, and on the way up the transposed one, at its size.
    let side = [32, 16, 8, 4, 2];
    let pixels = side.map(|side| side * side);
    let mut by_hand = pixels[0] * (16 + 1);
    for (level, channels) in [16, 32, 64, 128, 256].into_iter().enumerate() {
        let before = if level == 0 { 3 } else { channels / 2 };
        by_hand += pixels[level] * (9 * before + 1 + 9 * channels + 1) * channels;
        if level < 4 {
            by_hand += pixels[level + 1] * 4 * 2 * channels * channels + pixels[level] * channels;
            by_hand += pixels[level] * (9 * 2 * channels + 1 + 9 * channels + 1) * channels;
        }
    }
    assert_eq!(summary.multiply_adds(), by_hand);

    let pools = summary
        .rows
        .iter()
        .filter(|row| row.layer == "MaxPool2d(2)");
    assert_eq!(pools.map(|row| row.depth).collect::<Vec<_>>(), [1; 4]);
    let named = |source: &Source| match source {
        Source::Step(step) => summary.rows[summary.steps[*step].row].name.as_str(),
        Source::Input => "input",
    };
    let joined = summary.steps.iter().filter(|step| step.sources.len() > 1);
    let joined: Vec<Vec<&str>> = joined
        .map(|step| step.sources.iter().map(named).collect())
        .collect();
    let expected = ["down.3.4", "down.2.4", "down.1.4", "down.0.4"]
        .into_iter()
        .zip(["up.0.0", "up.1.0", "up.2.0", "up.3.0"]);
    assert_eq!(
        joined,
        expected
            .map(|(down, up)| vec![down, up])
            .collect::<Vec<_>>()
    );
    Ok(())
}

/// A model as learners write it: fields in another order than they run, and operations between them.
#[derive(Layers)]
struct Written {
    last: Linear,
    first: Conv2d,
    second: Conv2d,
}

impl Module for Written {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let first = crate::ops::relu(&self.first.forward(input)?)?;
        let both = Tensor::cat(&[&self.second.forward(&first)?, &first], 1)?;
        let small = crate::ops::max_pool2d(&both, &crate::ops::PoolOptions::new(2))?;
        let again = self.second.forward(&small.narrow(1, 0, 2)?)?;
        self.last.forward(&again.mean((2, 3))?)
    }
}

#[test]
fn a_summary_of_a_learners_struct_follows_what_is_computed_between_layers() -> Result<()> {
    let written = Written {
        last: Linear::new(2, 1),
        first: Conv2d::new(1, 2, 3).padding(1),
        second: Conv2d::new(2, 2, 3).padding(1),
    };
    let written = written.init(1, &Device::Cpu)?;
    let model = sequential![written, Sigmoid];
    model.train();
    let summary = summary(&model, (1, 1, 4, 4))?;
    let order: Vec<&str> = (summary.steps.iter())
        .map(|step| summary.rows[step.row].name.as_str())
        .collect();
    assert_eq!(order, ["0.first", "0.second", "0.second", "0.last", "1"]);
    let sources = |step: usize| summary.steps[step].sources.clone();
    assert_eq!(sources(2), [Source::Step(0), Source::Step(1)]);
    assert_eq!(told(&summary, "0").0, [1, 1]);
    // The pooling between them is no layer, so what `second` sees in the end is unknown.
    let second = 16 * (9 * 2 + 1) * 2 + 4 * (9 * 2 + 1) * 2;
    assert_eq!(
        told(&summary, "0.second"),
        (vec![1, 2, 2, 2], String::new(), second)
    );
    assert_eq!(told(&summary, "0.last"), (vec![1, 1], "all".to_owned(), 3));
    assert!(summary.to_string().contains("0.second"));
    Ok(())
}

/// Pools first, by a layer that is no field.
#[derive(Layers)]
struct Pooled(Conv2d);

impl Module for Pooled {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.0.forward(&MaxPool2d::new(2).forward(input)?)
    }
}

#[test]
fn a_layer_made_on_the_way_belongs_to_the_model_that_runs() -> Result<()> {
    let model = sequential![Relu, Pooled(Conv2d::new(1, 1, 3)), Flatten, Flatten];
    let summary = summary(&model.init(1, &Device::Cpu)?, (1, 1, 8, 8))?;
    let rows: Vec<(&str, usize)> = (summary.rows.iter())
        .map(|row| (row.layer.as_str(), row.depth))
        .collect();
    let expected = [
        ("Sequential", 0),
        ("Relu", 1),
        ("Pooled", 1),
        ("MaxPool2d(2)", 2),
        ("Conv2d(1, 1, 3)", 2),
        ("Flatten", 1),
        ("Flatten", 1),
    ];
    assert_eq!(rows, expected);
    let order: Vec<usize> = summary.steps.iter().map(|step| step.row).collect();
    assert_eq!(order, [1, 3, 4, 5, 6]);
    assert_eq!(
        told(&summary, "1"),
        (vec![1, 1, 2, 2], "6".to_owned(), 4 * (9 + 1))
    );
    Ok(())
}

#[test]
fn receptive_fields_know_dilation_rectangles_and_transposed_convolutions() -> Result<()> {
    let model = sequential![
        Conv2d::new(1, 1, (3, 5)).stride(2).padding((1, 2)),
        Conv2d::new(1, 1, 3).dilation(2).padding(2),
        ConvTranspose2d::new(1, 1, 2).stride(2),
        Conv2d::new(1, 1, 3).padding(1),
        AdaptiveAvgPool2d::new(1),
    ];
    let summary = summary(&model.init(1, &Device::Cpu)?, (1, 1, 16, 16))?;
    let fields: Vec<String> = (0..5)
        .map(|row| told(&summary, &row.to_string()).1)
        .collect();
    assert_eq!(fields, ["3 x 5", "11 x 13", "11 x 13", "13 x 15", "all"]);
    Ok(())
}

#[test]
fn a_residual_block_sees_what_its_larger_branch_sees() -> Result<()> {
    let summary = summary(&ResNet18::small(1, 2, 1, &Device::Cpu)?, (1, 1, 28, 28))?;
    let field = |name| told(&summary, name).1;
    assert_eq!(
        ["layer2.0.downsample", "layer2.0.bn2", "layer2.0"].map(field),
        ["11", "17", "17"]
    );
    Ok(())
}
