//! Rotating, scaling, shearing and shifting at once.

use super::setting::{drawn, within};
use super::{Change, Places, Transform};
use crate::Result;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

const NAME: &str = "RandomAffine";

/// Rotates, scales, shears and shifts images at random, as torchvision's `RandomAffine`. What was outside the image is 0.
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
    shear: Option<(f64, f64)>,
}

impl RandomAffine {
    /// Rotates by an angle within `-degrees..=degrees`, where `degrees` is in `0..=180`.
    pub fn new(degrees: f64) -> Self {
        RandomAffine {
            degrees,
            translate: (0.0, 0.0),
            scale: 1.0..=1.0,
            shear: None,
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

    /// Slants images by up to so many degrees, in `0..=80`, across and down: a square becomes a rhombus. (torchvision's
    /// `shear=(-across, across, -down, down)`.)
    pub fn shear(mut self, across: f64, down: f64) -> Self {
        self.shear = Some((across, down));
        self
    }
}

impl Transform for RandomAffine {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let angle = up_to("degrees", self.degrees, 180.0, random)?;
        let across = up_to("translate", self.translate.0, 1.0, random)? * width as f64;
        let down = up_to("translate", self.translate.1, 1.0, random)? * height as f64;
        let scale = drawn(NAME, "scale", &self.scale, 0.01..=100.0, random)?;
        let shear = match self.shear {
            Some((across, down)) => (
                up_to("shear", across, 80.0, random)?,
                up_to("shear", down, 80.0, random)?,
            ),
            None => (0.0, 0.0),
        };
        Ok(Change::Resample(places(
            (height, width),
            angle,
            (across, down),
            scale,
            shear,
        )))
    }
}

/// A random number within `-most..=most`, where `most` is in `0..=limit`.
fn up_to(name: &str, most: f64, limit: f64, random: &mut ChaCha8Rng) -> Result<f64> {
    let most = within(NAME, name, most, 0.0..=limit)?;
    drawn(NAME, name, &(-most..=most), -limit..=limit, random)
}

/// Where pixels come from in an image that is sheared across and then down by two angles, rotated about its centre, clockwise by
/// `angle` degrees, scaled, and then shifted by so many pixels, as in torchvision's `functional.affine`.
pub(super) fn places(
    (height, width): (usize, usize),
    angle: f64,
    (across, down): (f64, f64),
    scale: f64,
    shear: (f64, f64),
) -> Places {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (slant_across, slant_down) = (shear.0.to_radians().tan(), shear.1.to_radians().tan());
    let (middle_row, middle_column) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
    Places::new((height, width), |row, column| {
        // Backwards: from a pixel of the new image to where it was.
        let (y, x) = (
            row as f64 - middle_row - down,
            column as f64 - middle_column - across,
        );
        let (y, x) = ((y * cos - x * sin) / scale, (y * sin + x * cos) / scale);
        let y = y + x * slant_down;
        let x = x + y * slant_across;
        (middle_row + y, middle_column + x)
    })
}
