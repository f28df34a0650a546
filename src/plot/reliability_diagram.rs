//! What models say against what is true.

use super::Figure;
use super::canvas::{Area, SCALE, draw, failed};
use super::share_axes::{
    HEIGHT, Mark, ShareLine, WIDTH, draw_dashes, draw_share_lines, legend_label, line_colour,
    share_axes, something_to_draw,
};
use crate::Result;
use crate::metrics::Reliability;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::borrow::Borrow;
use std::fmt::Display;

/// CSS pixels of the lower panel.
const BARS: u32 = 130;

/// Draws for each model how many of the images with a probability are positive, and below, which share of the images has it. Each
/// model has a name, anything that can be shown; the legend adds the expected calibration error (ECE). On the dashed line,
/// probabilities are what they say; a model that is too certain is below it at the right, and above it at the left.
///
/// ```
/// use eosin::prelude::*;
/// let probabilities = Tensor::new(&[0.1, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let bins = metrics::reliability(&probabilities, &classes, 10)?;
/// plot::reliability_diagram(&[("ResNet", &bins)])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no model.
pub fn reliability_diagram(models: &[(impl Display, impl Borrow<Reliability>)]) -> Result<Figure> {
    let models = models
        .iter()
        .map(|(name, model)| (name.to_string(), model.borrow()));
    draw_reliability(&models.collect::<Vec<_>>())
}

fn draw_reliability(models: &[(String, &Reliability)]) -> Result<Figure> {
    something_to_draw("reliability_diagram", "model", models.len())?;
    let mut description = "reliability diagram".to_owned();
    let mut lines = Vec::new();
    for (index, (name, model)) in models.iter().enumerate() {
        let error = model.expected_calibration_error();
        description += &format!("; {name}: expected calibration error {error:.3}");
        let filled = model.bins.iter().filter(|bin| bin.count > 0);
        let points: Vec<(f64, f64)> = filled
            .map(|bin| (bin.mean_probability, bin.positive_share))
            .collect();
        let mark = |&at: &(f64, f64)| Mark {
            at,
            words: String::new(),
        };
        lines.push(ShareLine {
            name: legend_label(name, "ECE", error)?,
            colour: line_colour(index),
            marks: points.iter().map(mark).collect(),
            points,
        });
    }
    let points = || lines.iter().flat_map(|line| &line.points);
    let above = points().filter(|(x, y)| y > x).count();
    // Where fewer points are, so that the legend hides little.
    let legend = match 2 * above > points().count() {
        true => SeriesLabelPosition::LowerRight,
        false => SeriesLabelPosition::UpperLeft,
    };
    draw(WIDTH, HEIGHT + BARS, description, |area| {
        let (upper, lower) = area.split_vertically((HEIGHT * SCALE) as i32);
        let mut chart = share_axes(&upper, "", "share that is positive", 1.0)?;
        draw_dashes(&mut chart, (0.0, 0.0), (1.0, 1.0))?;
        draw_share_lines(&mut chart, &lines, HPos::Left, legend)?;
        draw_bars(&lower, models)
    })
}

/// For each bin, the share of the images that lie in it; the bars of several models stand side by side.
fn draw_bars(area: &Area, models: &[(String, &Reliability)]) -> Result<()> {
    let shares = |model: &Reliability| -> Vec<f64> {
        let all: usize = model.bins.iter().map(|bin| bin.count).sum();
        let share = |count: usize| count as f64 / all as f64;
        model.bins.iter().map(|bin| share(bin.count)).collect()
    };
    let all = models.iter().flat_map(|(_, model)| shares(model));
    let highest = (all.fold(0.0, f64::max) * 5.0).ceil().max(1.0) / 5.0;
    let mut chart = share_axes(area, "probability of class 1", "share of images", highest)?;
    for (index, (_, model)) in models.iter().enumerate() {
        let bars = model.bins.iter().zip(shares(model)).map(|(bin, share)| {
            /// Of the width of the bin; the rest keeps it apart from the next.
            const FILLED: f64 = 0.9;
            let width = (bin.high - bin.low) * FILLED / models.len() as f64;
            let left = bin.low + (bin.high - bin.low) * (1.0 - FILLED) / 2.0 + width * index as f64;
            let corners = [(left, 0.0), (left + width, share)];
            Rectangle::new(corners, line_colour(index).filled())
        });
        chart.draw_series(bars).map_err(failed)?;
    }
    Ok(())
}
