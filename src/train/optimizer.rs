//! How parameters follow their gradients.

use crate::Result;
use crate::nn::Parameters;
use candle_core::backprop::GradStore;

/// Changes parameters by their gradients.
pub trait Optimizer {
    /// One step; a parameter without a gradient stays.
    ///
    /// # Errors
    /// When the optimizer has followed another model before, or a device fails.
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()>;

    fn learning_rate(&self) -> f64;

    fn set_learning_rate(&mut self, learning_rate: f64);
}
