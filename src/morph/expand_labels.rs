//! Objects that grow until they meet.

use super::LabelMap;
use super::erosion::refuse_radius;
use super::nearest::nearest;
use crate::Result;

/// Gives every background pixel within `distance` pixels of an object (Euclidean) to the nearest object. Objects never lose a
/// pixel, and they never merge.
///
/// It is `skimage.segmentation.expand_labels`: of equally near objects the one in the left column wins, then the upper one.
///
/// ```
/// use eosin::morph::{LabelMap, expand_labels};
/// let labels = LabelMap::new(1, 7, vec![0, 1, 0, 0, 0, 0, 2])?;
/// assert_eq!(expand_labels(&labels, 1.0)?.labels(), [1, 1, 1, 0, 0, 2, 2]);
/// assert_eq!(expand_labels(&labels, 9.0)?.labels(), [1, 1, 1, 1, 2, 2, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the distance is negative or NaN.
pub fn expand_labels(labels: &LabelMap, distance: f64) -> Result<LabelMap> {
    refuse_radius("expand_labels", distance)?;
    let size = (labels.height(), labels.width());
    let numbers = labels.labels();
    let Some(nearest) = nearest(size, |pixel| numbers[pixel] != 0) else {
        return Ok(labels.clone());
    };
    let expanded = |(pixel, &nearest): (usize, &u32)| {
        let nearest = nearest as usize;
        let down = (pixel / size.1).abs_diff(nearest / size.1);
        let right = (pixel % size.1).abs_diff(nearest % size.1);
        let reaches = ((down * down + right * right) as f64).sqrt() <= distance;
        if reaches { numbers[nearest] } else { 0 }
    };
    let expanded = nearest.iter().enumerate().map(expanded).collect();
    LabelMap::new(size.0, size.1, expanded)
}
