//! Gives a model the parameters that every peer begins with.

use crate::numbers;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

/// The model with these parameters, and how many they are.
pub fn fill<B: Backend, M: Module<B>>(model: M) -> (M, usize) {
    let mut filler = Filler { count: 0 };
    (model.map(&mut filler), filler.count)
}

struct Filler {
    count: usize,
}

impl<B: Backend> ModuleMapper<B> for Filler {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        // The running statistics of batch normalisation come here, too.
        if !parameter.val().is_require_grad() {
            return parameter;
        }
        parameter.map(|tensor| {
            let shape: [usize; D] = tensor.dims();
            let mut values = numbers::parameter(&shape);
            if let [inputs, outputs] = shape[..] {
                values = transpose(&numbers::parameter(&[outputs, inputs]), inputs);
            }
            self.count += values.len();
            Tensor::from_data(TensorData::new(values, shape), &tensor.device()).require_grad()
        })
    }
}

/// burn keeps the weights of a fully connected layer by input, PyTorch by output.
fn transpose(values: &[f32], columns: usize) -> Vec<f32> {
    let column = |index| values.iter().skip(index).step_by(columns);
    (0..columns).flat_map(column).copied().collect()
}
