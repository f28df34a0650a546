//! One IoU for all objects of an image.

use super::overlaps::{Overlap, Overlaps};
use crate::Result;
use crate::morph::LabelMap;

/// The aggregated Jaccard index, from 0 to 1 (Kumar et al. 2017, "A Dataset and a Technique for Generalized Nuclear Segmentation
/// for Computational Pathology", IEEE Transactions on Medical Imaging 36, algorithm 1).
///
/// Each true object takes the predicted one with the largest IoU, even if another has taken it already. All intersections are
/// added up, and all unions; a true object that no predicted one touches, and a predicted one that no true one takes, adds to the
/// unions alone. The index is the quotient of the two sums. It is 1 if both maps are empty.
///
/// ```
/// use eosin::{metrics::instances::aggregated_jaccard_index, morph::LabelMap};
/// let predicted = LabelMap::new(1, 8, vec![1, 1, 1, 0, 0, 0, 0, 2])?;
/// let target = LabelMap::new(1, 8, vec![1, 1, 1, 1, 0, 2, 0, 0])?;
/// // 3 of 4 pixels, a true object of 1 that was missed, and a predicted one of 1 that is wrong.
/// assert_eq!(aggregated_jaccard_index(&predicted, &target)?, 3. / (4. + 1. + 1.));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ.
pub fn aggregated_jaccard_index(predicted: &LabelMap, target: &LabelMap) -> Result<f64> {
    let overlaps = Overlaps::of("aggregated_jaccard_index", predicted, target)?;
    let mut best: Vec<Option<&Overlap>> = vec![None; overlaps.target.len()];
    for pair in &overlaps.pairs {
        let is_better = |old: &Overlap| overlaps.iou(pair) > overlaps.iou(old);
        if best[pair.target].is_none_or(is_better) {
            best[pair.target] = Some(pair);
        }
    }
    let (mut intersections, mut unions) = (0, 0);
    let mut is_taken = vec![false; overlaps.predicted.len()];
    for (object, best) in overlaps.target.iter().zip(best) {
        match best {
            Some(pair) => {
                intersections += pair.pixels;
                unions += overlaps.union(pair);
                is_taken[pair.predicted] = true;
            }
            None => unions += object.pixels,
        }
    }
    let left = overlaps.predicted.iter().zip(is_taken);
    let left = left.filter(|(_, is_taken)| !is_taken);
    unions += left.map(|(object, _)| object.pixels).sum::<usize>();
    Ok(match unions {
        0 => 1.0,
        _ => intersections as f64 / unions as f64,
    })
}
