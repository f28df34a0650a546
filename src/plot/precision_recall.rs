//! Precision-recall curves of one or several models.

use super::Figure;
use super::canvas::draw;
use super::marked_thresholds::marked;
use super::share_axes::{
    HEIGHT, Mark, ShareLine, WIDTH, draw_dashes, draw_share_lines, legend_label, line_colour,
    share_axes, something_to_draw,
};
use crate::Result;
use crate::metrics::PrecisionRecallCurve;
use plotters::prelude::SeriesLabelPosition;
use plotters::style::text_anchor::HPos;
use std::borrow::Borrow;
use std::fmt::Display;

/// Draws precision-recall curves, each with a name, anything that can be shown; the legend adds the average precision (AP). They
/// are drawn in steps, because precision between two thresholds is not known. The dashed line is what guessing gives: the share
/// of positive images. On each curve, a dot marks where a decision at each of the `thresholds` leads; `&[]` marks nothing.
///
/// ```
/// use eosin::prelude::*;
/// let scores = Tensor::new(&[0.1, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let curve = metrics::precision_recall_curve(&scores, &classes)?;
/// plot::precision_recall(&[("ResNet", &curve)], &[])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no curve, or a threshold is NaN.
pub fn precision_recall(
    curves: &[(impl Display, impl Borrow<PrecisionRecallCurve>)],
    thresholds: &[f64],
) -> Result<Figure> {
    let curves = curves
        .iter()
        .map(|(name, curve)| (name.to_string(), curve.borrow()));
    draw_precision_recall(&curves.collect::<Vec<_>>(), thresholds)
}

fn draw_precision_recall(
    curves: &[(String, &PrecisionRecallCurve)],
    thresholds: &[f64],
) -> Result<Figure> {
    something_to_draw("precision_recall", "curve", curves.len())?;
    let mut description = "precision-recall curves".to_owned();
    let mut lines = Vec::new();
    for (index, (name, curve)) in curves.iter().enumerate() {
        let recall = curve.recall.iter().copied();
        let points: Vec<(f64, f64)> = recall.zip(curve.precision.iter().copied()).collect();
        let average = curve.average_precision();
        description += &format!("; {name}: average precision {average:.3}");
        let marks = marked("precision_recall", &curve.thresholds, &points, thresholds)?;
        for Mark { at: (x, y), words } in &marks {
            description += &format!(", at {words} recall {x:.3} and precision {y:.3}");
        }
        lines.push(ShareLine {
            name: legend_label(name, "AP", average)?,
            colour: line_colour(index),
            points: in_steps(&points),
            marks,
        });
    }
    let mut shares: Vec<f64> = (curves.iter())
        .filter_map(|(_, curve)| curve.precision.last().copied())
        .collect();
    shares.dedup();
    draw(WIDTH, HEIGHT, description, |area| {
        let mut chart = share_axes(
            area,
            "recall (sensitivity)",
            "precision (positive predictive value)",
            1.0,
        )?;
        for &share in &shares {
            draw_dashes(&mut chart, (0.0, share), (1.0, share))?;
        }
        draw_share_lines(
            &mut chart,
            &lines,
            HPos::Right,
            SeriesLabelPosition::LowerLeft,
        )
    })
}

/// Each point's precision holds for the recall that it adds: first down or up at the old recall, then across.
fn in_steps(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let corners = points
        .windows(2)
        .flat_map(|pair| [(pair[0].0, pair[1].1), pair[1]]);
    points.first().copied().into_iter().chain(corners).collect()
}
