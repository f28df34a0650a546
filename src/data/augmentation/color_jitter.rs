//! Other colours: stains and microscopes differ from one laboratory to the next.

use super::setting::{drawn, drawn_around_one, within};
use super::values::changed;
use super::{Change, Transform};
use crate::{Error, Result, Tensor};
use rand_chacha::ChaCha8Rng;

const NAME: &str = "ColorJitter";
/// How much red, green and blue add to what looks bright, as in torchvision (ITU-R BT.601).
const LUMA: [f32; 3] = [0.2989, 0.587, 0.114];

/// Changes how strong the colours of an image are, and then turns them around the colour circle, as torchvision's
/// `ColorJitter(saturation=..., hue=...)`. Values must be in `0..=1`, and are clipped to that; masks stay, and so do grey images.
///
/// Images are (3, H, W), red, green and blue, or grey, (1, H, W). torchvision changes the saturation or the hue first, as chance
/// will have it. For its `brightness` and `contrast` there are [`RandomBrightness`](super::RandomBrightness) and
/// [`RandomContrast`](super::RandomContrast).
///
/// ```
/// use eosin::prelude::*;
/// let jitter = ColorJitter::new().saturation(0.3).hue(0.05);
/// let nuclei = Nuclei::synthetic(4, 42, &data::nuclei::Options::default());
/// assert_eq!(Augment::new(nuclei, 1).with(jitter).get(0)?.0.dims(), [3, 256, 256]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ColorJitter {
    saturation: f64,
    hue: f64,
}

impl ColorJitter {
    /// A jitter that changes nothing yet: say what may change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Multiplies how far each colour is from grey by a factor within `1 - saturation..=1 + saturation`; `saturation` is in `0..=1`.
    pub fn saturation(mut self, saturation: f64) -> Self {
        self.saturation = saturation;
        self
    }

    /// Turns hues by an angle within `-hue..=hue`, as a share of the colour circle; `hue` is in `0..=0.5`, and half a turn makes
    /// purple green.
    pub fn hue(mut self, hue: f64) -> Self {
        self.hue = hue;
        self
    }
}

impl Transform for ColorJitter {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let factor = drawn_around_one(NAME, "saturation", self.saturation, random)? as f32;
        let most = within(NAME, "hue", self.hue, 0.0..=0.5)?;
        let turn = drawn(NAME, "hue", &(-most..=most), -0.5..=0.5, random)? as f32;
        Ok(Change::image_only(move |image| {
            changed_colours(image, factor, turn)
        }))
    }
}

/// The image with its saturation multiplied by `factor`, and then its hues turned by this share of the colour circle.
pub(super) fn changed_colours(image: &Tensor, factor: f32, turn: f32) -> Result<Tensor> {
    let pixels = match image.dims() {
        // Grey stays grey.
        [1, _, _] => 0,
        [3, height, width] => height * width,
        _ => {
            return Err(Error::Invalid(format!(
                "{NAME}: an image must be (3, H, W), red, green and blue, or grey, (1, H, W), this one is {:?}",
                image.shape()
            )));
        }
    };
    changed(NAME, image, |values| {
        for pixel in 0..pixels {
            let places = [pixel, pixels + pixel, 2 * pixels + pixel];
            let colour = turned(saturated(places.map(|at| values[at]), factor), turn);
            for (at, value) in places.into_iter().zip(colour) {
                values[at] = value;
            }
        }
    })
}

/// The colour, `factor` times as far from the grey that looks as bright.
fn saturated(colour: [f32; 3], factor: f32) -> [f32; 3] {
    let grey: f32 = colour
        .iter()
        .zip(LUMA)
        .map(|(value, share)| value * share)
        .sum();
    colour.map(|value| (factor * value + (1.0 - factor) * grey).clamp(0.0, 1.0))
}

/// The colour with its hue turned by this share of the colour circle, by way of hue, saturation and value (Smith 1978).
fn turned(colour: [f32; 3], turn: f32) -> [f32; 3] {
    let [red, green, blue] = colour;
    let brightest = red.max(green).max(blue);
    let chroma = brightest - red.min(green).min(blue);
    if chroma == 0.0 || turn == 0.0 {
        // Grey has no hue.
        return colour;
    }
    // In sixths of the circle: red is at 0, green at 2, blue at 4.
    let hue = if brightest == red {
        (green - blue) / chroma
    } else if brightest == green {
        2.0 + (blue - red) / chroma
    } else {
        4.0 + (red - green) / chroma
    };
    let hue = (hue + 6.0 * turn).rem_euclid(6.0);
    [5.0, 3.0, 1.0].map(|start| {
        let distance = (start + hue) % 6.0;
        brightest - chroma * distance.min(4.0 - distance).clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: [f32; 3], wanted: [f32; 3]) {
        for (found_value, wanted_value) in found.iter().zip(wanted) {
            assert!(
                (found_value - wanted_value).abs() < 1e-6,
                "{found:?}, not {wanted:?}"
            );
        }
    }

    #[test]
    fn hues_go_around_the_circle_and_keep_their_brightest_and_darkest_value() {
        let purple = [0.5, 0.1, 0.4];
        assert_near(turned(purple, 1.0 / 3.0), [0.4, 0.5, 0.1]);
        assert_near(turned(purple, -1.0 / 3.0), [0.1, 0.4, 0.5]);
        assert_near(turned([1.0, 0.0, 0.0], 0.5), [0.0, 1.0, 1.0]);
        for turn in [-0.5, -0.21, 0.04, 0.37] {
            assert_near(turned(turned(purple, turn), -turn), purple);
        }
        assert_eq!(turned([0.3; 3], 0.4), [0.3; 3]);
    }

    #[test]
    fn without_saturation_only_the_brightness_is_left() {
        let grey = 0.2989 * 0.5 + 0.587 * 0.1 + 0.114 * 0.4;
        assert_near(saturated([0.5, 0.1, 0.4], 0.0), [grey; 3]);
        assert_near(
            saturated([0.5, 0.1, 0.4], 1.5),
            [0.5, 0.1, 0.4].map(|value| 1.5 * value - 0.5 * grey),
        );
    }
}
