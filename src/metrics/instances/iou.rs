//! The overlap of every predicted object with every true one.

use super::overlaps::Overlaps;
use crate::Result;
use crate::morph::LabelMap;

/// Intersection over union of all pairs: a row for each predicted object, a column for each true one, both in the order of their
/// numbers.
///
/// ```
/// use eosin::{metrics::instances::iou_matrix, morph::LabelMap};
/// let predicted = LabelMap::new(1, 6, vec![1, 1, 1, 1, 0, 2])?;
/// let target = LabelMap::new(1, 6, vec![1, 1, 0, 0, 0, 2])?;
/// assert_eq!(iou_matrix(&predicted, &target)?, [[0.5, 0.], [0., 1.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ.
pub fn iou_matrix(predicted: &LabelMap, target: &LabelMap) -> Result<Vec<Vec<f64>>> {
    let overlaps = Overlaps::of("iou_matrix", predicted, target)?;
    let mut matrix = vec![vec![0.0; overlaps.target.len()]; overlaps.predicted.len()];
    for pair in &overlaps.pairs {
        matrix[pair.predicted][pair.target] = overlaps.iou(pair);
    }
    Ok(matrix)
}
