//! How an image is cut into tiles.

use crate::{Error, Result};

/// How to cut an image into tiles.
///
/// ```
/// use eosin::train::Tiles;
/// let tiles = Tiles::new(256, 64).batch_size(4);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Tiles {
    pub(super) size: usize,
    overlap: usize,
    pub(super) batch_size: usize,
}

impl Tiles {
    /// Squares of `size` x `size` pixels, such as the model learned from, of which neighbours have at least `overlap` pixels in
    /// common.
    pub fn new(size: usize, overlap: usize) -> Self {
        Tiles {
            size,
            overlap,
            batch_size: 8,
        }
    }

    /// How many tiles the model gets at once (at least 1), by default 8. Fewer need less memory.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size.max(1);
        self
    }

    /// Refuses tiles that overlap wholly.
    pub(super) fn check(&self, operation: &str) -> Result<()> {
        match self.overlap < self.size {
            true => Ok(()),
            false => Err(Error::Invalid(format!(
                "{operation}: tiles of {} pixels overlap by {}; the overlap must be smaller than the tile, such as a quarter of it",
                self.size, self.overlap
            ))),
        }
    }

    /// Where tiles begin along a side of `length` pixels, which is at least a tile long: at both ends, and evenly between them.
    pub(super) fn starts(&self, length: usize) -> Vec<usize> {
        let way = length - self.size;
        let steps = way.div_ceil(self.size - self.overlap);
        (0..=steps).map(|step| step * way / steps.max(1)).collect()
    }

    /// How much each pixel along a side of a tile counts: less within the overlap, the closer to the edge, but never nothing.
    pub(super) fn weights(&self) -> Vec<f32> {
        let ramp = (self.overlap + 1) as f32;
        let weight = |at: usize| ((at.min(self.size - 1 - at) + 1) as f32 / ramp).min(1.0);
        (0..self.size).map(weight).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_the_image_evenly_and_overlap_at_least_as_much_as_asked() {
        assert_eq!(Tiles::new(256, 64).starts(256), [0]);
        assert_eq!(Tiles::new(256, 64).starts(257), [0, 1]);
        assert_eq!(Tiles::new(256, 64).starts(640), [0, 192, 384]);
        for length in 16..200 {
            let starts = Tiles::new(16, 5).starts(length);
            assert_eq!((starts[0], starts[starts.len() - 1]), (0, length - 16));
            assert!(
                starts
                    .windows(2)
                    .all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= 11)
            );
        }
    }
}
