//! True and predicted masks on top of an image.

use super::Figure;
use super::outline::outline;
use super::tiles::{Legend, Tile, draw_tiles};
use crate::{Error, Result, Tensor, metrics};

/// Outlines: truth in green, prediction in magenta, white where they agree. They differ in brightness too, so that they can be
/// told apart with any colour vision.
pub(super) const TRUTH: [u8; 3] = [0, 230, 120];
const PREDICTION: [u8; 3] = [255, 60, 220];
const BOTH: [u8; 3] = [255, 255, 255];

/// Draws one row for each sample: the image, the true mask, the predicted probabilities, and both outlines on the image.
///
/// `images` are (N, C, H, W), where C is 1 or 3, `truth` and `probabilities` are (N, 1, H, W), all with values in `0..=1`.
///
/// # Errors
/// When the shapes do not match.
pub fn overlay_gallery(images: &Tensor, truth: &Tensor, probabilities: &Tensor) -> Result<Figure> {
    let fits = match (images.dims(), truth.dims(), probabilities.dims()) {
        (&[n, _, h, w], truth, probabilities) => {
            truth == [n, 1, h, w] && probabilities == truth && n > 0
        }
        _ => false,
    };
    if !fits {
        return Err(Error::Invalid(format!(
            "overlay_gallery: images {:?}, truth {:?} and probabilities {:?} must be (N, C, H, W), (N, 1, H, W) and \
             (N, 1, H, W)",
            images.shape(),
            truth.shape(),
            probabilities.shape()
        )));
    }
    let tile = |image: &Tensor, title| Tile::new("overlay_gallery", image, title);
    let mut tiles = Vec::new();
    let mut sum = 0.0;
    let count = images.dim(0)?;
    for index in 0..count {
        let (image, truth, probability) = (
            images.get(index)?,
            truth.get(index)?,
            probabilities.get(index)?,
        );
        // A probability above one half is a logit above zero.
        let dice = metrics::dice(&(&probability - 0.5)?.unsqueeze(0)?, &truth.unsqueeze(0)?)?;
        sum += dice;
        let mut both = tile(&image, format!("Dice {dice:.3}"))?;
        draw_outlines(&mut both, &outline(&truth)?, &outline(&probability)?);
        tiles.push(tile(&image, "image".to_owned())?);
        tiles.push(tile(&truth, "truth".to_owned())?);
        tiles.push(tile(&probability, "prediction".to_owned())?);
        tiles.push(both);
    }
    let description = format!(
        "{count} samples, mean Dice {:.3}; outlines: truth green, prediction magenta, both white",
        sum / count as f64
    );
    let legend = [("truth", TRUTH), ("prediction", PREDICTION), ("both", BOTH)];
    draw_tiles(&tiles, 4, Legend::Words(&legend), description)
}

/// Draws the outlines of both masks.
fn draw_outlines(tile: &mut Tile, truth: &[bool], prediction: &[bool]) {
    for ((pixel, truth), prediction) in tile.pixels.iter_mut().zip(truth).zip(prediction) {
        *pixel = match (truth, prediction) {
            (true, true) => BOTH,
            (true, false) => TRUTH,
            (false, true) => PREDICTION,
            (false, false) => continue,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn outlines_show_who_says_what() {
        let images = Tensor::zeros((1, 3, 16, 16), DType::F32, &Device::Cpu).unwrap();
        let square = |from: usize, to: usize| {
            let inside = |x: usize| (from..to).contains(&x);
            let numbers: Vec<f32> = (0..256)
                .map(|at| f32::from(u8::from(inside(at % 16) && inside(at / 16))))
                .collect();
            Tensor::from_vec(numbers, (1, 1, 16, 16), &Device::Cpu).unwrap()
        };
        let figure = overlay_gallery(&images, &square(2, 10), &square(6, 14)).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        for colour in [TRUTH, PREDICTION] {
            assert!(pixels.pixels().filter(|pixel| pixel.0 == colour).count() > 1000);
        }
        // 64 + 64 pixels, 16 in common.
        assert!(format!("{figure:?}").contains("mean Dice 0.250"));
        assert!(overlay_gallery(&images, &square(1, 2), &images).is_err());
    }
}
