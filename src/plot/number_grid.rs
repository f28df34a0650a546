//! Small tensors, value by value.

use super::Figure;
use super::canvas::{Area, GREY, SCALE, draw, failed, fitted, text_width};
use super::named::named;
use super::signed_scale::SignedScale;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Display;

/// CSS pixels of a value's field, of the space around a tensor, and of its name's line.
const FIELD: u32 = 40;
const GAP: u32 = 18;
const TITLE: u32 = 20;
const TITLE_SIZE: u32 = 13;
/// No figure is wider; tensors that do not fit go below.
const WIDTH: u32 = 720;
/// More values in a row or column are too small to read.
const MOST: usize = 15;
/// A smaller field has no room for its number.
const READABLE: u32 = 26;
/// Stays light enough for black text.
const STRONGEST: f64 = 0.55;

/// The numbers of a tensor below its name.
pub(crate) struct Grid {
    title: String,
    rows: Vec<Vec<f64>>,
    /// The side of a number's field.
    field: u32,
    /// That of the fields or of the title, whichever is wider.
    width: u32,
    /// The colours of its numbers.
    pub scale: SignedScale,
    /// Rows and columns of the fields that have a thick frame.
    pub marks: Vec<(usize, usize)>,
}

impl Grid {
    /// A name and a tensor of rank 0, 1 or 2: one value, a row, or rows and columns.
    fn new(title: &str, tensor: &Tensor) -> Result<Self> {
        let (rows, columns) = match *tensor.dims() {
            [] => (1, 1),
            [columns] => (1, columns),
            [rows, columns] => (rows, columns),
            _ => (0, 0),
        };
        if !(1..=MOST).contains(&rows) || !(1..=MOST).contains(&columns) {
            return Err(Error::Invalid(format!(
                "number_grid: \"{title}\" is {:?}; a tensor must have at most two dimensions and 1 to {MOST} values in \
                 each, as `x.i((..5, ..5))?` has",
                tensor.shape()
            )));
        }
        let rows: Vec<Vec<f64>> = tensor
            .to_dtype(DType::F64)?
            .reshape((rows, columns))?
            .to_vec2()?;
        Self::of_rows(title, rows, MOST as u32 * FIELD)
    }

    /// Of any size, with a side of at most `widest`: many numbers have small fields, which show only their colour.
    pub(crate) fn of_rows(title: &str, rows: Vec<Vec<f64>>, widest: u32) -> Result<Self> {
        let columns = rows.first().map_or(0, Vec::len);
        let field = (widest / rows.len().max(columns).max(1) as u32).clamp(2, FIELD);
        let title_width = text_width(title, TITLE_SIZE)?.min(WIDTH - 2 * GAP);
        Ok(Grid {
            title: title.to_owned(),
            field,
            width: title_width.max(columns as u32 * field),
            scale: SignedScale::of(rows.iter().flatten().copied()),
            marks: Vec::new(),
            rows,
        })
    }

    fn height(&self) -> u32 {
        TITLE + self.rows.len() as u32 * self.field
    }
}

/// Draws tensors side by side, value by value, each below its name: anything that can be shown. A tensor has rank 0, 1 or 2 and
/// at most 15 values in each dimension. The colour shows how large a value is, blue above zero and orange below.
///
/// ```
/// use eosin::prelude::*;
/// let a = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
/// number_grid(&[("a", &a), ("a, transposed", &a.t()?)])?;
/// number_grid(&[(1, &a), (2, &(&a + 1.0)?)])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When a tensor has more dimensions or more values, or there is none.
pub fn number_grid(tensors: &[(impl Display, impl AsRef<Tensor>)]) -> Result<Figure> {
    draw_grids(&named(tensors))
}

fn draw_grids(tensors: &[(String, &Tensor)]) -> Result<Figure> {
    let mut grids: Vec<Grid> = (tensors.iter())
        .map(|(title, tensor)| Grid::new(title, tensor))
        .collect::<Result<_>>()?;
    if grids.is_empty() {
        return Err(Error::Invalid(
            "number_grid: there is no tensor to show".to_owned(),
        ));
    }
    let numbers = grids.iter().flat_map(|grid| grid.rows.iter().flatten());
    let scale = SignedScale::of(numbers.copied());
    for grid in &mut grids {
        grid.scale = scale;
    }
    let description = (tensors.iter())
        .map(|(title, tensor)| format!("{title} =\n{tensor}"))
        .collect::<Vec<_>>()
        .join("\n");
    draw_side_by_side(&grids, description)
}

/// Draws grids from left to right, and those that do not fit below.
pub(crate) fn draw_side_by_side(grids: &[Grid], description: String) -> Result<Figure> {
    let (places, width, height) = layout(grids);
    draw(width, height, description, |area| {
        for (grid, (left, top)) in grids.iter().zip(places) {
            let (title, style) = fitted(&grid.title, TITLE_SIZE, grid.width)?;
            let at = ((left * SCALE) as i32, (top * SCALE) as i32);
            area.draw(&Text::new(title, at, style)).map_err(failed)?;
            draw_fields(area, grid, left, top + TITLE)?;
        }
        Ok(())
    })
}

