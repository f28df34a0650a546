//! Many images side by side.

use super::Figure;
use super::tiles::{Legend, Tile, draw_tiles};
use crate::{Error, Result, Tensor};
use std::fmt::Display;

/// Draws a batch of images (N, C, H, W), where C is 1 or 3 and values are in `0..=1`, in rows of `columns`.
///
/// ```
/// use eosin::prelude::*;
/// let images = Tensor::rand(0f32, 1., (6, 1, 28, 28), &Device::Cpu)?;
/// image_grid(&images, 3)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the tensor is not a batch of images, or there are more than 400.
pub fn image_grid(images: &Tensor, columns: usize) -> Result<Figure> {
    draw_grid(images, Vec::new(), columns)
}

/// Draws a batch as [`image_grid`] does, with a title above each image: anything that can be shown.
///
/// ```
/// use eosin::prelude::*;
/// let (images, digits) = Mnist::synthetic(10, 10, 42).train.first(10)?;
/// image_grid_with_titles(&images, digits.to_vec1::<u32>()?, 5)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`image_grid`].
pub fn image_grid_with_titles(
    images: &Tensor,
    titles: impl IntoIterator<Item = impl Display>,
    columns: usize,
) -> Result<Figure> {
    // Titles may never end, as `0..` does.
    let count = images.dims().first().copied().unwrap_or_default();
    let titles = titles.into_iter().take(count);
    draw_grid(
        images,
        titles.map(|title| title.to_string()).collect(),
        columns,
    )
}

fn draw_grid(images: &Tensor, titles: Vec<String>, columns: usize) -> Result<Figure> {
    if images.rank() != 4 {
        return Err(Error::Invalid(format!(
            "image_grid: a batch of images must be (N, C, H, W), this tensor is {:?}",
            images.shape()
        )));
    }
    let titles = titles.into_iter().chain(std::iter::repeat(String::new()));
    let tiles: Vec<Tile> = (0..images.dim(0)?)
        .zip(titles)
        .map(|(index, title)| Tile::new("image_grid", &images.get(index)?, title))
        .collect::<Result<_>>()?;
    let description = format!("{} images of {:?}", tiles.len(), &images.dims()[1..]);
    draw_tiles(&tiles, columns, Legend::Nothing, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::SCALE;
    use crate::plot::tiles::{GAP, MOST_TILES, TILE, TITLE};
    use candle_core::{DType, Device};

    #[test]
    fn grids_fit_every_image_and_refuse_what_is_not_one() {
        let images = Tensor::ones((5, 1, 8, 16), DType::F32, &Device::Cpu).unwrap();
        let figure = image_grid_with_titles(&images, ["one"], 3).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        assert_eq!(
            pixels.dimensions(),
            (
                (3 * (TILE + GAP) + GAP) * SCALE,
                (2 * (TILE / 2 + GAP + TITLE) + GAP) * SCALE
            )
        );
        let flat = Tensor::ones((8, 16), DType::F32, &Device::Cpu).unwrap();
        assert!(
            image_grid(&flat, 3)
                .unwrap_err()
                .to_string()
                .contains("(N, C, H, W)")
        );
        let many = Tensor::ones((MOST_TILES + 1, 1, 2, 2), DType::F32, &Device::Cpu).unwrap();
        assert!(
            image_grid(&many, 20)
                .unwrap_err()
                .to_string()
                .contains("narrow")
        );
        let two = Tensor::ones((1, 2, 8, 8), DType::F32, &Device::Cpu).unwrap();
        assert!(
            image_grid(&two, 3)
                .unwrap_err()
                .to_string()
                .contains("(3, H, W)")
        );
    }
}
