//! Operations and a whole network give PyTorch's values and gradients. `tests/golden/make.py` and `resnet.py` made the files.

use candle_core::{DType, Device, Tensor, Var};
use eosin::Result;
use eosin::nn::{Model, ResNet18};
use eosin::ops::*;
use eosin::train::{Optimizer, Sgd};
use std::collections::HashMap;

/// Runs an operation on PyTorch's inputs and compares result and gradients.
fn check(
    golden: &HashMap<String, Tensor>,
    name: &str,
    operation: impl Fn(&[Tensor]) -> Result<Tensor>,
) {
    let saved = |what: &str| golden.get(&format!("{name}/{what}"));
    let variables: Vec<Var> = (0..)
        .map_while(|index| saved(&format!("input{index}")))
        .map(|input| Var::from_tensor(input).unwrap())
        .collect();
    let inputs: Vec<Tensor> = variables
        .iter()
        .map(|input| input.as_tensor().clone())
        .collect();
    assert!(!inputs.is_empty(), "{name} is not in the file");
    let result = operation(&inputs).unwrap();
    assert_close(name, "result", &result, saved("result").unwrap());
    let count = result.elem_count();
    let weights = Tensor::arange(0f64, count as f64, &Device::Cpu)
        .unwrap()
        .cos()
        .unwrap();
    let weights = weights.reshape(result.shape()).unwrap();
    let loss = (result * weights).unwrap().sum_all().unwrap();
    let gradients = loss.backward().unwrap();
    for (index, input) in inputs.iter().enumerate() {
        let wanted = saved(&format!("gradient{index}")).unwrap();
        let found = gradients
            .get(input)
            .unwrap_or_else(|| panic!("{name}: no gradient {index}"));
        assert_close(name, &format!("gradient {index}"), found, wanted);
    }
}

fn assert_close(name: &str, what: &str, found: &Tensor, wanted: &Tensor) {
    assert_eq!(found.dims(), wanted.dims(), "{name}: shape of the {what}");
    let difference = (found - wanted)
        .unwrap()
        .abs()
        .unwrap()
        .flatten_all()
        .unwrap();
    let worst = difference.max(0).unwrap().to_scalar::<f64>().unwrap();
    assert!(worst < 1e-10, "{name}: the {what} differs by {worst}");
}

