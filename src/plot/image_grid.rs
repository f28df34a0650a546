//! Many images side by side.

use super::Figure;
use super::canvas::{GREY, SCALE, draw, failed, fitted, font};
use crate::{Error, Result};
use candle_core::{DType, Tensor};
use plotters::prelude::*;

/// CSS pixels of a tile, of the gap between tiles, of the line for its title.
pub(super) const TILE: u32 = 160;
const GAP: u32 = 6;
const TITLE: u32 = 20;
const LEGEND: u32 = 24;
/// A picture of more images is too large for a notebook.
const MOST_TILES: usize = 400;

/// An image of bytes, three to a pixel.
pub(super) struct Tile {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[u8; 3]>,
    pub title: String,
}

impl Tile {
    /// CSS pixels: the longer side is as long as there is room.
    fn size(&self) -> (u32, u32) {
        let longest = self.width.max(self.height);
        let length = |side: usize| ((TILE as usize * side / longest) as u32).max(1);
        (length(self.width), length(self.height))
    }

    /// From (C, H, W), C 1 or 3, numbers in `0..=1` (others are clipped, NaN is black).
    pub fn new(image: &Tensor, title: String) -> Result<Self> {
        let (channels, height, width) = match *image.dims() {
            [channels @ (1 | 3), height, width] if height > 0 && width > 0 => {
                (channels, height, width)
            }
            _ => {
                return Err(Error::Invalid(format!(
                    "an image must be (1, H, W) or (3, H, W), this tensor is {:?}",
                    image.shape()
                )));
            }
        };
        let numbers: Vec<f32> = image.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let byte = |number: f32| (number.clamp(0.0, 1.0) * 255.0).round() as u8;
        let plane = height * width;
        let pixels = (0..plane)
            .map(|at| {
                std::array::from_fn(|channel| byte(numbers[at + plane * channel.min(channels - 1)]))
            })
            .collect();
        Ok(Tile {
            width,
            height,
            pixels,
            title,
        })
    }
}

/// Shows a batch (N, C, H, W), C 1 or 3, with numbers in `0..=1`, in rows of `columns`; a title for each, or none.
///
/// # Errors
/// When the tensor is no batch of images.
pub fn image_grid(images: &Tensor, titles: &[&str], columns: usize) -> Result<Figure> {
    if images.rank() != 4 {
        return Err(Error::Invalid(format!(
            "image_grid: a batch is (N, C, H, W), this tensor is {:?}",
            images.shape()
        )));
    }
    let title = |index: usize| {
        titles
            .get(index)
            .map(|title| (*title).to_owned())
            .unwrap_or_default()
    };
    let tiles: Vec<Tile> = (0..images.dim(0)?)
        .map(|index| Tile::new(&images.get(index)?, title(index)))
        .collect::<Result<_>>()?;
    let description = format!("{} images of {:?}", tiles.len(), &images.dims()[1..]);
    draw_tiles(&tiles, columns, &[], description)
}

/// Draws tiles in rows of `columns`, and above them a legend of words in colours.
pub(super) fn draw_tiles(
    tiles: &[Tile],
    columns: usize,
    legend: &[(&str, [u8; 3])],
    description: String,
) -> Result<Figure> {
    if tiles.is_empty() {
        return Err(Error::Invalid("there is no image to show".to_owned()));
    }
    if tiles.len() > MOST_TILES {
        return Err(Error::Invalid(format!(
            "{} images are more than fit into one picture; show fewer, for example `images.narrow(0, 0, 20)?`",
            tiles.len()
        )));
    }
    let columns = u32::try_from(columns.clamp(1, tiles.len())).map_err(failed)?;
    let rows = u32::try_from(tiles.len())
        .map_err(failed)?
        .div_ceil(columns);
    let titled = tiles.iter().any(|tile| !tile.title.is_empty());
    let highest = tiles.iter().map(|tile| tile.size().1).max();
    let row_height = highest.unwrap_or(TILE) + GAP + if titled { TITLE } else { 0 };
    let top = GAP + if legend.is_empty() { 0 } else { LEGEND };
    draw(
        columns * (TILE + GAP) + GAP,
        rows * row_height + top,
        description,
        |area| {
            draw_legend(area, legend)?;
            for (index, tile) in (0..).zip(tiles) {
                let x = (GAP + index % columns * (TILE + GAP)) * SCALE;
                let mut y = (top + index / columns * row_height) * SCALE;
                if titled {
                    let (title, style) = fitted(&tile.title, 13, TILE)?;
                    area.draw(&Text::new(title, (x as i32, y as i32), style))
                        .map_err(failed)?;
                    y += TITLE * SCALE;
                }
                draw_tile(area, tile, x, y)?;
            }
            Ok(())
        },
    )
}

