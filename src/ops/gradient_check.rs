//! Compares gradients with central differences, for tests.

use crate::{Result, Tensor, Var};
use candle_core::{DType, Device};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// A tensor of this shape with normally distributed elements (f64).
pub fn normal(shape: &[usize], seed: u64) -> Tensor {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let numbers: Vec<f64> = (0..shape.iter().product())
        .map(|_| StandardNormal.sample(&mut random))
        .collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

/// Checks the gradient by every input of the sum of all results, each with a weight of its own.
pub fn assert_gradients(inputs: &[Tensor], operation: impl Fn(&[Tensor]) -> Result<Tensor>) {
    const STEP: f64 = 1e-5;
    let value = |inputs: &[Tensor]| -> Tensor {
        let result = operation(inputs).unwrap();
        let weights = normal(result.dims(), 99);
        (result * weights).unwrap().sum_all().unwrap()
    };
    let variables: Vec<Var> = inputs
        .iter()
        .map(|input| Var::from_tensor(input).unwrap())
        .collect();
    let tensors: Vec<Tensor> = variables
        .iter()
        .map(|variable| variable.as_tensor().clone())
        .collect();
    let gradients = value(&tensors).backward().unwrap();
    for (index, input) in inputs.iter().enumerate() {
        let gradient = gradients
            .get(&variables[index])
            .expect("a gradient for every input");
        let gradient: Vec<f64> = gradient.flatten_all().unwrap().to_vec1().unwrap();
        let numbers: Vec<f64> = input.flatten_all().unwrap().to_vec1().unwrap();
        for (position, &found) in gradient.iter().enumerate() {
            let moved = |step: f64| -> f64 {
                let mut numbers = numbers.clone();
                numbers[position] += step;
                let mut inputs = inputs.to_vec();
                inputs[index] = Tensor::from_vec(numbers, input.shape(), &Device::Cpu).unwrap();
                value(&inputs)
                    .to_dtype(DType::F64)
                    .unwrap()
                    .to_scalar()
                    .unwrap()
            };
            let wanted = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            let error = (found - wanted).abs() / (1.0 + wanted.abs());
            assert!(
                error < 1e-6,
                "input {index}, element {position}: {found} is not {wanted}"
            );
        }
    }
}
