//! Weights are drawn as widely as PyTorch draws them. `initialisers.py` made the file.

use candle_core::Device;
use eosin::nn::{Conv2d, ConvTranspose2d, Fan, Init, Layers, Linear};
use eosin::ops::Activation;
use std::collections::HashMap;

/// The standard deviation of a layer's weight, and how far from it numbers are (the kurtosis).
fn spread(init: Init, layer: impl Layers) -> [f64; 2] {
    let layer = layer.init_with(init, 1, &Device::Cpu).unwrap();
    let weight = layer.parameters().get("weight").unwrap();
    let numbers: Vec<f32> = weight.flatten_all().unwrap().to_vec1().unwrap();
    let moment = |power| {
        let powers = numbers.iter().map(|&number| f64::from(number).powi(power));
        powers.sum::<f64>() / numbers.len() as f64
    };
    [moment(2).sqrt(), moment(4) / moment(2).powi(2)]
}

#[test]
fn weights_are_drawn_as_widely_as_pytorch_draws_them() {
    let golden = include_str!("initialisers.json");
    let golden: HashMap<String, HashMap<String, [f64; 2]>> = serde_json::from_str(golden).unwrap();
    let relu = Init::KaimingNormal(Fan::In, Activation::Relu);
    let leaky_relu = Init::KaimingNormal(Fan::Out, Activation::LeakyRelu(0.5));
    let identity = Init::KaimingUniform(Fan::In, Activation::Identity);
    let inits = [
        ("default", Init::Default),
        ("kaiming normal, in, relu", relu),
        ("kaiming normal, out, leaky relu", leaky_relu),
        ("kaiming uniform, in, identity", identity),
        ("xavier normal, tanh", Init::XavierNormal(Activation::Tanh)),
        (
            "xavier uniform, sigmoid",
            Init::XavierUniform(Activation::Sigmoid),
        ),
    ];
    assert_eq!(golden.len(), inits.len());
    for (name, init) in inits {
        let linear = spread(init, Linear::new(300, 200));
        let convolution = spread(init, Conv2d::new(64, 128, 3).bias(false));
        let transposed = spread(init, ConvTranspose2d::new(128, 96, 2));
        for (layer, found) in [
            ("linear", linear),
            ("convolution", convolution),
            ("transposed convolution", transposed),
        ] {
            for (found, wanted) in found.iter().zip(golden[name][layer]) {
                let difference = (found / wanted - 1.0).abs();
                assert!(
                    difference < 0.03,
                    "{name}, {layer}: {found} is not {wanted}"
                );
            }
        }
    }
}

#[test]
fn biases_are_drawn_like_weights_by_default_and_else_are_0() {
    let bias = |init| {
        let layer = Linear::new(16, 1000)
            .init_with(init, 1, &Device::Cpu)
            .unwrap();
        let bias = layer.parameters().get("bias").unwrap();
        bias.to_vec1::<f32>().unwrap()
    };
    let largest = |numbers: Vec<f32>| numbers.into_iter().map(f32::abs).fold(0.0, f32::max);
    let drawn = largest(bias(Init::Default));
    assert!((0.24..0.25).contains(&drawn), "{drawn}");
    assert_eq!(largest(bias(Init::XavierNormal(Activation::Tanh))), 0.0);
}
