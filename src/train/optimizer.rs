//! How parameters follow their gradients.

use super::saved_state::SavedState;
use crate::nn::Parameters;
use crate::{Error, Gradients, Result};

/// Changes parameters by their gradients.
pub trait Optimizer {
    /// One step, `optimizer.step(&model.parameters(), &gradients)?`; a parameter without a gradient stays as it is.
    ///
    /// # Errors
    /// When the optimizer has worked on another model before, or a device fails.
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()>;

    fn learning_rate(&self) -> f64;

    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Name and settings, all but the learning rate: a state fits only an optimizer with the same ones. By default only its type.
    fn settings(&self) -> String {
        std::any::type_name::<Self>().to_owned()
    }

    /// What it keeps from step to step about these parameters, such as running means.
    ///
    /// # Errors
    /// When a device fails; and, by default, always: an optimizer of your own is resumed only if it has this method and
    /// [`load_state`](Optimizer::load_state). If it keeps nothing, give `Ok(SavedState::default())`.
    fn state(&self, _parameters: &Parameters) -> Result<SavedState> {
        Err(cannot_be_resumed(&self.settings()))
    }

    /// Goes on from what [`state`](Optimizer::state) gave.
    ///
    /// # Errors
    /// When the state is of other parameters: then nothing changes. By default always.
    fn load_state(&mut self, _parameters: &Parameters, _state: &SavedState) -> Result<()> {
        Err(cannot_be_resumed(&self.settings()))
    }
}

fn cannot_be_resumed(optimizer: &str) -> Error {
    Error::Invalid(format!(
        "resumable: the optimizer {optimizer} does not say what it keeps between steps, so its runs cannot be resumed; write the methods \
         `state` and `load_state` for it, or leave `.resumable` out"
    ))
}
