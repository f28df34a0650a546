//! What may look at a training run, change it, and stop it.

use super::run::Run;
use super::saved_state::SavedState;
use crate::Result;

/// Is called while a run goes on. By default, every method does nothing.
///
/// All of them see the same [`Run`]: model, optimizer, history, batch. A callback can have state of its own: pass it as
/// `.callback(&mut state)` to read it after the run.
///
/// ```
/// use eosin::Result;
/// use eosin::train::{Callback, Run};
///
/// /// Counts batches whose loss is above 1, and gives up after too many.
/// struct Patience { left: usize }
///
/// impl Callback for Patience {
///     fn on_batch_end(&mut self, run: &mut Run) -> Result<()> {
///         if run.step.as_ref().is_some_and(|step| step.loss > 1.0) {
///             self.left -= 1;
///         }
///         if self.left == 0 {
///             run.stop();
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Callback {
    fn on_train_begin(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    fn on_epoch_begin(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    /// Before the batch goes through the model.
    fn on_batch_begin(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    /// After the optimizer's step.
    fn on_batch_end(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    fn on_validation_begin(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    fn on_validation_batch_end(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    fn on_validation_end(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    /// When the epoch's record is the last of `run.history`.
    fn on_epoch_end(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    /// Also when the run was interrupted, stopped early, or failed.
    fn on_train_end(&mut self, _run: &mut Run) -> Result<()> {
        Ok(())
    }

    /// What a [resumed](super::Trainer::resumable) run has to give back to it: by default nothing, and the callback begins anew.
    fn state(&self) -> Result<SavedState> {
        Ok(SavedState::default())
    }

    /// Goes on from what [`state`](Callback::state) gave, after [`on_train_begin`](Callback::on_train_begin).
    fn load_state(&mut self, _state: &SavedState) -> Result<()> {
        Ok(())
    }
}

/// Writes each method so that it hands its call on.
macro_rules! every_method {
    ($one_method:ident) => {
        $one_method!(on_train_begin);
        $one_method!(on_epoch_begin);
        $one_method!(on_batch_begin);
        $one_method!(on_batch_end);
        $one_method!(on_validation_begin);
        $one_method!(on_validation_batch_end);
        $one_method!(on_validation_end);
        $one_method!(on_epoch_end);
        $one_method!(on_train_end);
    };
}

macro_rules! to_the_borrowed {
    ($method:ident) => {
        fn $method(&mut self, run: &mut Run) -> Result<()> {
            (**self).$method(run)
        }
    };
}

macro_rules! to_each {
    ($method:ident) => {
        fn $method(&mut self, run: &mut Run) -> Result<()> {
            self.iter_mut()
                .try_for_each(|callback| callback.$method(run))
        }
    };
}

/// A callback that is only borrowed, so that its state can be read after the run.
impl<C: Callback + ?Sized> Callback for &mut C {
    every_method!(to_the_borrowed);

    fn state(&self) -> Result<SavedState> {
        (**self).state()
    }

    fn load_state(&mut self, state: &SavedState) -> Result<()> {
        (**self).load_state(state)
    }
}

/// Callbacks one after the other.
impl Callback for Vec<Box<dyn Callback + '_>> {
    every_method!(to_each);

    fn state(&self) -> Result<SavedState> {
        let mut states = SavedState::default();
        for (number, callback) in self.iter().enumerate() {
            states.set_part(&number.to_string(), callback.state()?);
        }
        Ok(states)
    }

    fn load_state(&mut self, states: &SavedState) -> Result<()> {
        for (number, callback) in self.iter_mut().enumerate() {
            callback.load_state(&states.part(&number.to_string()))?;
        }
        Ok(())
    }
}
