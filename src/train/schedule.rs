//! How the learning rate changes during a run.

use super::callback::Plan;
use std::f64::consts::PI;

/// The learning rate of each batch, from the one that the optimizer was made with.
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
    /// Times `factor` after every so many `epochs`.
    Step { epochs: usize, factor: f64 },
    /// Down to `lowest` along half a wave of the cosine.
    Cosine { lowest: f64 },
    /// From a 25th up to the optimizer's own during `rise`, a share of all batches, then down to almost nothing.
    OneCycle { rise: f64 },
}

impl Schedule {
    /// Times `factor` after every so many `epochs`, as PyTorch's `StepLR`.
    pub fn step(epochs: usize, factor: f64) -> Self {
        Schedule::Step { epochs, factor }
    }

    /// Down to zero along half a wave of the cosine (Loshchilov and Hutter 2017, SGDR, eq. 5, without restarts), as
    /// PyTorch's `CosineAnnealingLR` asked after each batch.
    pub fn cosine() -> Self {
        Schedule::Cosine { lowest: 0.0 }
    }

    /// Up and down again (Smith and Topin 2018, super-convergence), as PyTorch's `OneCycleLR`: 30 % of the batches go from
    /// a 25th of the optimizer's learning rate up to it, the rest down to a ten-thousandth of where it began, both along
    /// half a wave of the cosine. The momentum stays as it is.
    pub fn one_cycle() -> Self {
        Schedule::OneCycle { rise: 0.3 }
    }

    /// The learning rate of batch `index` (from 0, counted through all epochs), when the optimizer was made with `base`.
    pub fn learning_rate(self, base: f64, index: usize, plan: &Plan) -> f64 {
        const BEGINS_AT: f64 = 1.0 / 25.0;
        const ENDS_AT: f64 = BEGINS_AT / 1e4;
        let count = (plan.epochs * plan.batches) as f64;
        let place = index as f64;
        match self {
            Schedule::Constant => base,
            Schedule::Step { epochs, factor } => {
                let epoch = index / plan.batches.max(1);
                base * factor.powf((epoch / epochs.max(1)) as f64)
            }
            Schedule::Cosine { lowest } => along_cosine(base, lowest, place / count),
            Schedule::OneCycle { rise } => {
                let top = rise * count - 1.0;
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
