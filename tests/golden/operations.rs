//! Operations give PyTorch's values and gradients. `make.py` made the file.

use candle_core::{DType, Device};
use eosin::ops::*;
use eosin::{Result, Tensor, Var};
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
    let golden: HashMap<String, Tensor> = golden
        .into_iter()
        .map(|(name, tensor)| (name, tensor.into()))
        .collect();
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
    check("linear", &|x| linear(&x[0], &x[1], Some(&x[2])));
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
    let classes = Tensor::from_iter((0..7u32).map(|index| index % 3), &Device::Cpu).unwrap();
    check("weighted_cross_entropy", &|x| {
        weighted_cross_entropy(&x[0], &classes, &[0.5, 2.0, 1.25])
    });
    check("weighted_bce_with_logits", &|x| {
        weighted_bce_with_logits(&x[0], &x[1], 0.375)
    });

    let in_file = golden
        .keys()
        .filter(|name| name.ends_with("/result"))
        .count();
    assert_eq!(names, in_file, "every operation of the file is compared");
}
