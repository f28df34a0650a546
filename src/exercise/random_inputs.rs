//! Inputs for a function that a learner wrote.

use crate::{Result, Tensor};
use candle_core::{Device, Shape};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// Draws the inputs of one case. The same case always draws the same ones; early cases draw small ones, whose results you can
/// work out by hand.
///
/// ```
/// use eosin::exercise::RandomInputs;
/// let mut random = RandomInputs::of_case(1, 20);
/// let (rows, columns) = (random.integer(1..=5), random.integer(1..=5));
/// assert_eq!(random.tensor((rows, columns))?.dims(), [rows, columns]);
/// let losses = random.list(1..=8, |random| random.number(0.0..=1.0));
/// assert!(losses.iter().all(|loss| (0.0..=1.0).contains(loss)));
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct RandomInputs {
    random: ChaCha8Rng,
    /// From almost 0 in the first case to 1 in the last.
    growth: f64,
}

impl RandomInputs {
    /// The inputs of a case, counted from 1.
    pub fn of_case(case: usize, cases: usize) -> Self {
        RandomInputs {
            random: ChaCha8Rng::seed_from_u64(case as u64),
            growth: case as f64 / cases as f64,
        }
    }

    /// An integer in a range; early cases draw from its lower end.
    pub fn integer(&mut self, range: RangeInclusive<usize>) -> usize {
        let (low, high) = (*range.start(), *range.end());
        let span = high.saturating_sub(low) as f64;
        self.random
            .random_range(low..=low + (span * self.growth).ceil() as usize)
    }

    /// A number in a range, with at most two digits after the point.
    ///
    /// # Panics
    /// When there is no such number in the range.
    pub fn number(&mut self, range: RangeInclusive<f64>) -> f64 {
        let (low, high) = (range.start() * 100.0, range.end() * 100.0);
        self.random
            .random_range(low.ceil() as i64..=high.floor() as i64) as f64
            / 100.0
    }

    /// A tensor of dtype f32 with whole numbers from -9 to 9.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn tensor(&mut self, shape: impl Into<Shape>) -> Result<Tensor> {
        self.filled(shape, |random| random.random.random_range(-9i8..=9).into())
    }

    /// A tensor of dtype f32 with numbers in a range, as [`number`](Self::number) draws them.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn tensor_within(
        &mut self,
        range: RangeInclusive<f64>,
        shape: impl Into<Shape>,
    ) -> Result<Tensor> {
        self.filled(shape, |random| random.number(range.clone()) as f32)
    }

    /// A list of so many elements; early cases draw short ones.
    pub fn list<T>(
        &mut self,
        length: RangeInclusive<usize>,
        mut element: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        (0..self.integer(length)).map(|_| element(self)).collect()
    }

    fn filled(
        &mut self,
        shape: impl Into<Shape>,
        mut element: impl FnMut(&mut Self) -> f32,
    ) -> Result<Tensor> {
        let shape = shape.into();
        let numbers: Vec<f32> = (0..shape.elem_count()).map(|_| element(self)).collect();
        Tensor::from_vec(numbers, shape, &Device::Cpu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_repeats_and_early_ones_are_small() {
        let lengths = |case| {
            let mut random = RandomInputs::of_case(case, 20);
            [(); 50].map(|()| random.integer(2..=21))
        };
        assert_eq!(lengths(7), lengths(7));
        assert!(lengths(1).iter().all(|length| (2..=3).contains(length)));
        let last = lengths(20);
        assert!(
            last.iter().all(|length| (2..=21).contains(length))
                && last.iter().any(|length| *length > 15)
        );
    }

    #[test]
    fn numbers_stay_in_their_range() {
        let mut random = RandomInputs::of_case(1, 1);
        let drawn = random
            .tensor_within(0.0..=0.02, 100)
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        for number in drawn {
            assert!([0.0, 0.01, 0.02].contains(&number), "{number}");
        }
        let whole = random
            .tensor((3, 4))
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        assert!(
            whole
                .iter()
                .all(|number| number.fract() == 0.0 && number.abs() <= 9.0)
        );
    }
}
