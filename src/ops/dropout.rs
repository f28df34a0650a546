//! Dropout with a seed.

use super::epilogue::Epilogue;
use super::mask::Mask;
use crate::{Result, Tensor};

/// Sets each element to zero with `probability`, and divides the others by `1 - probability`, so that the mean stays the same
/// (Srivastava et al. 2014, "inverted" as in PyTorch). The same seed gives the same mask, on any number of threads.
///
/// # Errors
/// When the probability is not in `0.0..1.0`.
pub fn dropout(input: &Tensor, probability: f64, seed: u64) -> Result<Tensor> {
    Epilogue::from(Some(Mask::new(probability, seed))).forward(input)
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
