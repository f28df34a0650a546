//! Optimizers and schedules go where PyTorch's go. `optimizers.py` made the file.

use candle_core::Device;
use eosin::nn::Parameters;
use eosin::train::{Adam, AdamW, Optimizer, Plan, RmsProp, Schedule, Sgd};
use eosin::{Tensor, Var};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Golden {
    /// Where five steps lead.
    steps: HashMap<String, [f64; 2]>,
    /// Learning rates of 20 batches.
    rates: HashMap<String, Vec<f64>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("optimizers.json")).unwrap()
}

/// Steps on `sum(c * w^2)` from w = (1, -2), with c = (1, 3), `copies` times side by side.
fn after_steps(mut optimizer: Box<dyn Optimizer>, copies: usize) -> Vec<f32> {
    let pairs = |pair: [f32; 2]| Tensor::new(pair.repeat(copies), &Device::Cpu).unwrap();
    let variable = Var::from_tensor(&pairs([1.0, -2.0])).unwrap();
    let parameters = Parameters::of([("w", &variable)]);
    for _ in 0..5 {
        let loss = (variable.sqr().unwrap() * pairs([1.0, 3.0])).unwrap();
        let gradients = loss.sum_all().unwrap().backward().unwrap();
        optimizer.step(&parameters, &gradients).unwrap();
    }
    variable.to_vec1().unwrap()
}

#[test]
fn five_steps_lead_where_pytorchs_do() {
    // The second time the numbers are so many that several threads share them.
    for copies in [1, 20_001] {
        let optimizers: [(&str, Box<dyn Optimizer>); 10] = [
            ("sgd", Box::new(Sgd::new(0.05))),
            ("sgd momentum", Box::new(Sgd::new(0.05).momentum(0.9))),
            (
                "sgd nesterov",
                Box::new(
                    Sgd::new(0.05)
                        .momentum(0.9)
                        .nesterov(true)
                        .weight_decay(0.2),
                ),
            ),
            ("rmsprop", Box::new(RmsProp::new(0.05))),
            (
                "rmsprop momentum",
                Box::new(RmsProp::new(0.05).momentum(0.9).alpha(0.8)),
            ),
            (
                "rmsprop centered",
                Box::new(
                    RmsProp::new(0.05)
                        .centered(true)
                        .momentum(0.5)
                        .weight_decay(0.2),
                ),
            ),
            ("adam", Box::new(Adam::new(0.1))),
            ("adam decay", Box::new(Adam::new(0.1).weight_decay(0.5))),
            ("adamw", Box::new(AdamW::new(0.1))),
            (
                "adamw decay",
                Box::new(AdamW::new(0.1).weight_decay(0.5).betas(0.8, 0.9)),
            ),
        ];
        let golden = golden().steps;
        assert_eq!(golden.len(), optimizers.len());
        for (name, optimizer) in optimizers {
            let found = after_steps(optimizer, copies);
            assert_eq!(found.len(), 2 * copies);
            for pair in found.chunks(2) {
                for (found, wanted) in pair.iter().zip(golden[name]) {
                    let difference = (f64::from(*found) - wanted).abs();
                    assert!(difference < 1e-5, "{name}: {found} is not {wanted}");
                }
            }
        }
    }
}

#[test]
fn an_optimizer_refuses_another_model() {
    let [a, b] = [1f32, 2.].map(|value| Var::new(value, &Device::Cpu).unwrap());
    let one = Parameters::of([("a", &a)]);
    let two = Parameters::of([("a", &a), ("b", &b)]);
    let gradients = Tensor::new(0f32, &Device::Cpu).unwrap().backward().unwrap();
    let mut adam = Adam::new(0.1);
    adam.step(&one, &gradients).unwrap();
    let message = adam.step(&two, &gradients).unwrap_err().to_string();
    assert!(message.contains("make a new optimizer"), "{message}");
}

#[test]
fn learning_rates_are_pytorchs_batch_by_batch() {
    let plan = Plan {
        epochs: 2,
        batches: 10,
        validates: false,
    };
    let golden = golden().rates;
    let schedules = [
        ("cosine", Schedule::cosine()),
        ("cosine lowest", Schedule::Cosine { eta_min: 0.02 }),
        ("one cycle", Schedule::one_cycle()),
    ];
    assert_eq!(golden.len(), schedules.len());
    for (name, schedule) in schedules {
        for (index, wanted) in golden[name].iter().enumerate() {
            let found = schedule.learning_rate(0.1, index, &plan);
            assert!(
                (found - wanted).abs() < 1e-12,
                "{name} {index}: {found} is not {wanted}"
            );
        }
    }
}