/// The upper left corner of each grid, and the size of the whole.
fn layout(grids: &[Grid]) -> (Vec<(u32, u32)>, u32, u32) {
    let (mut left, mut top, mut row_height, mut widest) = (GAP, GAP / 2, 0, 0);
    let mut places = Vec::new();
    for grid in grids {
        if left > GAP && left + grid.width + GAP > WIDTH {
            (left, top, row_height) = (GAP, top + row_height + GAP, 0);
        }
        places.push((left, top));
        left += grid.width + GAP;
        row_height = row_height.max(grid.height());
        widest = widest.max(left);
    }
    (places, widest, top + row_height + GAP)
}

fn draw_fields(area: &Area, grid: &Grid, left: u32, top: u32) -> Result<()> {
    let side = (grid.field * SCALE) as i32;
    let corner = |row: usize, column: usize| {
        let (left, top) = ((left * SCALE) as i32, (top * SCALE) as i32);
        (left + column as i32 * side, top + row as i32 * side)
    };
    for (row, numbers) in grid.rows.iter().enumerate() {
        for (column, number) in numbers.iter().enumerate() {
            let (x, y) = corner(row, column);
            let corners = [(x, y), (x + side, y + side)];
            area.draw(&Rectangle::new(
                corners,
                grid.scale.colour(*number, STRONGEST).filled(),
            ))
            .map_err(failed)?;
            let frame = GREY.mix(if grid.field < READABLE { 0.15 } else { 0.5 });
            area.draw(&Rectangle::new(corners, frame.stroke_width(SCALE)))
                .map_err(failed)?;
            if grid.field < READABLE {
                continue;
            }
            let (text, style) = fitted(&written(*number), 13, grid.field - 4)?;
            let style = style.pos(Pos::new(HPos::Center, VPos::Center));
            area.draw(&Text::new(text, (x + side / 2, y + side / 2), style))
                .map_err(failed)?;
        }
    }
    // After all fields, because the neighbours of a field would hide half of its frame.
    for &(row, column) in &grid.marks {
        let (x, y) = corner(row, column);
        let corners = [(x, y), (x + side, y + side)];
        area.draw(&Rectangle::new(corners, BLACK.stroke_width(2 * SCALE)))
            .map_err(failed)?;
    }
    Ok(())
}

/// With at most two decimals.
fn written(number: f64) -> String {
    let text = format!("{number:.2}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn tensors_are_drawn_value_by_value_and_large_ones_refused() {
        let tensor = |shape: &[usize]| Tensor::ones(shape, DType::F32, &Device::Cpu).unwrap();
        let figure = number_grid(&[
            ("a", &tensor(&[2, 3])),
            ("b", &tensor(&[3])),
            ("c", &tensor(&[])),
        ])
        .unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        assert_eq!(pixels.width(), (7 * FIELD + 4 * GAP) * SCALE);
        assert!(
            format!("{figure:?}").contains("b =\n[1., 1., 1.]"),
            "{figure:?}"
        );
        let below = number_grid(&[("a", &tensor(&[1, 10])), ("b", &tensor(&[1, 10]))]).unwrap();
        let pixels = image::load_from_memory(below.png()).unwrap().to_rgb8();
        assert_eq!(pixels.width(), (10 * FIELD + 2 * GAP) * SCALE);
        for large in [&[16, 2][..], &[1, 2, 3], &[0]] {
            let error = number_grid(&[("x", &tensor(large))])
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("\"x\"") && error.contains("at most two"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_small_tensor_is_as_wide_as_its_name() {
        let one = Tensor::ones((), DType::F32, &Device::Cpu).unwrap();
        let width = |title: &str| {
            let figure = number_grid(&[(title, &one)]).unwrap();
            let pixels = image::load_from_memory(figure.png()).unwrap();
            pixels.width() / SCALE
        };
        assert_eq!(width("x"), FIELD + 2 * GAP);
        let name = "where_cond(values, -values)";
        assert_eq!(width(name), text_width(name, TITLE_SIZE).unwrap() + 2 * GAP);
        assert_eq!(width(&"long ".repeat(100)), WIDTH);
    }

    #[test]
    fn the_largest_value_has_the_strongest_colour_and_text_stays_readable() {
        let scale = SignedScale::of([3.0]);
        let colour = |number| scale.colour(number, STRONGEST);
        let (half, full) = (colour(1.5), colour(3.0));
        assert!(full.0 < half.0 && half.0 < 255 && full.0 > 80);
        assert_eq!(
            [
                written(-0.0),
                written(2.5),
                written(100.0),
                written(f64::NAN)
            ],
            ["-0", "2.5", "100", "NaN"]
        );
    }
}
