//! The pieces of an image that were read last.

use std::collections::VecDeque;

/// The levels of a piece, pixel by pixel and row by row, as the file has them.
pub(super) enum Levels {
    Bytes(Vec<u8>),
    Words(Vec<u16>),
}

impl Levels {
    fn bytes(&self) -> usize {
        match self {
            Levels::Bytes(bytes) => bytes.len(),
            Levels::Words(words) => 2 * words.len(),
        }
    }
}

/// Keeps decoded pieces as long as they have at most `bound` bytes together, and drops the one first that was not used for the longest
/// time.
pub(super) struct Cache {
    /// Each with its number; the one used last is at the end.
    pieces: VecDeque<(usize, Levels)>,
    held: usize,
    bound: usize,
}

impl Cache {
    pub fn new(bound: usize) -> Self {
        Cache {
            pieces: VecDeque::new(),
            held: 0,
            bound,
        }
    }

    /// How many bytes it holds.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Takes out a piece to use it; [`keep`](Self::keep) puts it back.
    pub fn take(&mut self, number: usize) -> Option<Levels> {
        let place = self.pieces.iter().position(|(kept, _)| *kept == number)?;
        let (_, levels) = self.pieces.remove(place)?;
        self.held -= levels.bytes();
        Some(levels)
    }

    /// Keeps a piece that was just used, if there is room.
    pub fn keep(&mut self, number: usize, levels: Levels) {
        self.held += levels.bytes();
        self.pieces.push_back((number, levels));
        while self.held > self.bound {
            match self.pieces.pop_front() {
                Some((_, dropped)) => self.held -= dropped.bytes(),
                None => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_that_was_not_used_for_the_longest_time_goes_first() {
        let mut cache = Cache::new(10);
        cache.keep(1, Levels::Bytes(vec![0; 4]));
        cache.keep(2, Levels::Words(vec![0; 2]));
        let first = cache.take(1).unwrap();
        assert_eq!(cache.held(), 4);
        cache.keep(1, first);
        cache.keep(3, Levels::Bytes(vec![0; 3]));
        assert_eq!(cache.held(), 7);
        assert!(cache.take(2).is_none());
        assert!(cache.take(1).is_some() && cache.take(3).is_some());
        assert_eq!(cache.held(), 0);
    }

    #[test]
    fn a_piece_larger_than_the_bound_is_not_kept() {
        let mut cache = Cache::new(10);
        cache.keep(1, Levels::Words(vec![0; 6]));
        assert_eq!(cache.held(), 0);
        assert!(cache.take(1).is_none());
    }
}
