//! The learning rate of each batch.

use super::callback::Callback;
use super::run::Run;
use super::schedule::Schedule;
use crate::Result;

/// Sets the optimizer's learning rate before each batch.
pub(super) struct Scheduling {
    schedule: Schedule,
    base: f64,
}

impl Scheduling {
    pub fn new(schedule: Schedule) -> Self {
        Scheduling {
            schedule,
            base: 0.0,
        }
    }
}

impl Callback for Scheduling {
    fn on_train_begin(&mut self, run: &mut Run) -> Result<()> {
        self.base = run.optimizer.learning_rate();
        Ok(())
    }

    fn on_batch_begin(&mut self, run: &mut Run) -> Result<()> {
        let index = run.history.batch_losses.len();
        let rate = self.schedule.learning_rate(self.base, index, &run.plan);
        run.optimizer.set_learning_rate(rate);
        Ok(())
    }
}
