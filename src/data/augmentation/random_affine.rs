//! Rotating, scaling and shifting at once.

use super::setting::{drawn, within};
use super::{Change, Places, Transform};
use crate::Result;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// Rotates, scales and shifts images at random, as torchvision's `RandomAffine`. What was outside the image is 0.
///
/// Images are interpolated (bilinear), masks take the nearest pixel. Unlike torchvision's, shifts need not be whole pixels, and
/// images are interpolated by default.
///
/// ```
/// use eosin::prelude::*;
/// let affine = RandomAffine::new(10.0).translate(0.1, 0.05).scale(0.9..=1.1);
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(affine);
/// assert_eq!(scans.get(0)?.0.dims(), [1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomAffine {
    degrees: f64,
    translate: (f64, f64),
    scale: RangeInclusive<f64>,
}

impl RandomAffine {
    /// Rotates by an angle within `-degrees..=degrees`, where `degrees` is in `0..=180`.
    pub fn new(degrees: f64) -> Self {
        RandomAffine {
            degrees,
            translate: (0.0, 0.0),
            scale: 1.0..=1.0,
        }
    }

    /// Shifts by up to this share, in `0..=1`, of the width and of the height.
    pub fn translate(mut self, across: f64, down: f64) -> Self {
        self.translate = (across, down);
        self
    }

    /// Enlarges by a factor of this range: below 1, images shrink.
    pub fn scale(mut self, scale: RangeInclusive<f64>) -> Self {
        self.scale = scale;
        self
    }
}

impl Transform for RandomAffine {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let mut up_to = |name, most, limit: f64| {
            let most = within("RandomAffine", name, most, 0.0..=limit)?;
            drawn(
                "RandomAffine",
                name,
                &(-most..=most),
                -limit..=limit,
                random,
            )
        };
        let angle = up_to("degrees", self.degrees, 180.0)?;
        let across = up_to("translate", self.translate.0, 1.0)? * width as f64;
        let down = up_to("translate", self.translate.1, 1.0)? * height as f64;
        let scale = drawn("RandomAffine", "scale", &self.scale, 0.01..=100.0, random)?;
        Ok(Change::Resample(places(
            (height, width),
            angle,
            (across, down),
            scale,
        )))
    }
}

/// Where pixels come from in an image that is rotated about its centre, clockwise by `angle` degrees, scaled, and then shifted
/// by so many pixels, as in torchvision's `functional.affine`.
pub(super) fn places(
    (height, width): (usize, usize),
    angle: f64,
    (across, down): (f64, f64),
    scale: f64,
) -> Places {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (middle_row, middle_column) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
    Places::new((height, width), |row, column| {
        // Backwards: from a pixel of the new image to where it was.
        let (y, x) = (
            row as f64 - middle_row - down,
            column as f64 - middle_column - across,
        );
        (
            middle_row + (y * cos - x * sin) / scale,
            middle_column + (y * sin + x * cos) / scale,
        )
    })
}
