//! Images in the order of their scores.

use super::two_classes::with_classes;
use crate::{Error, Result, Tensor};

/// Images of both classes, the one with the largest score first.
pub(super) struct Ranking {
    /// The score, and whether the image is positive (of class 1).
    scored: Vec<(f64, bool)>,
    pub positives: usize,
    pub negatives: usize,
}

/// How many positive and negative images have the same score. They pass a threshold together.
pub(super) struct Tie {
    pub score: f64,
    pub positives: usize,
    pub negatives: usize,
}

impl Ranking {
    pub fn new(name: &str, scores: &Tensor, classes: &Tensor) -> Result<Self> {
        let mut scored = with_classes(name, "scores", scores, classes)?;
        let positives = scored.iter().filter(|(_, positive)| *positive).count();
        let negatives = scored.len() - positives;
        if positives == 0 || negatives == 0 {
            return Err(Error::Invalid(format!(
                "{name}: there must be images of both classes, but all {} are of class {}: judge more images together, such as \
                 all validation images rather than one batch",
                scored.len(),
                usize::from(negatives == 0)
            )));
        }
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        Ok(Ranking {
            scored,
            positives,
            negatives,
        })
    }

    /// The images with each score, from the largest to the smallest.
    pub fn ties(&self) -> impl Iterator<Item = Tie> {
        let same = self.scored.chunk_by(|one, other| one.0 == other.0);
        same.map(|images| {
            let positives = images.iter().filter(|(_, positive)| *positive).count();
            Tie {
                score: images[0].0,
                positives,
                negatives: images.len() - positives,
            }
        })
    }
}
