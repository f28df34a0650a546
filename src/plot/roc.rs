//! ROC curves of one or several models.

use super::Figure;
use super::canvas::draw;
use super::marked_thresholds::marked;
use super::share_axes::{
    HEIGHT, Mark, ShareLine, WIDTH, draw_dashes, draw_share_lines, legend_label, line_colour,
    share_axes, something_to_draw,
};
use crate::Result;
use crate::metrics::RocCurve;
use plotters::prelude::SeriesLabelPosition;
use plotters::style::text_anchor::HPos;
use std::borrow::Borrow;
use std::fmt::Display;

/// Draws ROC curves, each with a name, anything that can be shown; the legend adds the area under the curve. The dashed line is
/// what guessing gives. On each curve, a dot marks where a decision at each of the `thresholds` leads; `&[]` marks nothing.
///
/// ```
/// use eosin::prelude::*;
/// let scores = Tensor::new(&[0.1, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let curve = metrics::roc_curve(&scores, &classes)?;
/// plot::roc(&[("ResNet", &curve)], &[0.5])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no curve, or a threshold is NaN.
pub fn roc(curves: &[(impl Display, impl Borrow<RocCurve>)], thresholds: &[f64]) -> Result<Figure> {
    let curves = curves
        .iter()
        .map(|(name, curve)| (name.to_string(), curve.borrow()));
    draw_roc(&curves.collect::<Vec<_>>(), thresholds)
}

fn draw_roc(curves: &[(String, &RocCurve)], thresholds: &[f64]) -> Result<Figure> {
    something_to_draw("roc", "curve", curves.len())?;
    let mut description = "ROC curves".to_owned();
    let mut lines = Vec::new();
    for (index, (name, curve)) in curves.iter().enumerate() {
        let rates = curve.false_positive_rate.iter().copied();
        let points: Vec<(f64, f64)> = rates
            .zip(curve.true_positive_rate.iter().copied())
            .collect();
        description += &format!("; {name}: AUC {:.3}", curve.auc());
        let marks = marked("roc", &curve.thresholds, &points, thresholds)?;
        for Mark { at: (x, y), words } in &marks {
            let specificity = 1.0 - x;
            description +=
                &format!(", at {words} sensitivity {y:.3} and specificity {specificity:.3}");
        }
        lines.push(ShareLine {
            name: legend_label(name, "AUC", curve.auc())?,
            colour: line_colour(index),
            points,
            marks,
        });
    }
    draw(WIDTH, HEIGHT, description, |area| {
        let mut chart = share_axes(
            area,
            "false positive rate (1 - specificity)",
            "true positive rate (sensitivity)",
            1.0,
        )?;
        draw_dashes(&mut chart, (0.0, 0.0), (1.0, 1.0))?;
        // A good curve leaves its lower right empty.
        draw_share_lines(
            &mut chart,
            &lines,
            HPos::Left,
            SeriesLabelPosition::LowerRight,
        )
    })
}
