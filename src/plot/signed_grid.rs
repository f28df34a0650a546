//! Many images of numbers that may be negative.

use super::Figure;
use super::signed_scale::SignedScale;
use super::tiles::{Legend, Tile, draw_tiles, numbers};
use crate::{Error, Result, Tensor};
use std::fmt::Display;

/// Draws a batch of images (N, 1, H, W) of numbers of any size and sign, in rows of `columns`, with a title above each: anything that
/// can be shown; `[""; 0]` for none. Zero is white, numbers above it blue, below it orange, on one scale for all, which a colour bar
/// shows. What is not finite is black.
///
/// ```
/// use eosin::prelude::*;
/// let differences = Tensor::randn(0f32, 1., (4, 1, 28, 28), &Device::Cpu)?;
/// plot::signed_grid(&differences, ["up", "down", "left", "right"], 2)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the tensor is not such a batch, is empty, or holds more than 400 images.
pub fn signed_grid(
    images: &Tensor,
    titles: impl IntoIterator<Item = impl Display>,
    columns: usize,
) -> Result<Figure> {
    let &[count, 1, height, width] = images.dims() else {
        return Err(Error::Invalid(format!(
            "signed_grid: the images must be (N, 1, H, W), this tensor is {:?}",
            images.shape()
        )));
    };
    // Titles may never end, as `0..` does.
    let titles = titles.into_iter().take(count);
    let titles = titles.map(|title| title.to_string()).collect();
    let images = images.reshape((count, height, width))?;
    draw_signed(&images, titles, columns, "images")
}

/// Draws images (N, H, W), which are `things`, on one scale.
pub(super) fn draw_signed(
    images: &Tensor,
    titles: Vec<String>,
    columns: usize,
    things: &str,
) -> Result<Figure> {
    let scale = SignedScale::of(numbers(images)?);
    let titles = titles.into_iter().chain(std::iter::repeat(String::new()));
    let tiles: Vec<Tile> = (0..images.dim(0)?)
        .zip(titles)
        .map(|(index, title)| Tile::signed(&images.get(index)?, scale, title))
        .collect::<Result<_>>()?;
    let description = format!(
        "{} {things} of {:?}; zero is white, blue is above it, orange below; the strongest colour is {} from it",
        tiles.len(),
        &images.dims()[1..],
        scale.largest()
    );
    draw_tiles(&tiles, columns, Legend::Signed(scale), description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::{BLUE, ORANGE, SCALE};
    use crate::plot::{feature_maps, filters};
    use candle_core::Device;
    use plotters::style::RGBColor;

    /// The colours in the middle of the tiles of one row.
    fn colours(figure: &Figure, tiles: u32) -> Vec<RGBColor> {
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        let colour = |tile: u32| {
            let (x, y) = ((6 + tile * 166 + 80) * SCALE, pixels.height() - 80 * SCALE);
            let [r, g, b] = pixels.get_pixel(x, y).0;
            RGBColor(r, g, b)
        };
        (0..tiles).map(colour).collect()
    }

    #[test]
    fn signs_have_their_colours_on_one_scale_for_all_tiles() -> Result<()> {
        let numbers = Tensor::new(&[-2f32, 0., 2., f32::NAN], &Device::Cpu)?;
        let white = RGBColor(255, 255, 255);
        let expected = [ORANGE, white, BLUE, RGBColor(0, 0, 0)];
        let batch = numbers.reshape((4, 1, 1, 1))?;
        let grid = signed_grid(&batch, 0.., 4)?;
        assert_eq!(colours(&grid, 4), expected);
        assert!(format!("{grid:?}").contains("is 2 from it"), "{grid:?}");
        let maps = feature_maps(&numbers.reshape((1, 4, 1, 1))?, 4)?;
        assert_eq!(colours(&maps, 4), expected);
        // What two channels of one filter do adds up.
        let weight = Tensor::new(&[-3f32, 1., 5., -5., 2., 0.], &Device::Cpu)?;
        let weight = filters(&weight.reshape((3, 2, 1, 1))?, 3)?;
        assert_eq!(colours(&weight, 3), expected[..3]);
        Ok(())
    }

    #[test]
    fn other_shapes_are_refused_with_the_right_one() -> Result<()> {
        let flat = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
        for (result, rule) in [
            (signed_grid(&flat, 0.., 2), "(N, 1, H, W)"),
            (feature_maps(&flat, 2), "(C, H, W)"),
            (filters(&flat, 2), "(O, I, KH, KW)"),
        ] {
            let message = result.unwrap_err().to_string();
            assert!(message.contains(rule), "{message}");
        }
        Ok(())
    }
}
