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
        if is_over(
            run.epoch,
            run.history.best_epoch.unwrap_or(0),
            self.patience,
        ) {
            run.stop();
        }
        Ok(())
    }
}

/// After how many epochs [`Trainer::early_stopping`](super::Trainer::early_stopping) would have ended a run with these
/// validation losses; the number of all epochs if it would not have.
///
/// ```
/// use eosin::train::early_stop;
/// let losses = [1.0, 0.8, 0.9, 0.85, 0.7];
/// assert_eq!(early_stop(&losses, 2), 4);
/// assert_eq!(early_stop(&losses, 3), 5);
/// ```
pub fn early_stop(valid_losses: &[f64], patience: usize) -> usize {
    let (mut best, mut best_epoch) = (f64::INFINITY, 0);
    for (epoch, &loss) in (1..).zip(valid_losses) {
        if loss < best {
            (best, best_epoch) = (loss, epoch);
        }
        if is_over(epoch, best_epoch, patience) {
            return epoch;
        }
    }
    valid_losses.len()
}

/// With a patience of 0 no run would have a second epoch, whatever it learns.
fn is_over(epoch: usize, best_epoch: usize, patience: usize) -> bool {
    epoch - best_epoch >= patience.max(1)
}
