//! How parameters follow their gradients.

use crate::Result;
use crate::nn::Parameters;
use candle_core::backprop::GradStore;

/// Changes parameters by their gradients.
pub trait Optimizer {
    /// One step, `optimizer.step(&model.parameters(), &gradients)?`; a parameter without a gradient stays as it is.
    ///
    /// # Errors
    /// When the optimizer has worked on another model before, or a device fails.
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()>;

    fn learning_rate(&self) -> f64;

    fn set_learning_rate(&mut self, learning_rate: f64);
}
