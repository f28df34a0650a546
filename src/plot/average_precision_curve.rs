//! How the score of objects falls when their outlines must be better.

use super::Figure;
use super::canvas::draw;
use super::share_axes::{
    HEIGHT, ShareLine, WIDTH, axes, draw_share_lines, legend_label, line_colour, something_to_draw,
};
use crate::metrics::instances::CHALLENGE_THRESHOLDS;
use crate::{Error, Result};
use plotters::prelude::SeriesLabelPosition;
use plotters::style::text_anchor::HPos;
use std::fmt::Display;

/// Draws average precision against the threshold of the IoU, one line for each model. A line has a name, anything that can be
/// shown, and a number in `0..=1` for each of the [`CHALLENGE_THRESHOLDS`]; the legend adds their mean, the score of the 2018 Data
/// Science Bowl.
///
/// A line that starts low tells of objects that were missed, merged or invented; one that falls early, of poor outlines.
///
/// ```
/// use eosin::{metrics::instances::InstanceScores, morph::LabelMap, plot};
/// let mut scores = InstanceScores::new();
/// scores.add(&LabelMap::new(1, 4, vec![1, 1, 1, 0])?, &LabelMap::new(1, 4, vec![1, 1, 1, 1])?)?;
/// plot::average_precision_curve(&[("U-Net", scores.average_precision_at_thresholds()?)])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no line, or one has not ten numbers in `0..=1`.
pub fn average_precision_curve(series: &[(impl Display, impl AsRef<[f64]>)]) -> Result<Figure> {
    let series = series
        .iter()
        .map(|(name, scores)| (name.to_string(), scores.as_ref()));
    draw_curves(&series.collect::<Vec<_>>())
}

fn draw_curves(series: &[(String, &[f64])]) -> Result<Figure> {
    something_to_draw("average_precision_curve", "line", series.len())?;
    let mut description = "average precision against the threshold of the IoU".to_owned();
    let mut lines = Vec::new();
    for (index, (name, scores)) in series.iter().enumerate() {
        let are_scores = scores.iter().all(|score| (0.0..=1.0).contains(score));
        if scores.len() != CHALLENGE_THRESHOLDS.len() || !are_scores {
            return Err(Error::Invalid(format!(
                "average_precision_curve: \"{name}\" is {scores:?}, but a line needs {} numbers from 0 to 1, one for each of the \
                 thresholds 0.5, 0.55 … 0.95: `InstanceScores::average_precision_at_thresholds` gives them",
                CHALLENGE_THRESHOLDS.len()
            )));
        }
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        description += &format!(
            "; {name}: {:.3} at 0.5, {:.3} at 0.75, mean {mean:.3}",
            scores[0], scores[5]
        );
        let thresholds = CHALLENGE_THRESHOLDS.into_iter();
        lines.push(ShareLine {
            name: legend_label(name, "mean", mean)?,
            colour: line_colour(index),
            points: thresholds.zip(scores.iter().copied()).collect(),
            marks: Vec::new(),
        });
    }
    draw(WIDTH, HEIGHT, description, |area| {
        let mut chart = axes(
            area,
            ("a match needs an IoU above", 0.5..0.95),
            ("average precision, TP / (TP + FP + FN)", 0.0..1.0),
        )?;
        // All lines end low at the right.
        draw_share_lines(
            &mut chart,
            &lines,
            HPos::Left,
            SeriesLabelPosition::UpperRight,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_described_and_what_is_no_score_is_refused() {
        let before = [0.6, 0.58, 0.55, 0.5, 0.45, 0.4, 0.3, 0.2, 0.1, 0.0];
        let after: Vec<f64> = before.iter().map(|score| score * 1.3).collect();
        let pairs = [("components", before.to_vec()), ("watershed", after)];
        let figure = average_precision_curve(&pairs).unwrap();
        let words = "components: 0.600 at 0.5, 0.400 at 0.75, mean 0.368";
        assert!(format!("{figure:?}").contains(words), "{figure:?}");
        for wrong in [vec![0.5], vec![f64::NAN; 10], vec![1.5; 10]] {
            let error = average_precision_curve(&[("model", wrong)]).unwrap_err();
            assert!(error.to_string().contains("\"model\" is ["), "{error}");
        }
        let none: [(&str, [f64; 10]); 0] = [];
        assert!(average_precision_curve(&none).is_err());
    }
}
