//! A function of two variables, seen from above, and paths on it.

use super::Figure;
use super::canvas::{
    BLUE, GREEN, GREY, ORANGE, PURPLE, SCALE, draw, draw_legend, failed, font, legend_line, tint,
};
use super::range::range as finite_range;
use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};
use plotters::prelude::*;
use std::ops::Range;

const WIDTH: u32 = 560;
const HEIGHT: u32 = 340;
/// How many points the function is computed at, across and up.
const POINTS: (usize, usize) = (180, 110);
/// Steps of height that can be told apart.
const LEVELS: f64 = 14.0;

/// Draws the height of a function of two variables, the first in the range `across`, the second in `up`: the darker, the higher.
/// `paths` are drawn on it, each with a name: tensors (N, 2), a row for each point. A path that leaves the picture ends at its edge.
///
/// `function` gets two tensors of shape (H, W), the values of both variables at all points, and returns a tensor of that shape.
///
/// ```
/// use eosin::prelude::*;
/// let bowl = |a: &Tensor, b: &Tensor| Ok((a.sqr()? + b.sqr()?)?);
/// let path = Tensor::new(&[[2f32, 1.], [1., 0.5], [0.5, 0.25]], &Device::Cpu)?;
/// plot::height_map(bowl, -3.0..3.0, -2.0..2.0, &[("halved in each step", &path)])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When a range is empty, `function` returns another shape, or a path is not (N, 2).
pub fn height_map(
    function: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    across: Range<f64>,
    up: Range<f64>,
    paths: &[(&str, &Tensor)],
) -> Result<Figure> {
    if across.is_empty() || up.is_empty() {
        return Err(Error::Invalid(format!(
            "height_map: the ranges {across:?} and {up:?} must go from a smaller to a larger value"
        )));
    }
    let heights = heights(function, &across, &up)?;
    let paths: Vec<(&str, Vec<(f64, f64)>)> = (paths.iter())
        .map(|(name, path)| Ok((*name, within(points(name, path)?, &across, &up))))
        .collect::<Result<_>>()?;
    let names: Vec<&str> = paths.iter().map(|(name, _)| *name).collect();
    let description = format!(
        "height of a function of two variables; paths: {}",
        names.join(", ")
    );
    draw(WIDTH, HEIGHT, description, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8 * SCALE)
            .margin_right(16 * SCALE)
            .x_label_area_size(24 * SCALE)
            .y_label_area_size(44 * SCALE)
            .build_cartesian_2d(across.clone(), up.clone())
            .map_err(failed)?;
        let (columns, rows) = POINTS;
        let (wide, high) = (step(&across, columns), step(&up, rows));
        let fields = heights.iter().enumerate().map(|(at, height)| {
            let (column, row) = ((at % columns) as f64, (at / columns) as f64);
            let (left, low) = (across.start + column * wide, up.start + row * high);
            Rectangle::new(
                [(left, low), (left + wide, low + high)],
                shade(*height).filled(),
            )
        });
        chart.draw_series(fields).map_err(failed)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(GREY)
            .label_style(font(12))
            .draw()
            .map_err(failed)?;
        let colours = [ORANGE, GREEN, PURPLE, BLACK];
        for ((name, path), colour) in paths.iter().zip(colours.iter().cycle()) {
            let style = colour.stroke_width(2 * SCALE);
            let line = PathElement::new(path.clone(), style);
            chart
                .draw_series([line])
                .map_err(failed)?
                .label(*name)
                .legend(move |at| legend_line(at, style));
            let last = path.len().saturating_sub(1);
            let dots = path.iter().enumerate().map(|(at, place)| {
                let radius = if at == last { 5 } else { 3 };
                Circle::new(*place, radius * SCALE as i32, colour.filled())
            });
            chart.draw_series(dots).map_err(failed)?;
        }
        if paths.is_empty() {
            return Ok(());
        }
        draw_legend(&mut chart, SeriesLabelPosition::UpperRight)
    })
}

/// The distance from one of `count` points to the next.
fn step(range: &Range<f64>, count: usize) -> f64 {
    (range.end - range.start) / count as f64
}

