//! The settings of transforms: which are possible, and a random one of a range.

use crate::{Error, Result};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// `value`, if it is within `allowed`.
pub(super) fn within(
    transform: &str,
    name: &str,
    value: f64,
    allowed: RangeInclusive<f64>,
) -> Result<f64> {
    match allowed.contains(&value) {
        true => Ok(value),
        false => Err(Error::Invalid(format!(
            "{transform}: {name} is {value}, it must be within {allowed:?}"
        ))),
    }
}

/// Refuses a range that is empty or not within `allowed`.
pub(super) fn check_range(
    transform: &str,
    name: &str,
    range: &RangeInclusive<f64>,
    allowed: RangeInclusive<f64>,
) -> Result<()> {
    let (low, high) = (range.start(), range.end());
    match low <= high && allowed.contains(low) && allowed.contains(high) {
        true => Ok(()),
        false => Err(Error::Invalid(format!(
            "{transform}: {name} is {range:?}, it must be a range within {allowed:?} whose first number is not the larger one"
        ))),
    }
}

/// A random number of `range`, which must be within `allowed`.
pub(super) fn drawn(
    transform: &str,
    name: &str,
    range: &RangeInclusive<f64>,
    allowed: RangeInclusive<f64>,
    random: &mut ChaCha8Rng,
) -> Result<f64> {
    check_range(transform, name, range, allowed)?;
    Ok(random.random_range(range.clone()))
}

/// A random factor that is at most `most` away from 1; `most` must be in `0..=1`.
pub(super) fn drawn_around_one(
    transform: &str,
    name: &str,
    most: f64,
    random: &mut ChaCha8Rng,
) -> Result<f64> {
    let most = within(transform, name, most, 0.0..=1.0)?;
    Ok(random.random_range(1.0 - most..=1.0 + most))
}

/// True with probability `p`.
pub(super) fn happens(transform: &str, p: f64, random: &mut ChaCha8Rng) -> Result<bool> {
    Ok(random.random::<f64>() < within(transform, "p", p, 0.0..=1.0)?)
}
