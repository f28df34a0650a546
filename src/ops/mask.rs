//! Which elements dropout drops: seed and place decide.

use super::scalar::Scalar;
use super::simd::vectorize;
use crate::{Error, Result};

/// Which elements [`dropout`](super::dropout()) drops: each with this probability; the same seed drops the same ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mask {
    pub probability: f64,
    pub seed: u64,
}

impl Mask {
    pub fn new(probability: f64, seed: u64) -> Self {
        Mask { probability, seed }
    }

    /// An error for a probability out of range.
    pub(super) fn check(&self) -> Result<()> {
        let Mask { probability, .. } = *self;
        if !(0.0..1.0).contains(&probability) {
            return Err(Error::Invalid(format!(
                "dropout: the probability must be at least 0 and below 1, it is {probability}"
            )));
        }
        Ok(())
    }

    /// The factor by which the kept elements grow.
    pub(super) fn scale<T: Scalar>(&self) -> T {
        T::of(1.0 / (1.0 - self.probability))
    }

    /// The probability as a share of all 32-bit numbers.
    #[inline(always)]
    pub(super) fn threshold(&self) -> u64 {
        (self.probability * 2f64.powi(32)) as u64
    }

    /// [`apply`](Mask::apply), with the best instructions of this processor.
    #[inline(never)]
    pub(super) fn run<T: Scalar>(&self, first: usize, numbers: &mut [T]) {
        vectorize(|| self.apply(first, numbers));
    }

    /// Drops some elements and scales up the others; the first of them is number `first` of the whole tensor.
    #[inline(always)]
    fn apply<T: Scalar>(&self, first: usize, numbers: &mut [T]) {
        let scale = self.scale();
        let threshold = self.threshold();
        for (index, x) in numbers.iter_mut().enumerate() {
            let bits = random_bits(self.seed, (first + index) as u64) >> 32;
            *x = if bits < threshold {
                T::ZERO
            } else {
                *x * scale
            };
        }
    }
}

/// SplitMix64 (Steele et al. 2014): a number for each index, independent of all others.
#[inline(always)]
fn random_bits(seed: u64, index: u64) -> u64 {
    let mut bits = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
