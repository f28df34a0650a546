//! Where thresholds lie on a curve.

use super::share_axes::Mark;
use crate::{Error, Result};

/// The point of each of the `marked` thresholds on a curve, whose own thresholds fall.
pub(super) fn marked(
    name: &str,
    thresholds: &[f64],
    points: &[(f64, f64)],
    marked: &[f64],
) -> Result<Vec<Mark>> {
    if marked.iter().any(|threshold| threshold.is_nan()) {
        return Err(Error::Invalid(format!(
            "{name}: a threshold to mark is NaN (not a number); give numbers, or `&[]` for no mark"
        )));
    }
    // In single precision, as most scores are: 0.7 would miss a score of 0.7 otherwise.
    let reaches = |score: f64, threshold: f64| score as f32 >= threshold as f32;
    let mark = |&threshold: &f64| {
        let called = thresholds
            .iter()
            .zip(points)
            .take_while(|(score, _)| reaches(**score, threshold));
        called.last().map(|(_, &at)| Mark {
            at,
            words: format!("{}", (threshold * 1000.0).round() / 1000.0),
        })
    };
    Ok(marked.iter().filter_map(mark).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_where_all_scores_of_at_least_the_threshold_are_called_positive() {
        let thresholds = [f64::INFINITY, f64::from(0.7f32), 0.2];
        let points = [(0.0, 0.0), (0.1, 0.5), (1.0, 1.0)];
        let at = |threshold| marked("", &thresholds, &points, &[threshold]).unwrap()[0].at;
        assert_eq!(at(0.9), points[0]);
        assert_eq!(at(0.7), points[1]);
        assert_eq!(at(0.5), points[1]);
        assert_eq!(at(-3.0), points[2]);
        assert!(marked("roc", &thresholds, &points, &[f64::NAN]).is_err());
    }
}
