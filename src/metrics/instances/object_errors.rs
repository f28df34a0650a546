//! What went wrong with single objects.

use super::overlaps::{Object, Overlaps};
use crate::Result;
use crate::morph::LabelMap;

/// Objects that were missed, invented, merged or split, by their numbers in order.
///
/// A predicted and a true object belong together here if *more than half* of one lies in the other. From this alone follows:
///
/// | error | what it is |
/// | --- | --- |
/// | missed | a true object that belongs to no predicted one |
/// | false | a predicted object that belongs to no true one |
/// | merged | a predicted object in which two or more true ones lie, each with more than half of its pixels |
/// | split | a true object in which two or more predicted ones lie, each with more than half of its pixels |
///
/// These are the errors that Caicedo et al. count (2019, "Evaluation of Deep Learning Strategies for Nucleus Segmentation in
/// Fluorescence Images", Cytometry A 95, 952). They take objects to belong together from an IoU of 0.1 on, so that a nucleus counts
/// as merged that only reaches into its neighbour; more than half is the rule of the Cell Tracking Challenge (Maška et al. 2014).
/// An object that was found, but outlined so badly that it does not [match](super::match_instances()), is none of the four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectErrors {
    /// True objects that were missed.
    pub missed: Vec<u32>,
    /// Predicted objects that are none.
    pub false_objects: Vec<u32>,
    /// Predicted objects that merge two or more true ones.
    pub merged: Vec<u32>,
    /// True objects that were split into two or more predicted ones.
    pub split: Vec<u32>,
}

/// Finds the [`ObjectErrors`] of an image.
///
/// ```
/// use eosin::{metrics::instances::object_errors, morph::LabelMap};
/// let predicted = LabelMap::new(1, 9, vec![1, 1, 1, 1, 1, 0, 2, 2, 3])?;
/// let target = LabelMap::new(1, 9, vec![1, 1, 0, 2, 2, 0, 3, 3, 3])?;
/// let errors = object_errors(&predicted, &target)?;
/// assert_eq!((errors.merged, errors.split), (vec![1], vec![3]));
/// assert!(errors.missed.is_empty() && errors.false_objects.is_empty());
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ.
pub fn object_errors(predicted: &LabelMap, target: &LabelMap) -> Result<ObjectErrors> {
    let overlaps = Overlaps::of("object_errors", predicted, target)?;
    Ok(ObjectErrors::of(&overlaps))
}

impl ObjectErrors {
    pub(super) fn of(overlaps: &Overlaps) -> Self {
        let (predicted, target) = (&overlaps.predicted, &overlaps.target);
        // How many objects of the other map lie in each, and whether it belongs to any.
        let mut in_predicted = vec![0; predicted.len()];
        let mut in_target = vec![0; target.len()];
        let mut is_wrong = vec![true; predicted.len()];
        let mut is_missed = vec![true; target.len()];
        for pair in &overlaps.pairs {
            let is_half_of = |pixels: usize| 2 * pair.pixels > pixels;
            let target_lies_in = is_half_of(target[pair.target].pixels);
            let predicted_lies_in = is_half_of(predicted[pair.predicted].pixels);
            in_predicted[pair.predicted] += usize::from(target_lies_in);
            in_target[pair.target] += usize::from(predicted_lies_in);
            if target_lies_in || predicted_lies_in {
                is_wrong[pair.predicted] = false;
                is_missed[pair.target] = false;
            }
        }
        let several = |counts: Vec<usize>| counts.into_iter().map(|count| count > 1).collect();
        let chosen = |objects: &[Object], are: Vec<bool>| {
            let chosen = objects.iter().zip(are).filter(|(_, is)| *is);
            chosen.map(|(object, _)| object.id).collect()
        };
        ObjectErrors {
            missed: chosen(target, is_missed),
            false_objects: chosen(predicted, is_wrong),
            merged: chosen(predicted, several(in_predicted)),
            split: chosen(target, several(in_target)),
        }
    }
}