#[test]
fn operations_are_pytorchs_forward_and_backward() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/pytorch.safetensors"
    );
    let golden = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    assert!(golden.values().all(|tensor| tensor.dtype() == DType::F64));
    let mut names = 0;
    let mut check = |name: &str, operation: &dyn Fn(&[Tensor]) -> Result<Tensor>| {
        names += 1;
        check(&golden, name, operation);
    };
    let conv =
        |options: ConvOptions| move |x: &[Tensor]| conv2d(&x[0], &x[1], Some(&x[2]), &options);
    check("conv2d", &conv(ConvOptions::new().padding(1)));
    let strided = ConvOptions::new()
        .stride((2, 3))
        .padding((1, 2))
        .dilation((2, 1));
    check("conv2d strided", &conv(strided));
    check(
        "conv2d grouped",
        &conv(ConvOptions::new().groups(2).stride(2)),
    );
    let replicate = ConvOptions::new()
        .padding(1)
        .padding_mode(PaddingMode::Replicate);
    check("conv2d replicate", &conv(replicate));

    let transposed = |options: ConvTransposeOptions| {
        move |x: &[Tensor]| conv_transpose2d(&x[0], &x[1], Some(&x[2]), &options)
    };
    check(
        "conv_transpose2d",
        &transposed(ConvTransposeOptions::new().stride(2)),
    );
    let padded = ConvTransposeOptions::new()
        .stride((2, 3))
        .padding(1)
        .output_padding((1, 2));
    check(
        "conv_transpose2d padded",
        &transposed(padded.dilation((1, 2))),
    );
    let grouped = ConvTransposeOptions::new().stride(2).groups(2);
    check("conv_transpose2d grouped", &transposed(grouped));

    let overlapping = PoolOptions::new(3).stride(2).padding(1);
    check("max_pool2d", &|x| max_pool2d(&x[0], &PoolOptions::new(2)));
    check("max_pool2d padded", &|x| {
        max_pool2d(&x[0], &overlapping.ceil_mode(true))
    });
    check("max_pool2d ties", &|x| {
        max_pool2d(&x[0], &PoolOptions::new(2).stride(1))
    });
    check("min_pool2d", &|x| min_pool2d(&x[0], &PoolOptions::new(2)));
    check("max_unpool2d", &|x| {
        let (pooled, indices) = max_pool2d_with_indices(&x[0], &PoolOptions::new(2))?;
        max_unpool2d(&pooled, &indices, (7, 6))
    });
    check("avg_pool2d", &|x| avg_pool2d(&x[0], &overlapping));
    let uncounted = PoolOptions::new((3, 2))
        .stride(2)
        .padding((1, 0))
        .ceil_mode(true);
    check("avg_pool2d uncounted", &|x| {
        avg_pool2d(&x[0], &uncounted.count_include_pad(false))
    });
    let ceil = PoolOptions::new(2).padding(1).ceil_mode(true);
    check("avg_pool2d ceil", &|x| avg_pool2d(&x[0], &ceil));
    check("adaptive_avg_pool2d", &|x| {
        adaptive_avg_pool2d(&x[0], (3, 4))
    });
    check("upsample_nearest2d", &|x| {
        upsample_nearest2d(&x[0], (9, 13))
    });
    check("upsample_bilinear2d", &|x| {
        upsample_bilinear2d(&x[0], (9, 13), false)
    });
    check("upsample_bilinear2d corners", &|x| {
        upsample_bilinear2d(&x[0], (9, 3), true)
    });
    check("replicate_pad2d", &|x| replicate_pad2d(&x[0], (1, 2)));

    check("relu", &|x| relu(&x[0]));
    check("leaky_relu", &|x| leaky_relu(&x[0], 0.1));
    check("elu", &|x| elu(&x[0], 0.7));
    check("sigmoid", &|x| sigmoid(&x[0]));
    check("tanh", &|x| tanh(&x[0]));
    check("softplus", &|x| softplus(&x[0], 2.0));
    check("linear", &|x| {
        linear(&x[0], &x[1], &x[2], Activation::Identity)
    });
    check("pixel_shuffle", &|x| pixel_shuffle(&x[0], 2));
    check("batch_norm", &|x| {
        batch_norm(&x[0], &x[1], &x[2], &Statistics::Batch, 1e-5)
    });
    let four = |value: f64| Tensor::full(value, 4, &Device::Cpu).unwrap();
    let running = Statistics::Running {
        mean: four(0.5),
        variance: four(2.0),
    };
    check("batch_norm running", &|x| {
        batch_norm(&x[0], &x[1], &x[2], &running, 1e-5)
    });
    let classes = Tensor::from_iter((0..7u32).map(|index| index % 5), &Device::Cpu).unwrap();
    check("cross_entropy", &|x| cross_entropy(&x[0], &classes));
    check("bce_with_logits", &|x| bce_with_logits(&x[0], &x[1]));

    let in_file = golden
        .keys()
        .filter(|name| name.ends_with("/result"))
        .count();
    assert_eq!(names, in_file, "every operation of the file is compared");
}

/// The formula of `resnet.py`.
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

#[test]
fn a_training_step_of_resnet_18_is_torchvisions() {
    // Single precision through 18 layers: relative to the largest number.
    const TOLERANCE: f64 = 2e-4;
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/resnet.safetensors"
    );
    let golden = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    let small = ResNet18::small(2, 3, 1, &Device::Cpu).unwrap();
    let standard = ResNet18::standard(2, 3, 1, &Device::Cpu).unwrap();
    let mut compared = 0;
    for (variant, model, size) in [("small", small, 12), ("standard", standard, 40)] {
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

        let logits = model.forward(&images, true).unwrap();
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
        Sgd::new(0.01).step(model.parameters(), &gradients).unwrap();
        for (name, buffer) in model.parameters().buffers() {
            check(name, &numbers(buffer), None);
        }
        let after = model.forward(&images, false).unwrap();
        check("logits after the step", &numbers(&after), None);
    }
    assert_eq!(compared, golden.len(), "everything in the file is compared");
}
