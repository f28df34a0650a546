//! The weights of the best epoch.

use super::callback::Callback;
use super::run::Run;
use crate::{Result, Tensor};

/// Keeps the weights of the epoch with the smallest loss, and gives them back to the model at the end.
#[derive(Default)]
pub(super) struct BestWeights {
    best: Option<(f64, Vec<Tensor>)>,
}

impl Callback for BestWeights {
    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        let Some(epoch) = run.last_epoch() else {
            return Ok(());
        };
        let (number, loss) = (epoch.epoch, epoch.loss());
        // NaN is never the best.
        let is_best = match &self.best {
            Some((smallest, _)) => loss < *smallest,
            None => !loss.is_nan(),
        };
        if is_best {
            self.best = Some((loss, run.model.parameters().snapshot()?));
            run.history.best_epoch = Some(number);
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run) -> Result<()> {
        match &self.best {
            Some((_, weights)) => run.model.parameters().restore(weights),
            None => Ok(()),
        }
    }
}
