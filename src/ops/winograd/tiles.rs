//! How images are divided into tiles, and laid out for them.

use super::points::SIDE;
use crate::ops::scalar::Scalar;
use crate::ops::simd::{Registers, vectorize};
use crate::ops::transpose::interleave;
use std::array::from_fn;
use std::ops::Range;

/// So many small images are taken together.
pub const GROUP: usize = 16;
/// An image with fewer columns of tiles is small.
const FEW_COLUMNS: usize = 12;
/// Space after a line, so that whole registers can be read and written at its end.
pub const SLACK: usize = 32;

/// How many images there are in `numbers`.
pub fn images<T>(numbers: &[T], channels: usize, (height, width): (usize, usize)) -> usize {
    numbers
        .len()
        .checked_div(channels * height * width)
        .unwrap_or(0)
}

/// How images are divided into tiles of `TILE` x `TILE` results; pairs are (rows, columns). Small images are taken in groups,
/// interleaved pixel by pixel: then a row of tiles is that row of all images of a group. A last group that is not full is filled up.
#[derive(Clone, Copy)]
pub struct Tiles<const TILE: usize> {
    pub source: (usize, usize),
    pub result: (usize, usize),
    pub padding: (usize, usize),
    pub images: usize,
    pub group: usize,
}

impl<const TILE: usize> Tiles<TILE> {
    pub fn new(
        source: (usize, usize),
        result: (usize, usize),
        padding: (usize, usize),
        images: usize,
    ) -> Self {
        let are_small = result.1.div_ceil(TILE) < FEW_COLUMNS && images > GROUP / 2;
        Tiles {
            source,
            result,
            padding,
            images,
            group: if are_small { GROUP } else { 1 },
        }
    }

    /// Rows of tiles in an image.
    pub fn rows(&self) -> usize {
        self.result.0.div_ceil(TILE)
    }

    /// Tiles in a row of one image.
    pub fn columns(&self) -> usize {
        self.result.1.div_ceil(TILE)
    }

    /// Tiles in a row of a group.
    pub fn side_by_side(&self) -> usize {
        self.columns() * self.group
    }

    /// Rows of tiles in all groups.
    pub fn all_rows(&self) -> usize {
        self.images.div_ceil(self.group) * self.rows()
    }

    /// Divides rows, numbered through all groups, by group: its images, and its rows.
    pub fn groups(
        &self,
        rows: &Range<usize>,
    ) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let (height, rows, tiles) = (self.rows(), rows.clone(), *self);
        (rows.start / height..rows.end.div_ceil(height)).map(move |group| {
            let first = group * height;
            let start = rows.start.max(first) - first;
            let images = group * tiles.group..((group + 1) * tiles.group).min(tiles.images);
            (images, start..(rows.end - first).min(height))
        })
    }

    /// How many tiles are in these rows.
    pub fn count(&self, rows: &Range<usize>) -> usize {
        rows.len() * self.side_by_side()
    }

    /// Lays out one channel for some rows of tiles. `transform` gets the lines of each row, and the place of its first tile.
    pub fn lay_out<T: Registers>(
        &self,
        (numbers, channels, channel): (&[T], usize, usize),
        rows: &Range<usize>,
        parted: &mut Parted<T, TILE>,
        mut transform: impl FnMut(Lines<T, TILE>, usize),
    ) {
        let plane = self.source.0 * self.source.1;
        let mut place = 0;
        for (images, rows) in self.groups(rows) {
            let plane_of = |image: usize| &numbers[(image * channels + channel) * plane..][..plane];
            let first = (TILE * rows.start) as isize - self.padding.0 as isize;
            let count = TILE * rows.len() + SIDE - TILE;
            match self.group {
                1 => parted.fill(plane_of(images.start), self, first, count),
                // Where there are no more images, the last one is repeated: its results are not used.
                _ => parted.fill_group(
                    from_fn(|image| plane_of((images.start + image).min(images.end - 1))),
                    self,
                    first,
                    count,
                ),
            }
            for row in 0..rows.len() {
                let lines = Lines {
                    lines: from_fn(|line| parted.line(TILE * row + line)),
                    next: self.group,
                    count: self.side_by_side(),
                };
                transform(lines, place);
                place += self.side_by_side();
            }
        }
    }
}

