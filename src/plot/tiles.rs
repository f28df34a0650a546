//! Images and their titles in rows.

use super::Figure;
use super::canvas::{Area, GREY, SCALE, draw, failed, fitted, font};
use crate::data::image_shape;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use plotters::prelude::*;

/// CSS pixels of a tile, of the gap between tiles, and of a title's line.
pub(super) const TILE: u32 = 160;
pub(super) const GAP: u32 = 6;
pub(super) const TITLE: u32 = 20;
const LEGEND: u32 = 24;
/// A picture of more images is too large for a notebook.
pub(super) const MOST_TILES: usize = 400;

/// An image with three bytes for each pixel.
pub(super) struct Tile {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[u8; 3]>,
    pub title: String,
}

impl Tile {
    /// CSS pixels: the longer side is as long as a tile.
    fn size(&self) -> (u32, u32) {
        let longest = self.width.max(self.height);
        let length = |side: usize| ((TILE as usize * side / longest) as u32).max(1);
        (length(self.width), length(self.height))
    }

    /// From an image (1, H, W) or (3, H, W) with values in `0..=1` (others are clipped, NaN is black), for `operation`.
    pub fn new(operation: &str, image: &Tensor, title: String) -> Result<Self> {
        let (channels, height, width) = image_shape(operation, image)?;
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

/// Draws tiles in rows of `columns`, below a legend of words and their colours.
pub(super) fn draw_tiles(
    tiles: &[Tile],
    columns: usize,
    legend: &[(&str, [u8; 3])],
    description: String,
) -> Result<Figure> {
    if tiles.is_empty() {
        return Err(Error::Invalid(
            "there is no image to show: the batch is empty".to_owned(),
        ));
    }
    if tiles.len() > MOST_TILES {
        return Err(Error::Invalid(format!(
            "{} images do not fit into one picture; show fewer, for example `images.narrow(0, 0, 20)?`",
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

/// A sample of each colour with its word, on a dark background, as on images.
fn draw_legend(area: &Area, legend: &[(&str, [u8; 3])]) -> Result<()> {
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

/// Scales by the nearest pixel and keeps the proportions.
fn draw_tile(area: &Area, tile: &Tile, left: u32, top: u32) -> Result<()> {
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
    // A frame, because an image may be as white as the page.
    let corners = [
        (left - 1, top - 1),
        (left + width as i32, top + height as i32),
    ];
    area.draw(&Rectangle::new(corners, GREY.mix(0.5)))
        .map_err(failed)
}
