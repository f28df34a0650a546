//! Gradients are clipped as PyTorch clips them. `clip_gradients.py` made the file.

use candle_core::Device;
use eosin::nn::Parameters;
use eosin::train::{clip_gradient_norm, clip_gradient_value};
use eosin::{Gradients, Tensor, Var};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    before: [Vec<f32>; 2],
    #[serde(rename = "by norm")]
    by_norm: Vec<Case>,
    #[serde(rename = "by value")]
    by_value: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    limit: f64,
    /// Before; a clip by value gives none.
    norm: Option<f64>,
    gradients: [Vec<f32>; 2],
}

#[test]
fn gradients_are_clipped_as_pytorch_clips_them() {
    let golden: Golden = serde_json::from_str(include_str!("clip_gradients.json")).unwrap();
    for case in golden.by_norm.iter().chain(&golden.by_value) {
        let variables = golden
            .before
            .each_ref()
            .map(|gradient| Var::new(gradient.as_slice(), &Device::Cpu).unwrap());
        let mut gradients = Gradients::default();
        for (variable, gradient) in variables.iter().zip(&golden.before) {
            let gradient = Tensor::new(gradient.as_slice(), &Device::Cpu).unwrap();
            gradients.insert(variable, gradient);
        }
        let parameters = Parameters::of([("first", &variables[0]), ("second", &variables[1])]);
        match case.norm {
            Some(wanted) => {
                let norm = clip_gradient_norm(&parameters, &mut gradients, case.limit).unwrap();
                assert!((norm - wanted).abs() < 1e-5, "{norm} is not {wanted}");
            }
            None => clip_gradient_value(&parameters, &mut gradients, case.limit).unwrap(),
        }
        for (variable, wanted) in variables.iter().zip(&case.gradients) {
            let found: Vec<f32> = gradients.get(variable).unwrap().to_vec1().unwrap();
            for (found, wanted) in found.iter().zip(wanted) {
                let difference = (found - wanted).abs();
                let limit = case.limit;
                assert!(
                    difference <= 1e-6 * wanted.abs(),
                    "{limit}: {found} is not {wanted}"
                );
            }
        }
    }
}
