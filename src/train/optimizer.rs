//! How parameters follow their gradients.

use crate::nn::Parameters;
use crate::{Gradients, Result};

/// Changes parameters by their gradients.
pub trait Optimizer {
    /// One step, `optimizer.step(&model.parameters(), &gradients)?`; a parameter without a gradient stays as it is.
    ///
    /// # Errors
    /// When the optimizer has worked on another model before, or a device fails.
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()>;

    fn learning_rate(&self) -> f64;

    fn set_learning_rate(&mut self, learning_rate: f64);
}
