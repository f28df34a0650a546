//! How many pixels objects have, and how many they share.

use crate::morph::LabelMap;
use crate::{Error, Result};
use std::collections::{BTreeMap, HashMap};

/// An object's number and its size.
pub(super) struct Object {
    pub id: u32,
    pub pixels: usize,
}

/// A predicted and a true object that share pixels, by their places in the lists of [`Overlaps`].
pub(super) struct Overlap {
    pub predicted: usize,
    pub target: usize,
    pub pixels: usize,
}

/// The objects of two label maps in the order of their numbers, and all pairs that share pixels.
pub(super) struct Overlaps {
    pub predicted: Vec<Object>,
    pub target: Vec<Object>,
    pub pairs: Vec<Overlap>,
}

impl Overlaps {
    /// Counts in one pass over the pixels, for `operation`.
    ///
    /// # Errors
    /// When the sizes differ.
    pub fn of(operation: &str, predicted: &LabelMap, target: &LabelMap) -> Result<Self> {
        let size = |labels: &LabelMap| (labels.height(), labels.width());
        if size(predicted) != size(target) {
            return Err(Error::Invalid(format!(
                "{operation}: the predicted label map has {} x {} pixels and the true one {} x {}; both must show the same \
                 image at the same size: `LabelMap::resized` changes it",
                predicted.height(),
                predicted.width(),
                target.height(),
                target.width()
            )));
        }
        // Most pixels have the same two numbers as the one before: those are counted without a look into the table.
        let mut counts: HashMap<(u32, u32), usize> = HashMap::new();
        let pixels = predicted.labels().iter().copied();
        let pixels = pixels.zip(target.labels().iter().copied());
        let mut current = (0, 0);
        let mut run = 0;
        for both in pixels {
            if both != current {
                *counts.entry(current).or_default() += run;
                (current, run) = (both, 0);
            }
            run += 1;
        }
        *counts.entry(current).or_default() += run;
        // In order, so that results do not depend on chance.
        let counts: BTreeMap<(u32, u32), usize> = counts.into_iter().collect();
        let predicted = objects(counts.iter().map(|(both, pixels)| (both.0, *pixels)));
        let target = objects(counts.iter().map(|(both, pixels)| (both.1, *pixels)));
        let pairs = (counts.iter())
            .filter_map(|(both, &pixels)| {
                Some(Overlap {
                    predicted: place(&predicted, both.0)?,
                    target: place(&target, both.1)?,
                    pixels,
                })
            })
            .collect();
        Ok(Overlaps {
            predicted,
            target,
            pairs,
        })
    }

    /// The pixels of a pair's objects together.
    pub fn union(&self, pair: &Overlap) -> usize {
        self.predicted[pair.predicted].pixels + self.target[pair.target].pixels - pair.pixels
    }

    /// Intersection over union of a pair.
    pub fn iou(&self, pair: &Overlap) -> f64 {
        pair.pixels as f64 / self.union(pair) as f64
    }
}

/// Adds up the pixels of each object; 0 is none.
fn objects(counts: impl Iterator<Item = (u32, usize)>) -> Vec<Object> {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for (id, pixels) in counts.filter(|(id, _)| *id != 0) {
        *sizes.entry(id).or_default() += pixels;
    }
    let object = |(id, pixels)| Object { id, pixels };
    sizes.into_iter().map(object).collect()
}

/// Where the object with this number is in the list; the background is not.
fn place(objects: &[Object], id: u32) -> Option<usize> {
    objects.binary_search_by_key(&id, |object| object.id).ok()
}
