//! Images and their titles in rows.

use super::Figure;
use super::canvas::{Area, GREY, SCALE, draw, failed, fitted, font, text_width};
use super::signed_scale::SignedScale;
use crate::data::image_shape;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use plotters::prelude::*;

/// CSS pixels of a tile at most and at least, of the gap between tiles, and of a title's line.
pub(super) const TILE: u32 = 160;
/// Of a tile with details, such as the outlines of many objects.
pub(super) const LARGE_TILE: u32 = 320;
const SMALLEST_TILE: u32 = 48;
pub(super) const GAP: u32 = 6;
pub(super) const TITLE: u32 = 20;
const LEGEND: u32 = 24;
/// Tiles become smaller in a picture that would be wider.
const WIDEST: u32 = 1000;
/// A picture of more images is too large for a notebook.
pub(super) const MOST_TILES: usize = 400;

/// An image with three bytes for each pixel.
pub(crate) struct Tile {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[u8; 3]>,
    pub title: String,
}

impl Tile {
    /// CSS pixels: the longer side is `tile` of them long.
    fn size(&self, tile: u32) -> (u32, u32) {
        let longest = self.width.max(self.height);
        let length = |side: usize| ((tile as usize * side / longest) as u32).max(1);
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

    /// From an image (H, W) of numbers of any size and sign, in the colours of `scale`; what is not finite is black.
    pub fn signed(image: &Tensor, scale: SignedScale, title: String) -> Result<Self> {
        let (height, width) = image.as_candle().dims2()?;
        let numbers = numbers(image)?.into_iter();
        let pixels = numbers.map(|number| {
            let RGBColor(r, g, b) = match number.is_finite() {
                true => scale.colour(number, 1.0),
                false => BLACK,
            };
            [r, g, b]
        });
        Ok(Tile {
            width,
            height,
            pixels: pixels.collect(),
            title,
        })
    }
}

/// All numbers of a tensor.
pub(crate) fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
}

/// What stands above the tiles.
pub(crate) enum Legend<'a> {
    Nothing,
    /// Words and their colours.
    Words(&'a [(&'a str, [u8; 3])]),
    /// A colour bar.
    Signed(SignedScale),
}

/// Draws tiles in rows of `columns`, below a legend.
pub(crate) fn draw_tiles(
    tiles: &[Tile],
    columns: usize,
    legend: Legend<'_>,
    description: String,
) -> Result<Figure> {
    draw_tiles_of(TILE, tiles, columns, legend, description)
}

/// Draws tiles with a side of `largest` CSS pixels, or less if they do not fit.
pub(super) fn draw_tiles_of(
    largest: u32,
    tiles: &[Tile],
    columns: usize,
    legend: Legend<'_>,
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
    let side = ((WIDEST - GAP) / columns).saturating_sub(GAP);
    let side = side.clamp(SMALLEST_TILE, largest);
    let highest = tiles.iter().map(|tile| tile.size(side).1).max();
    let row_height = highest.unwrap_or(side) + GAP + if titled { TITLE } else { 0 };
    let top = match legend {
        Legend::Nothing => GAP,
        _ => GAP + LEGEND,
    };
    draw(
        columns * (side + GAP) + GAP,
        rows * row_height + top,
        description,
        |area| {
            match legend {
                Legend::Nothing => {}
                Legend::Words(words) => draw_words(area, words)?,
                Legend::Signed(scale) => draw_bar(area, scale)?,
            }
            for (index, tile) in (0..).zip(tiles) {
                let x = (GAP + index % columns * (side + GAP)) * SCALE;
                let mut y = (top + index / columns * row_height) * SCALE;
                if titled {
                    let (title, style) = fitted(&tile.title, 13, side)?;
                    area.draw(&Text::new(title, (x as i32, y as i32), style))
                        .map_err(failed)?;
                    y += TITLE * SCALE;
                }
                draw_tile(area, tile, tile.size(side), (x, y))?;
            }
            Ok(())
        },
    )
}

/// A sample of each colour with its word, on a dark background, as on images.
fn draw_words(area: &Area, legend: &[(&str, [u8; 3])]) -> Result<()> {
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

/// The colours from the smallest to the largest number, with both of them.
fn draw_bar(area: &Area, scale: SignedScale) -> Result<()> {
    const WIDTH: u32 = 60;
    const HEIGHT: u32 = 12;
    let ends = [-scale.largest(), scale.largest()].map(short);
    let mut x = (GAP * SCALE) as i32;
    let y = (GAP * SCALE) as i32;
    let write = |text: &String, x: i32| {
        let text = Text::new(text.clone(), (x, y), font(13));
        area.draw(&text).map_err(failed)
    };
    write(&ends[0], x)?;
    x += ((text_width(&ends[0], 13)? + GAP) * SCALE) as i32;
    let (wide, high) = ((WIDTH * SCALE) as i32, (HEIGHT * SCALE) as i32);
    for column in 0..wide {
        let share = f64::from(2 * column + 1) / f64::from(wide) - 1.0;
        let colour = scale.colour(share * scale.largest(), 1.0);
        let corners = [(x + column, y), (x + column + 1, y + high)];
        area.draw(&Rectangle::new(corners, colour.filled()))
            .map_err(failed)?;
    }
    let corners = [(x - 1, y - 1), (x + wide, y + high)];
    area.draw(&Rectangle::new(corners, GREY.mix(0.5)))
        .map_err(failed)?;
    write(&ends[1], x + wide + (GAP * SCALE) as i32)
}

/// With two or three digits that matter.
fn short(number: f64) -> String {
    let decimals = match number.abs() {
        0.0 => return "0".to_owned(),
        large if (100.0..1e5).contains(&large) => 0,
        large if (10.0..100.0).contains(&large) => 1,
        large if (0.01..10.0).contains(&large) => 2,
        _ => return format!("{number:.1e}"),
    };
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Scales by the nearest pixel and keeps the proportions.
fn draw_tile(
    area: &Area,
    tile: &Tile,
    (width, height): (u32, u32),
    (left, top): (u32, u32),
) -> Result<()> {
    let (left, top) = (left as i32, top as i32);
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
