//! Lines between two axes that go from 0 to 1, such as rates.

use super::canvas::{
    Area, BLUE, Chart, GREEN, GREY, ORANGE, PURPLE, SCALE, axis_number, draw_legend, failed,
    fitted, font, legend_line, line,
};
use crate::{Error, Result};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// CSS pixels of the space for the numbers and the title of an axis.
pub const X_SPACE: u32 = 40;
pub const Y_SPACE: u32 = 48;
pub const MARGIN: u32 = 10;
/// CSS pixels of a square picture.
pub const WIDTH: u32 = 400;
pub const HEIGHT: u32 = WIDTH - Y_SPACE + X_SPACE;
/// Lines along the edges are seen in full.
const EDGE: f64 = 0.015;

/// A named line and the points that are marked on it.
pub struct ShareLine {
    pub name: String,
    pub colour: RGBColor,
    pub points: Vec<(f64, f64)>,
    pub marks: Vec<Mark>,
}

/// A point of a line, with words beside it.
pub struct Mark {
    pub at: (f64, f64),
    pub words: String,
}

/// Refuses an empty picture.
pub fn something_to_draw(name: &str, what: &str, count: usize) -> Result<()> {
    match count {
        0 => Err(Error::Invalid(format!(
            "{name}: there is nothing to draw: give at least one {what}"
        ))),
        _ => Ok(()),
    }
}

/// The colour of the line at `index`.
pub fn line_colour(index: usize) -> RGBColor {
    let colours = [BLUE, ORANGE, GREEN, PURPLE];
    colours[index % colours.len()]
}

/// A name and a number for the legend: a long name is cut, so that the number can be seen.
pub fn legend_label(name: &str, measure: &str, value: f64) -> Result<String> {
    const WIDEST: u32 = 150;
    Ok(format!(
        "{} ({measure} {value:.3})",
        fitted(name, 12, WIDEST)?.0
    ))
}

/// Empty axes; `y` goes from 0 to `highest`.
pub fn share_axes<'a>(
    area: &Area<'a>,
    x_title: &str,
    y_title: &str,
    highest: f64,
) -> Result<Chart<'a>> {
    axes(area, (x_title, 0.0..1.0), (y_title, 0.0..highest))
}

/// Empty axes, each with a title and what it shows.
pub fn axes<'a>(
    area: &Area<'a>,
    (x_title, x): (&str, Range<f64>),
    (y_title, y): (&str, Range<f64>),
) -> Result<Chart<'a>> {
    let with_edge = |range: Range<f64>| {
        let edge = EDGE * (range.end - range.start);
        range.start - edge..range.end + edge
    };
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN * SCALE)
        .x_label_area_size((X_SPACE - MARGIN) * SCALE)
        .y_label_area_size((Y_SPACE - MARGIN) * SCALE)
        .build_cartesian_2d(with_edge(x), with_edge(y))
        .map_err(failed)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GREY.mix(0.25))
        .axis_style(GREY)
        .label_style(font(12))
        .axis_desc_style(font(12))
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|number| axis_number(*number))
        .y_label_formatter(&|number| axis_number(*number))
        .x_desc(x_title)
        .y_desc(y_title)
        .draw()
        .map_err(failed)?;
    Ok(chart)
}

/// A dashed grey line, such as what guessing gives.
pub fn draw_dashes(chart: &mut Chart, from: (f64, f64), to: (f64, f64)) -> Result<()> {
    const DASHES: u32 = 40;
    let at = |part: u32| {
        let share = f64::from(part) / f64::from(2 * DASHES - 1);
        (
            from.0 + (to.0 - from.0) * share,
            from.1 + (to.1 - from.1) * share,
        )
    };
    let style = GREY.stroke_width(SCALE);
    let dashes = (0..DASHES).map(|dash| PathElement::new([at(2 * dash), at(2 * dash + 1)], style));
    chart.draw_series(dashes).map_err(failed)?;
    Ok(())
}

