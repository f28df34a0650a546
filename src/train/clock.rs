//! How long a run has taken, and how long it will.

use super::callback::Callback;
use super::run::Run;
use crate::Result;
use std::time::{Duration, Instant};

/// Tells `run.elapsed` and `run.remaining`.
pub(super) struct Clock {
    run_begun: Instant,
    epoch_begun: Instant,
    validation_begun: Instant,
    /// What one batch of this epoch takes, and what the last validation took.
    batch: Duration,
    validation: Duration,
}

impl Clock {
    pub fn new() -> Self {
        let now = Instant::now();
        Clock {
            run_begun: now,
            epoch_begun: now,
            validation_begun: now,
            batch: Duration::ZERO,
            validation: Duration::ZERO,
        }
    }
}

impl Callback for Clock {
    fn on_epoch_begin(&mut self, _: &mut Run) -> Result<()> {
        self.epoch_begun = Instant::now();
        Ok(())
    }

    fn on_batch_end(&mut self, run: &mut Run) -> Result<()> {
        let batches = u32::try_from(run.batch).unwrap_or(u32::MAX);
        self.batch = self.epoch_begun.elapsed() / batches.max(1);
        let epochs = run.plan.epochs - run.epoch;
        let batches = epochs * run.plan.batches + run.plan.batches.saturating_sub(run.batch);
        let validations = if run.plan.validates { epochs + 1 } else { 0 };
        run.elapsed = self.run_begun.elapsed();
        run.remaining =
            self.batch.mul_f64(batches as f64) + self.validation.mul_f64(validations as f64);
        Ok(())
    }

    fn on_validation_begin(&mut self, _: &mut Run) -> Result<()> {
        self.validation_begun = Instant::now();
        Ok(())
    }

    fn on_validation_end(&mut self, _: &mut Run) -> Result<()> {
        self.validation = self.validation_begun.elapsed();
        Ok(())
    }

    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        if let Some(epoch) = run.history.epochs.last_mut() {
            epoch.seconds = self.epoch_begun.elapsed().as_secs_f64();
        }
        Ok(())
    }
}
