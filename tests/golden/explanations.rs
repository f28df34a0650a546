//! Explanations are captum's. `explanations.py` made the file.

use candle_core::{DType, Device};
use eosin::nn::{self, Layers};
use eosin::{Tensor, explain};
use std::collections::HashMap;

fn model(golden: &HashMap<String, Tensor>) -> nn::Sequential {
    let model = nn::sequential![
        nn::Conv2d::new(2, 4, 3).padding(1),
        nn::BatchNorm2d::new(4),
        nn::Relu,
        nn::MaxPool2d::new(2),
        nn::Conv2d::new(4, 5, 3).padding(1),
        nn::Relu,
        nn::AdaptiveAvgPool2d::new(2),
        nn::Flatten,
        nn::Linear::new(20, 3),
    ];
    let model = model.init(1, &Device::Cpu).unwrap();
    let parameters = model.parameters();
    for (name, variable) in parameters.iter().chain(parameters.buffers()) {
        variable.set(&golden[&format!("model/{name}")]).unwrap();
    }
    model
}

#[test]
fn explanations_are_captums() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/explanations.safetensors"
    );
    let golden = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    let golden: HashMap<String, Tensor> = golden
        .into_iter()
        .map(|(name, tensor)| (name, tensor.into()))
        .collect();
    let (model, images) = (model(&golden), &golden["images"]);
    let (baseline, classes) = (&golden["baseline"], &golden["classes"]);
    let cam = |layer: &str| {
        let split = model.split_after(layer).unwrap();
        explain::grad_cam(&split, images, classes)
    };
    let ours = [
        ("gradient", explain::input_gradient(&model, images, classes)),
        ("saliency", explain::saliency(&model, images, classes)),
        (
            "integrated gradients",
            explain::integrated_gradients(&model, images, baseline, 20, classes),
        ),
        (
            "occlusion",
            explain::occlusion(&model, images, 4, 3, 0.4, classes),
        ),
        ("cam 2", cam("2")),
        ("cam 5", cam("5")),
    ];
    for (name, map) in ours {
        let (map, wanted) = (map.unwrap(), &golden[name]);
        assert_eq!(map.dims(), wanted.dims(), "{name}");
        let largest = |tensor: Tensor| -> f32 {
            let largest = tensor.abs().unwrap().max_all().unwrap();
            largest.to_dtype(DType::F32).unwrap().to_scalar().unwrap()
        };
        let difference = largest((map - wanted).unwrap());
        assert!(
            difference <= 1e-5 * largest(wanted.clone()),
            "{name}: off by {difference}"
        );
    }
}