/// The function in the middle of each field, row by row from the bottom, scaled from 0 (lowest) to 1 (highest).
fn heights(
    function: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    across: &Range<f64>,
    up: &Range<f64>,
) -> Result<Vec<f64>> {
    let (columns, rows) = POINTS;
    let middles = |range: &Range<f64>, count: usize| -> Vec<f32> {
        let middle = |at: usize| range.start + (at as f64 + 0.5) * step(range, count);
        (0..count).map(|at| middle(at) as f32).collect()
    };
    let first = Tensor::from_vec(middles(across, columns), (1, columns), &Device::Cpu)?;
    let second = Tensor::from_vec(middles(up, rows), (rows, 1), &Device::Cpu)?;
    let shape = (rows, columns);
    let found = function(
        &first.broadcast_as(shape)?.contiguous()?,
        &second.broadcast_as(shape)?.contiguous()?,
    )?;
    if found.dims() != [rows, columns] {
        return Err(Error::Invalid(format!(
            "height_map: the function gets two tensors of shape [{rows}, {columns}] and must return one of the same shape, not {:?}",
            found.shape()
        )));
    }
    let found: Vec<f64> = found.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
    let range = finite_range(found.iter().copied(), 0.0);
    let share = |height: f64| (height - range.start) / (range.end - range.start);
    Ok(found.into_iter().map(share).collect())
}

/// Steps of colour, as on a map, finer near the bottom, where the paths end. A value that is not finite is white.
fn shade(height: f64) -> RGBColor {
    const STRONGEST: f64 = 0.7;
    if !height.is_finite() {
        return WHITE;
    }
    let strength = STRONGEST * ((height.max(0.0).sqrt() * LEVELS).floor() + 1.0) / (LEVELS + 1.0);
    tint(BLUE, strength)
}

fn points(name: &str, path: &Tensor) -> Result<Vec<(f64, f64)>> {
    if !matches!(*path.dims(), [_, 2]) {
        return Err(Error::Invalid(format!(
            "height_map: the path \"{name}\" is {:?}, it must be (N, 2), a row for each point",
            path.shape()
        )));
    }
    let rows: Vec<Vec<f64>> = path.to_dtype(DType::F64)?.to_vec2()?;
    Ok(rows.iter().map(|row| (row[0], row[1])).collect())
}

/// The path up to the edge of the picture, or up to a point that is not finite.
fn within(path: Vec<(f64, f64)>, across: &Range<f64>, up: &Range<f64>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (x, y) in path {
        if across.contains(&x) && up.contains(&y) {
            kept.push((x, y));
            continue;
        }
        if let Some(&(from_x, from_y)) = kept.last()
            && x.is_finite()
            && y.is_finite()
        {
            let (shares_x, shares_y) = (share(from_x, x, across), share(from_y, y, up));
            let share = shares_x.min(shares_y);
            kept.push((from_x + share * (x - from_x), from_y + share * (y - from_y)));
        }
        break;
    }
    kept
}

/// The share of the way from `from`, which is in the range, to `to` that stays in the range.
fn share(from: f64, to: f64, range: &Range<f64>) -> f64 {
    let nearest = to.clamp(range.start, range.end);
    match to == nearest {
        true => 1.0,
        false => (nearest - from) / (to - from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bowl(a: &Tensor, b: &Tensor) -> Result<Tensor> {
        a.sqr()? + b.sqr()?
    }

    #[test]
    fn the_bottom_is_light_and_paths_lie_over_it() {
        let path = Tensor::new(&[[-2f32, -1.], [-1., -0.5]], &Device::Cpu).unwrap();
        let figure = height_map(bowl, -3.0..3.0, -3.0..3.0, &[("a path", &path)]).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        let is = |colour: RGBColor| {
            let wanted = [colour.0, colour.1, colour.2];
            pixels.pixels().filter(|pixel| pixel.0 == wanted).count()
        };
        assert!(is(ORANGE) > 100 && is(shade(0.0)) > 100);
        assert!(shade(0.0).0 > shade(0.5).0 && shade(0.5).0 > shade(1.0).0);
    }

    #[test]
    fn a_path_ends_at_the_edge_or_where_it_is_not_finite() {
        let (across, up) = (-3.0..3.0, -1.0..1.0);
        let out = vec![(0.0, 0.0), (2.0, 0.5), (4.0, 2.5), (0.0, 0.0)];
        assert_eq!(
            within(out, &across, &up),
            [(0.0, 0.0), (2.0, 0.5), (2.5, 1.0)]
        );
        let broken = vec![(0.0, 0.0), (f64::NAN, 0.0)];
        assert_eq!(within(broken, &across, &up), [(0.0, 0.0)]);
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        let flat = Tensor::new(&[1f32, 2.], &Device::Cpu).unwrap();
        for (figure, reason) in [
            (
                height_map(bowl, -1.0..1.0, -1.0..1.0, &[("flat", &flat)]),
                "\"flat\" is [2]",
            ),
            (
                height_map(bowl, 1.0..1.0, -1.0..1.0, &[]),
                "must go from a smaller",
            ),
            (
                height_map(|a, _| a.sum_all(), -1.0..1.0, -1.0..1.0, &[]),
                "the same shape, not []",
            ),
        ] {
            let error = figure.unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
