//! Specks go.

use super::LabelMap;
use crate::Result;
use std::collections::BTreeMap;

/// Makes background of all objects with fewer than `min_size` pixels; the others keep their numbers.
///
/// It is scikit-image's function of this name, which calls the limit `max_size` since version 0.26 and also removes objects of
/// exactly that size.
///
/// ```
/// use eosin::morph::{LabelMap, remove_small_objects};
/// let labels = LabelMap::new(1, 6, vec![1, 0, 2, 2, 0, 3])?;
/// assert_eq!(remove_small_objects(&labels, 2)?.labels(), [0, 0, 2, 2, 0, 0]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn remove_small_objects(labels: &LabelMap, min_size: usize) -> Result<LabelMap> {
    let mut areas: BTreeMap<u32, usize> = BTreeMap::new();
    for run in labels.labels().chunk_by(PartialEq::eq) {
        *areas.entry(run[0]).or_default() += run.len();
    }
    let kept = |run: &[u32]| {
        let label = if areas[&run[0]] < min_size { 0 } else { run[0] };
        std::iter::repeat_n(label, run.len())
    };
    let runs = labels.labels().chunk_by(PartialEq::eq);
    LabelMap::new(
        labels.height(),
        labels.width(),
        runs.flat_map(kept).collect(),
    )
}