/// The lines of a row of tiles, each in `TILE` parts: every `TILE`-th number.
pub struct Lines<'a, T, const TILE: usize> {
    pub lines: [[&'a [T]; TILE]; SIDE],
    /// The distance from a number of a part to the next one of the same image.
    pub next: usize,
    pub count: usize,
}

/// Lines of a channel in parts, so that neighbouring tiles are neighbours in memory.
pub struct Parted<T, const TILE: usize> {
    line: Vec<T>,
    parts: Vec<T>,
    places: Vec<usize>,
    /// Length of a part.
    length: usize,
}

impl<T: Registers, const TILE: usize> Parted<T, TILE> {
    /// How many tiles beyond itself a tile reaches.
    const REACH: usize = (SIDE - 1) / TILE;

    pub fn new(tiles: &Tiles<TILE>) -> Self {
        let pieces = tiles.columns() + Self::REACH;
        Parted {
            line: vec![T::ZERO; (TILE * pieces).next_multiple_of(TILE * PIECES)],
            parts: Vec::new(),
            places: Vec::new(),
            length: pieces * tiles.group + SLACK,
        }
    }

    /// Lays out `count` lines of an image from line `first` on, with zeros around them.
    fn fill(&mut self, plane: &[T], tiles: &Tiles<TILE>, first: isize, count: usize) {
        let ((height, width), padding, length) = (tiles.source, tiles.padding.1, self.length);
        for (line, y) in self.make_space(height, first, count) {
            let parts = &mut self.parts[TILE * line * length..][..TILE * length];
            // What is around these is never written, and stays zero.
            self.line[padding..][..width].copy_from_slice(&plane[y * width..][..width]);
            vectorize(|| part::<T, TILE>(&self.line, parts, length));
        }
    }

    /// As [`fill`](Self::fill), for many images.
    fn fill_group(
        &mut self,
        planes: [&[T]; GROUP],
        tiles: &Tiles<TILE>,
        first: isize,
        count: usize,
    ) {
        let ((height, width), padding, length) = (tiles.source, tiles.padding.1, self.length);
        let lines = self.make_space(height, first, count);
        let y = lines.clone().next().map_or(0, |(_, y)| y);
        self.places.clear();
        for (line, _) in lines {
            self.places.extend(
                (padding..padding + width)
                    .map(|x| (TILE * line + x % TILE) * length + x / TILE * GROUP),
            );
        }
        let run = planes.map(|plane| &plane[y * width..][..self.places.len()]);
        interleave(&run, &self.places, &mut self.parts);
    }

    /// Makes space for `count` lines from line `first` on, with zeros outside of the image. Returns the lines inside: their places
    /// here, and in the image.
    fn make_space(
        &mut self,
        height: usize,
        first: isize,
        count: usize,
    ) -> impl Iterator<Item = (usize, usize)> + Clone + use<T, TILE> {
        let line = TILE * self.length;
        let space = self.parts.len().max(count * line);
        self.parts.resize(space, T::ZERO);
        let place_of = |y: usize| (y as isize - first).clamp(0, count as isize) as usize;
        let inside = place_of(0)..place_of(height);
        self.parts[..inside.start * line].fill(T::ZERO);
        self.parts[inside.end * line..count * line].fill(T::ZERO);
        inside.map(move |place| (place, (place as isize + first) as usize))
    }

    fn line(&self, index: usize) -> [&[T]; TILE] {
        let parts = &self.parts[TILE * index * self.length..][..TILE * self.length];
        from_fn(|part| &parts[part * self.length..][..self.length])
    }
}

/// Pieces of `TILE` numbers that are parted or joined at a time; lines have space for that many.
pub const PIECES: usize = 16;

/// Every `TILE`-th number of a line goes to the same part; parts are `step` apart.
#[inline(always)]
fn part<T: Scalar, const TILE: usize>(line: &[T], parts: &mut [T], step: usize) {
    for (index, line) in line.chunks_exact(TILE * PIECES).enumerate() {
        for part in 0..TILE {
            let part_of_line = &mut parts[part * step + index * PIECES..][..PIECES];
            for piece in 0..PIECES {
                part_of_line[piece] = line[TILE * piece + part];
            }
        }
    }
}

/// Back from parts to a line.
#[inline(always)]
pub fn join<T: Scalar, const TILE: usize>(parts: &[T], step: usize, line: &mut [T]) {
    for (index, line) in line.chunks_exact_mut(TILE * PIECES).enumerate() {
        let parts: [&[T]; TILE] = from_fn(|part| &parts[part * step + index * PIECES..][..PIECES]);
        for piece in 0..PIECES {
            for part in 0..TILE {
                line[TILE * piece + part] = parts[part][piece];
            }
        }
    }
}
