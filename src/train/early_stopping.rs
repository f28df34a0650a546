//! An end before the last epoch.

use super::callback::Callback;
use super::run::Run;
use crate::Result;

/// Stops a run whose best epoch is this many epochs ago.
pub(super) struct EarlyStopping {
    pub patience: usize,
}

impl Callback for EarlyStopping {
    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        let waited = run.epoch - run.history.best_epoch.unwrap_or(0);
        if waited >= self.patience.max(1) {
            run.stop();
        }
        Ok(())
    }
}
