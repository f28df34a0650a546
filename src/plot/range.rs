//! What part of an axis a picture shows.

use std::ops::Range;

/// From the smallest to the largest finite number, wider at both ends by a share `margin` of the whole.
pub(super) fn range(numbers: impl Iterator<Item = f64>, margin: f64) -> Range<f64> {
    let finite = numbers.filter(|number| number.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
        (low.min(number), high.max(number))
    });
    if low > high {
        return 0.0..1.0;
    }
    let margin = ((high - low) * margin).max(if high > low { 0.0 } else { 0.5 });
    low - margin..high + margin
}
