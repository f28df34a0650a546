//! Functions as lines.

use super::Figure;
use super::canvas::{
    BLUE, GREEN, GREY, ORANGE, PURPLE, SCALE, axis_number, draw, draw_legend, failed, font,
    legend_line, line,
};
use super::named::{named, names};
use super::range::range;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use plotters::prelude::*;
use std::fmt::Display;
use std::ops::Range;

const WIDTH: u32 = 560;
const HEIGHT: u32 = 300;

/// Draws lines over the same `x`. Each is a name, anything that can be shown, and a tensor with as many values as `x`.
///
/// ```
/// use eosin::prelude::*;
/// let x = Tensor::arange_step(0f32, 6., 0.1, &Device::Cpu)?;
/// plot::curves(&x, &[("sin", x.sin()?), ("cos", x.cos()?)])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no line, or one differs from `x` in length.
pub fn curves(x: &Tensor, lines: &[(impl Display, impl AsRef<Tensor>)]) -> Result<Figure> {
    draw_curves(x, named(lines))
}

fn draw_curves(x: &Tensor, lines: Vec<(String, &Tensor)>) -> Result<Figure> {
    let x = numbers(x)?;
    let lines: Vec<(String, Vec<f64>)> = (lines.into_iter())
        .map(|(name, line)| Ok((name, numbers(line)?)))
        .collect::<Result<_>>()?;
    if let Some((name, line)) = lines.iter().find(|(_, line)| line.len() != x.len()) {
        return Err(Error::Invalid(format!(
            "curves: \"{name}\" has {} values, x has {}",
            line.len(),
            x.len()
        )));
    }
    if x.is_empty() || lines.is_empty() {
        return Err(Error::Invalid(
            "curves: there is nothing to draw: give x at least one value, and at least one line"
                .to_owned(),
        ));
    }
    let description = format!("curves of {}", names(&lines));
    draw(WIDTH, HEIGHT, description, |area| {
        let all = lines.iter().flat_map(|(_, line)| line.iter().copied());
        let mut chart = ChartBuilder::on(area)
            .margin(8 * SCALE)
            .margin_right(16 * SCALE)
            .x_label_area_size(24 * SCALE)
            .y_label_area_size(44 * SCALE)
            .build_cartesian_2d(range(x.iter().copied(), 0.0), range(all, 0.06))
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GREY.mix(0.25))
            .axis_style(GREY)
            .label_style(font(12))
            .x_label_formatter(&|x| axis_number(*x))
            .y_label_formatter(&|y| axis_number(*y))
            .draw()
            .map_err(failed)?;
        for ((name, heights), colour) in lines
            .iter()
            .zip([BLUE, ORANGE, GREEN, PURPLE].iter().cycle())
        {
            let style = colour.stroke_width(2 * SCALE);
            let points: Vec<(f64, f64)> = x.iter().copied().zip(heights.iter().copied()).collect();
            chart
                .draw_series(line(&points, style))
                .map_err(failed)?
                .label(name)
                .legend(move |at| legend_line(at, style));
        }
        draw_legend(&mut chart, emptiest_place(&x, &lines))
    })
}

/// Where the lines have the fewest points, so that the legend hides little; the upper right if all places are alike.
fn emptiest_place(x: &[f64], lines: &[(String, Vec<f64>)]) -> SeriesLabelPosition {
    use SeriesLabelPosition::{LowerLeft, LowerRight, UpperLeft, UpperMiddle, UpperRight};
    /// Shares of the width and height of the picture.
    const SIZE: (f64, f64) = (0.3, 0.4);
    let along = range(x.iter().copied(), 0.0);
    let up = range(lines.iter().flat_map(|(_, line)| line.iter().copied()), 0.0);
    let share = |number: f64, of: &Range<f64>| (number - of.start) / (of.end - of.start);
    let points = |left: f64, low: f64| {
        let points = lines.iter().flat_map(|(_, line)| x.iter().zip(line));
        let inside = points.filter(|(x, y)| {
            (left..=left + SIZE.0).contains(&share(**x, &along))
                && (low..=low + SIZE.1).contains(&share(**y, &up))
        });
        inside.count()
    };
    let (right, upper) = (1.0 - SIZE.0, 1.0 - SIZE.1);
    let places = [
        (UpperRight, points(right, upper)),
        (UpperLeft, points(0.0, upper)),
        (UpperMiddle, points(right / 2.0, upper)),
        (LowerRight, points(right, 0.0)),
        (LowerLeft, points(0.0, 0.0)),
    ];
    let emptiest = places.into_iter().min_by_key(|(_, points)| *points);
    emptiest.map_or(UpperRight, |(place, _)| place)
}

fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn the_legend_stands_where_fewest_points_are() {
        let x: Vec<f64> = (0..10).map(f64::from).collect();
        let falling: Vec<f64> = x.iter().map(|x| -x).collect();
        let place = |line: &[f64]| emptiest_place(&x, &[("line".to_owned(), line.to_vec())]);
        assert!(matches!(place(&x), SeriesLabelPosition::UpperLeft));
        assert!(matches!(place(&falling), SeriesLabelPosition::UpperRight));
    }

    #[test]
    fn lines_are_drawn_and_unequal_lengths_refused() {
        let x = Tensor::arange(0f32, 10., &Device::Cpu).unwrap();
        let broken = (&x / (&x - 3.0).unwrap()).unwrap();
        let figure = curves(&x, &[("x", &x), ("1 / 0 in it", &broken)]).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        for colour in [BLUE, ORANGE] {
            let count = pixels
                .pixels()
                .filter(|pixel| pixel.0 == [colour.0, colour.1, colour.2]);
            assert!(count.count() > 50);
        }
        let short = x.narrow(0, 0, 4).unwrap();
        let error = curves(&x, &[("short", &short)]).unwrap_err().to_string();
        assert!(
            error.contains("\"short\" has 4 values, x has 10"),
            "{error}"
        );
        assert!(curves(&x, &[("", &x); 0]).is_err());
    }
}
