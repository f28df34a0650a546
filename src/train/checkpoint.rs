//! The best weights so far, in a file.

use super::callback::Callback;
use super::run::Run;
use crate::Result;
use std::path::PathBuf;

/// Writes the weights after each epoch that was the best.
pub(super) struct Checkpoint(pub PathBuf);

impl Callback for Checkpoint {
    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        match run.history.best_epoch == Some(run.epoch) {
            true => run.model.parameters().save(&self.0),
            false => Ok(()),
        }
    }
}