/// A sample of each colour on a dark ground, as it is seen on images, with its word.
fn draw_legend(
    area: &DrawingArea<BitMapBackend, plotters::coord::Shift>,
    legend: &[(&str, [u8; 3])],
) -> Result<()> {
    let scale = SCALE as i32;
    let mut x = GAP as i32 * scale;
    let y = GAP as i32 * scale;
    for (word, [r, g, b]) in legend {
        let ground = [(x, y), (x + 24 * scale, y + 16 * scale)];
        let sample = [
            (x + 4 * scale, y + 6 * scale),
            (x + 20 * scale, y + 10 * scale),
        ];
        area.draw(&Rectangle::new(ground, BLACK.mix(0.8).filled()))
            .map_err(failed)?;
        area.draw(&Rectangle::new(sample, RGBColor(*r, *g, *b).filled()))
            .map_err(failed)?;
        x += 30 * scale;
        area.draw(&Text::new(*word, (x, y + 3 * scale), font(13)))
            .map_err(failed)?;
        let (width, _) = area.estimate_text_size(word, &font(13)).map_err(failed)?;
        x += width as i32 + 16 * scale;
    }
    Ok(())
}

/// Enlarges or shrinks by the nearest pixel, keeping the proportions.
fn draw_tile(
    area: &DrawingArea<BitMapBackend, plotters::coord::Shift>,
    tile: &Tile,
    left: u32,
    top: u32,
) -> Result<()> {
    let (left, top) = (left as i32, top as i32);
    let (width, height) = tile.size();
    let (width, height) = ((width * SCALE) as usize, (height * SCALE) as usize);
    for y in 0..height {
        for x in 0..width {
            let [r, g, b] =
                tile.pixels[(y * tile.height / height) * tile.width + x * tile.width / width];
            area.draw_pixel((left + x as i32, top + y as i32), &RGBColor(r, g, b))
                .map_err(failed)?;
        }
    }
    // An image may be as white as the page.
    let corners = [
        (left - 1, top - 1),
        (left + width as i32, top + height as i32),
    ];
    area.draw(&Rectangle::new(corners, GREY.mix(0.5)))
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn grids_have_room_for_every_image_and_refuse_what_is_none() {
        let images = Tensor::ones((5, 1, 8, 16), DType::F32, &Device::Cpu).unwrap();
        let figure = image_grid(&images, &["one"], 3).unwrap();
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
            image_grid(&flat, &[], 3)
                .unwrap_err()
                .to_string()
                .contains("(N, C, H, W)")
        );
        let many = Tensor::ones((MOST_TILES + 1, 1, 2, 2), DType::F32, &Device::Cpu).unwrap();
        assert!(
            image_grid(&many, &[], 20)
                .unwrap_err()
                .to_string()
                .contains("narrow")
        );
        let two = Tensor::ones((1, 2, 8, 8), DType::F32, &Device::Cpu).unwrap();
        assert!(
            image_grid(&two, &[], 3)
                .unwrap_err()
                .to_string()
                .contains("(3, H, W)")
        );
    }
}
