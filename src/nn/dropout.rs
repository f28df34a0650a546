//! Dropout as a layer: each training step draws a new mask.

use super::parameters::Builder;
use crate::{Result, ops};
use candle_core::Tensor;
use std::sync::atomic::{AtomicU64, Ordering};

/// Dropout with masks that follow from the model's seed, one after the other.
pub struct Dropout {
    probability: f64,
    seed: u64,
    drawn: AtomicU64,
}

impl Dropout {
    pub fn new(probability: f64, builder: &mut Builder) -> Self {
        Dropout {
            probability,
            seed: builder.seed(),
            drawn: AtomicU64::new(0),
        }
    }

    /// The input itself unless `train`.
    ///
    /// # Errors
    /// See [`ops::dropout`].
    pub fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        if !train {
            return Ok(input.clone());
        }
        ops::dropout(input, self.probability, self.draw())
    }

    pub(super) fn probability(&self) -> f64 {
        self.probability
    }

    /// The seed of the next mask.
    pub(super) fn draw(&self) -> u64 {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        self.seed
            .wrapping_add(count.wrapping_mul(0xa076_1d64_78bd_642f))
    }
}
