//! What a model is.

use super::parameters::Parameters;
use crate::Result;
use candle_core::Tensor;

/// Parameters, and a way from input to output.
pub trait Model {
    /// The output for a batch; `train` turns on what belongs to training alone, such as dropout.
    ///
    /// # Errors
    /// When the input does not fit the model.
    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor>;

    /// What the model learns.
    fn parameters(&self) -> &Parameters;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::*;
    use candle_core::{DType, Device};

    fn models(seed: u64) -> Vec<(&'static str, Box<dyn Model>, [usize; 4])> {
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
            let output = model.forward(&input, true).unwrap();
            let trained_again = again.forward(&input, true).unwrap();
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
            let evaluated = || numbers(&model.forward(&input, false).unwrap());
            assert_eq!(evaluated(), evaluated(), "{name}");
            let flat = Tensor::zeros((2, 5), DType::F32, &Device::Cpu).unwrap();
            assert!(model.forward(&flat, false).is_err(), "{name}");
        }
    }
}
