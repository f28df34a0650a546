//! Coloured objects on top of an image.

use super::Figure;
use super::label_tile::{Ground, blended, counted, object_colours};
use super::outline::label_outline;
use super::tiles::{LARGE_TILE, Legend, draw_tiles_of};
use crate::morph::LabelMap;
use crate::{Result, Tensor};

/// How much of the colour lies inside an object; its outline has it in full.
const OPACITY: f64 = 0.35;

/// Draws `image` (1, H, W) or (3, H, W), with values in `0..=1`, and each object of `labels` on it: outlined and tinted in a colour
/// of its own, as by [`labels`](super::labels()).
///
/// ```
/// use eosin::{morph::LabelMap, prelude::*};
/// let image = Tensor::rand(0f32, 1., (3, 2, 3), &Device::Cpu)?;
/// plot::label_overlay(&image, &LabelMap::new(2, 3, vec![1, 0, 2, 1, 1, 2])?)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image has another shape, or another size than the label map.
pub fn label_overlay(image: &Tensor, labels: &LabelMap) -> Result<Figure> {
    let mut ground = Ground::new("label_overlay", image, &[labels])?;
    let drawn = ground.labels(labels);
    let pixels = ground.tile.pixels.iter_mut();
    let objects = object_colours(&drawn)
        .into_iter()
        .zip(label_outline(&drawn));
    for (pixel, (colour, is_outline)) in pixels.zip(objects) {
        if let Some(colour) = colour {
            *pixel = blended(*pixel, colour, if is_outline { 1.0 } else { OPACITY });
        }
    }
    let description = format!(
        "an image of {} x {} pixels with {}, each outlined in a colour",
        labels.height(),
        labels.width(),
        counted(labels.count(), "object")
    );
    draw_tiles_of(LARGE_TILE, &[ground.tile], 1, Legend::Nothing, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn objects_that_touch_keep_their_outlines_and_other_sizes_are_refused() {
        let image = Tensor::zeros((1, 8, 8), DType::F32, &Device::Cpu).unwrap();
        let halves = LabelMap::new(8, 8, (0..64).map(|at| 1 + at % 8 / 4).collect()).unwrap();
        let figure = label_overlay(&image, &halves).unwrap();
        assert!(
            format!("{figure:?}").contains("with 2 objects"),
            "{figure:?}"
        );
        // 20 of the 32 pixels of each object are at its edge, and a pixel is 80 x 80 in the picture.
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        let colours = object_colours(&halves);
        for colour in [colours[0], colours[7]].into_iter().flatten() {
            let same = pixels.pixels().filter(|pixel| pixel.0 == colour).count();
            assert_eq!(same, 20 * 80 * 80);
        }
        let error = label_overlay(&image, &halves.resized(4, 8))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("has 8 x 8 pixels, but the label map 4 x 8"),
            "{error}"
        );
        assert!(label_overlay(&image.get(0).unwrap(), &halves).is_err());
    }
}
