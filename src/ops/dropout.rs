//! Dropout with a seed.

use super::memory::changed;
use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::simd::vectorize;
use super::storage::{by_type, elements};
use super::tape::apply1;
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

/// Sets each number to zero with `probability`, and divides the others by `1 - probability`, so that the mean stays
/// (Srivastava et al. 2014, "inverted" as in PyTorch). The same seed gives the same mask, on any number of threads.
///
/// # Errors
/// When the probability is not in `0.0..1.0`.
pub fn dropout(input: &Tensor, probability: f64, seed: u64) -> Result<Tensor> {
    let mask = Mask::new(probability, seed);
    mask.check()?;
    if probability == 0.0 {
        return Ok(input.clone());
    }
    apply1(&input.contiguous()?, mask)
}

/// Which numbers are dropped: the same for the same seed and place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mask {
    pub probability: f64,
    pub seed: u64,
}

impl Mask {
    pub fn new(probability: f64, seed: u64) -> Self {
        Mask { probability, seed }
    }

    /// Refuses a probability out of its range.
    pub fn check(&self) -> Result<()> {
        let Mask { probability, .. } = *self;
        if !(0.0..1.0).contains(&probability) {
            return Err(Error::Invalid(format!(
                "dropout: the probability must be from 0 to below 1, it is {probability}"
            )));
        }
        Ok(())
    }

    /// By how much the numbers that are kept grow.
    pub fn scale<T: Scalar>(&self) -> T {
        T::of(1.0 / (1.0 - self.probability))
    }

    /// The probability as a share of all 32-bit numbers.
    #[inline(always)]
    pub fn threshold(&self) -> u64 {
        (self.probability * 2f64.powi(32)) as u64
    }

    /// [`Mask::apply`] with the best instructions of this processor.
    #[inline(never)]
    pub fn run<T: Scalar>(&self, first: usize, numbers: &mut [T]) {
        vectorize(|| self.apply(first, numbers));
    }

    /// Drops and scales numbers of which the first is the `first` of all.
    #[inline(always)]
    pub fn apply<T: Scalar>(&self, first: usize, numbers: &mut [T]) {
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

/// SplitMix64 (Steele et al. 2014): a number for each index, without one depending on another.
#[inline(always)]
fn random_bits(seed: u64, index: u64) -> u64 {
    let mut bits = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl CustomOp1 for Mask {
    fn name(&self) -> &'static str {
        "dropout"
    }

    on_cuda!(1, dropout);

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            storage: &CpuStorage,
            layout: &Layout,
            mask: Mask,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let numbers = changed(elements::<T>(storage, layout)?, |first, numbers| {
                mask.run(first, numbers);
            });
            Ok((T::to_cpu_storage_owned(numbers), layout.shape().clone()))
        }
        by_type!("dropout", storage, run(storage, layout, *self))
    }

    /// Linear in its input: the same mask for the gradient.
    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(self).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::{DType, Device};

    #[test]
    fn the_mean_stays_and_the_seed_decides() {
        let ones = Tensor::ones(100_000, DType::F32, &Device::Cpu).unwrap();
        let dropped = |seed| dropout(&ones, 0.3, seed).unwrap().to_vec1::<f32>().unwrap();
        let numbers = dropped(1);
        let zeros = numbers.iter().filter(|&&x| x == 0.0).count() as f64 / numbers.len() as f64;
        let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
        assert!(
            (zeros - 0.3).abs() < 0.01 && (mean - 1.0).abs() < 0.02,
            "{zeros} {mean}"
        );
        assert_eq!(numbers, dropped(1));
        assert_ne!(numbers, dropped(2));
        assert_gradients(&[normal(&[4, 6], 1)], |inputs| dropout(&inputs[0], 0.5, 7));
        assert!(dropout(&ones, 1.0, 0).is_err());
    }
}
