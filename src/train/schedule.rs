//! How the learning rate changes during a run.

use super::plan::Plan;
use std::f64::consts::PI;

/// The learning rate of each batch, relative to the one that the optimizer was made with.
///
/// ```
/// use eosin::train::{Plan, Schedule};
/// let plan = Plan { epochs: 4, batches: 100, validates: false };
/// let halved = Schedule::step(2, 0.5);
/// assert_eq!(halved.learning_rate(0.1, 0, &plan), 0.1);
/// assert_eq!(halved.learning_rate(0.1, 399, &plan), 0.05);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Schedule {
    /// The same for all batches.
    #[default]
    Constant,
    /// Times `gamma` after every `step_size` epochs.
    Step { step_size: usize, gamma: f64 },
    /// Down to `eta_min` along half a wave of the cosine.
    Cosine { eta_min: f64 },
    /// From a 25th up to the optimizer's own rate during the first `pct_start` of all batches, then down to almost nothing.
    OneCycle { pct_start: f64 },
}

impl Schedule {
    /// Times `gamma` after every `step_size` epochs, as PyTorch's `StepLR`.
    pub fn step(step_size: usize, gamma: f64) -> Self {
        Schedule::Step { step_size, gamma }
    }

    /// Down to zero along half a wave of the cosine (Loshchilov and Hutter 2017, SGDR, eq. 5, without restarts), as
    /// PyTorch's `CosineAnnealingLR` stepped after each batch.
    pub fn cosine() -> Self {
        Schedule::Cosine { eta_min: 0.0 }
    }

    /// Up and down again (Smith and Topin 2018, super-convergence), as PyTorch's `OneCycleLR`: 30 % of the batches go from
    /// a 25th of the optimizer's learning rate up to it, the rest down to a ten-thousandth of where it began, both along
    /// half a wave of the cosine. The momentum stays as it is.
    pub fn one_cycle() -> Self {
        Schedule::OneCycle { pct_start: 0.3 }
    }

    /// The learning rate of batch `index` (from 0, counted through all epochs), when the optimizer was made with `base`.
    pub fn learning_rate(self, base: f64, index: usize, plan: &Plan) -> f64 {
        const BEGINS_AT: f64 = 1.0 / 25.0;
        const ENDS_AT: f64 = BEGINS_AT / 1e4;
        let count = (plan.epochs * plan.batches) as f64;
        let place = index as f64;
        match self {
            Schedule::Constant => base,
            Schedule::Step { step_size, gamma } => {
                let epoch = index / plan.batches.max(1);
                base * gamma.powf((epoch / step_size.max(1)) as f64)
            }
            Schedule::Cosine { eta_min } => along_cosine(base, eta_min, place / count),
            Schedule::OneCycle { pct_start } => {
                let top = pct_start * count - 1.0;
                match place <= top {
                    true => along_cosine(base * BEGINS_AT, base, place / top.max(1.0)),
                    false => {
                        along_cosine(base, base * ENDS_AT, (place - top) / (count - 1.0 - top))
                    }
                }
            }
        }
    }
}

/// Between two numbers, slow at both ends; `share` is in `0..=1`.
fn along_cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * share).cos()) / 2.0
}
