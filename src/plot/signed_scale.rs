//! The colours of numbers below and above zero.

use super::canvas::{BLUE, ORANGE, tint};
use plotters::style::RGBColor;

/// Blue above zero, orange below, white at zero. Both ends are equally far away, so that equally strong colours mean equally large
/// numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SignedScale {
    largest: f64,
}

impl SignedScale {
    /// The number furthest from zero has the strongest colour; infinity and what is not a number do not count.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let finite = numbers.into_iter().filter(|number| number.is_finite());
        let largest = finite.fold(0f64, |largest, number| largest.max(number.abs()));
        SignedScale { largest }
    }

    /// The largest distance from zero.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// The colour of a number, where `strongest` is the share of its full strength that the largest number has. What is not finite
    /// is white.
    pub fn colour(&self, number: f64, strongest: f64) -> RGBColor {
        let strength = match self.largest > 0.0 && number.is_finite() {
            true => (number.abs() / self.largest).min(1.0) * strongest,
            false => 0.0,
        };
        let colour = if number < 0.0 { ORANGE } else { BLUE };
        tint(colour, strength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_white_and_both_sides_are_equally_strong() {
        let scale = SignedScale::of([1.0, -4.0, f64::NAN, f64::INFINITY]);
        assert_eq!(scale.largest(), 4.0);
        let white = RGBColor(255, 255, 255);
        assert_eq!(scale.colour(0.0, 1.0), white);
        assert_eq!(scale.colour(f64::NAN, 1.0), white);
        assert_eq!(scale.colour(-4.0, 1.0), ORANGE);
        assert_eq!(scale.colour(4.0, 1.0), BLUE);
        assert_eq!(SignedScale::of([0.0]).colour(0.0, 1.0), white);
    }
}