/// Draws lines with their marks, and the legend. The words of a mark stand below it, with their left or right end at the mark as
/// `words` says; at the edges, where there is no room for them, on the other side.
pub fn draw_share_lines(
    chart: &mut Chart,
    lines: &[ShareLine],
    words: HPos,
    legend: SeriesLabelPosition,
) -> Result<()> {
    for share_line in lines {
        let style = share_line.colour.stroke_width(2 * SCALE);
        chart
            .draw_series(line(&share_line.points, style))
            .map_err(failed)?
            .label(&share_line.name)
            .legend(move |at| legend_line(at, style));
    }
    for (share_line, mark) in lines
        .iter()
        .flat_map(|line| line.marks.iter().map(move |mark| (line, mark)))
    {
        let size = 4 * SCALE as i32;
        let dot = Circle::new(mark.at, size, share_line.colour.filled());
        chart.draw_series([dot]).map_err(failed)?;
        let (x, y) = mark.at;
        let (side, aside) = match words {
            _ if x < 0.1 => (HPos::Left, size),
            _ if x > 0.9 => (HPos::Right, -size),
            HPos::Left => (HPos::Left, size),
            _ => (HPos::Right, -size),
        };
        let (height, below) = match y < 0.1 {
            true => (VPos::Bottom, -3 * size / 4),
            false => (VPos::Top, 3 * size / 4),
        };
        let style = font(12).pos(Pos::new(side, height));
        let words = Text::new(mark.words.clone(), (aside, below), style);
        let beside = EmptyElement::at(mark.at) + words;
        chart.draw_series([beside]).map_err(failed)?;
    }
    draw_legend(chart, legend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{precision_recall_curve, reliability, roc_curve};
    use crate::plot::{Figure, precision_recall, reliability_diagram, roc};
    use crate::{Tensor, ops};
    use candle_core::Device;

    /// Logits of a good and of a poor model, and the classes.
    fn two_models() -> [Tensor; 3] {
        let classes = (0..300u32).map(|image| u32::from(image % 8 < 5));
        let waves = |speed: f64| (0..300).map(move |image| (f64::from(image) * speed).sin() * 3.0);
        let of_class = |speed, certain: f64| {
            let shift = classes
                .clone()
                .map(move |class| certain * (2.0 * f64::from(class) - 1.0));
            let logits: Vec<f64> = waves(speed)
                .zip(shift)
                .map(|(wave, shift)| wave + shift)
                .collect();
            Tensor::new(logits, &Device::Cpu).unwrap()
        };
        let classes: Vec<u32> = classes.clone().collect();
        [
            of_class(1.7, 2.2),
            of_class(2.3, 0.7),
            Tensor::new(classes, &Device::Cpu).unwrap(),
        ]
    }

    fn pixels_of(figure: &Figure, colour: RGBColor) -> usize {
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        let same = pixels
            .pixels()
            .filter(|pixel| pixel.0 == [colour.0, colour.1, colour.2]);
        same.count()
    }

    #[test]
    fn every_model_is_drawn_and_described() {
        let [good, poor, classes] = two_models();
        let models = [
            ("ResNet-18", &good),
            ("a model with a rather long name, number 2", &poor),
        ];
        let roc_curves = models.map(|(name, scores)| (name, roc_curve(scores, &classes).unwrap()));
        let precisions =
            models.map(|(name, scores)| (name, precision_recall_curve(scores, &classes).unwrap()));
        let bins = models.map(|(name, scores)| {
            let probabilities = ops::sigmoid(scores).unwrap();
            (name, reliability(&probabilities, &classes, 10).unwrap())
        });
        for (figure, words) in [
            (
                roc(&roc_curves, &[-9.0, -2.0, 0.0, 1.5, 9.0]),
                "at 1.5 sensitivity",
            ),
            (
                precision_recall(&precisions, &[-9.0, 0.0, 1.5, 9.0]),
                "at 1.5 recall",
            ),
            (reliability_diagram(&bins), "expected calibration error"),
        ] {
            let figure = figure.unwrap();
            for colour in [BLUE, ORANGE] {
                assert!(pixels_of(&figure, colour) > 500);
            }
            let description = format!("{figure:?}");
            assert!(
                description.contains(words) && description.contains("ResNet-18"),
                "{description}"
            );
        }
    }

    #[test]
    fn an_empty_picture_is_refused() {
        let [good, _, classes] = two_models();
        let curve = roc_curve(&good, &classes).unwrap();
        let error = roc(&[("", &curve); 0], &[]).unwrap_err().to_string();
        assert!(error.contains("give at least one curve"), "{error}");
        assert!(roc(&[("", &curve)], &[f64::NAN]).is_err());
    }
}
