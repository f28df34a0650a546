//! The seeds of a layer that draws at random in each training step.

use std::sync::atomic::{AtomicU64, Ordering};

/// One seed after the other, all of them following from the seed of the model.
#[derive(Debug, Default)]
pub struct Seeds {
    first: AtomicU64,
    drawn: AtomicU64,
}

impl Seeds {
    /// Starts anew from `seed`.
    pub(super) fn begin(&self, seed: u64) {
        self.first.store(seed, Ordering::Relaxed);
        self.drawn.store(0, Ordering::Relaxed);
    }

    pub(super) fn draw(&self) -> u64 {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        let first = self.first.load(Ordering::Relaxed);
        first.wrapping_add(count.wrapping_mul(0xa076_1d64_78bd_642f))
    }

    /// The first seed, and how many have been drawn.
    pub(super) fn place(&self) -> [u64; 2] {
        [&self.first, &self.drawn].map(|number| number.load(Ordering::Relaxed))
    }

    /// Goes on from what [`place`](Seeds::place) gave.
    pub(super) fn set_place(&self, [first, drawn]: [u64; 2]) {
        self.first.store(first, Ordering::Relaxed);
        self.drawn.store(drawn, Ordering::Relaxed);
    }
}
