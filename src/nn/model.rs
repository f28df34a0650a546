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
