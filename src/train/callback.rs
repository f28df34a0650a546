//! What may look at a training run, and stop it.

use super::{Epoch, History};
use crate::Result;
use std::time::Duration;

/// What a run is going to do, told before the first batch.
#[derive(Debug, Clone)]
pub struct Plan {
    pub epochs: usize,
    /// Batches of one training epoch.
    pub batches: usize,
    /// Whether every epoch ends with a validation pass.
    pub validates: bool,
}

/// The state after one training batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Counted from 1.
    pub epoch: usize,
    /// Counted from 1 within the epoch.
    pub batch: usize,
    /// Loss of this batch.
    pub loss: f64,
    /// Mean loss of the epoch so far.
    pub mean_loss: f64,
    /// Since the run began.
    pub elapsed: Duration,
    /// Until the run is expected to end, validation included.
    pub remaining: Duration,
}

/// Whether the run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    Continue,
    Stop,
}

/// Looks at a run while it goes; every method has an empty default.
pub trait Callback {
    fn on_train_begin(&mut self, _plan: &Plan) -> Result<()> {
        Ok(())
    }
    fn on_batch_end(
        &mut self,
        _plan: &Plan,
        _history: &History,
        _batch: &Batch,
    ) -> Result<Control> {
        Ok(Control::Continue)
    }
    /// `history` already holds `epoch`.
    fn on_epoch_end(
        &mut self,
        _plan: &Plan,
        _history: &History,
        _epoch: &Epoch,
    ) -> Result<Control> {
        Ok(Control::Continue)
    }
    /// Called also when the run was interrupted or stopped early.
    fn on_train_end(&mut self, _history: &History) -> Result<()> {
        Ok(())
    }
}
