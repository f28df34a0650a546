//! How images are cut into tiles, and laid out for them.

use crate::ops::scalar::Scalar;
use crate::ops::simd::vectorize;
use std::ops::Range;

/// Tiles that stand side by side in a row of a group: as many as a product takes at a time, or its multiple.
const SIDE_BY_SIDE: usize = 48;
/// Room behind a line, so that whole registers may be read and written at its end.
pub const SLACK: usize = 32;

/// How many images these numbers are.
pub fn images<T>(numbers: &[T], channels: usize, (height, width): (usize, usize)) -> usize {
    numbers
        .len()
        .checked_div(channels * height * width)
        .unwrap_or(0)
}

/// How images are cut into tiles; pairs are (rows, columns). Small images are taken in groups, pixel beside pixel: then a row of
/// tiles is that row of all images of a group.
#[derive(Clone, Copy)]
pub struct Tiles {
    pub source: (usize, usize),
    pub result: (usize, usize),
    pub padding: (usize, usize),
    pub images: usize,
    pub group: usize,
}

impl Tiles {
    pub fn new(
        source: (usize, usize),
        result: (usize, usize),
        padding: (usize, usize),
        images: usize,
    ) -> Self {
        let columns = result.1.div_ceil(2).max(1);
        let most = match columns {
            ..=8 => SIDE_BY_SIDE / columns,
            _ => 1,
        };
        let groups = images.div_ceil(most).max(1);
        let group = images.div_ceil(groups).max(1);
        Tiles {
            source,
            result,
            padding,
            images,
            group,
        }
    }

    /// Rows of tiles in an image.
    pub fn rows(&self) -> usize {
        self.result.0.div_ceil(2)
    }

    /// Tiles in a row of one image.
    pub fn columns(&self) -> usize {
        self.result.1.div_ceil(2)
    }

    /// Rows of tiles in all groups.
    pub fn all_rows(&self) -> usize {
        self.images.div_ceil(self.group) * self.rows()
    }

    /// Rows of all groups, counted through, by group: its images, and its rows.
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
        let of_group = |(images, rows): (Range<usize>, Range<usize>)| images.len() * rows.len();
        self.groups(rows).map(of_group).sum::<usize>() * self.columns()
    }

    /// Lays out one channel for some rows of tiles, and has each row transformed: its four lines, and the place of its first
    /// tile.
    pub fn lay_out<T: Scalar>(
        &self,
        (numbers, channels, channel): (&[T], usize, usize),
        rows: &Range<usize>,
        halves: &mut Halves<T>,
        mut transform: impl FnMut(Lines<T>, usize),
    ) {
        let (height, width) = self.source;
        let mut place = 0;
        for (images, rows) in self.groups(rows) {
            let planes = images.clone().map(|image| {
                &numbers[(image * channels + channel) * height * width..][..height * width]
            });
            let first = (2 * rows.start) as isize - self.padding.0 as isize;
            halves.fill(planes, self, first, 2 * rows.len() + 2);
            for row in 0..rows.len() {
                let lines = Lines {
                    lines: std::array::from_fn(|line| halves.line(2 * row + line)),
                    images: images.len(),
                    count: images.len() * self.columns(),
                };
                let count = lines.count;
                transform(lines, place);
                place += count;
            }
        }
    }
}

/// Four lines of a row of tiles, each as its even and its odd numbers.
pub struct Lines<'a, T> {
    pub lines: [[&'a [T]; 2]; 4],
    /// From a number to the one two to the right.
    pub images: usize,
    pub count: usize,
}

/// Lines of a channel, each as its even and its odd numbers: then tiles that are neighbours stand side by side.
pub struct Halves<T> {
    line: Vec<T>,
    halves: Vec<T>,
    length: usize,
}

impl<T: Scalar> Halves<T> {
    /// A row of tiles reaches one more pair of numbers than there are tiles.
    pub fn new(tiles: &Tiles) -> Self {
        Halves {
            line: vec![T::ZERO; (2 * (tiles.columns() + 1)).next_multiple_of(2 * PAIRS)],
            halves: Vec::new(),
            length: (tiles.columns() + 1) * tiles.group + SLACK,
        }
    }

    /// Lays out `count` lines of some images from line `first` on, with zeros around them.
    fn fill<'a>(
        &mut self,
        planes: impl ExactSizeIterator<Item = &'a [T]>,
        tiles: &Tiles,
        first: isize,
        count: usize,
    ) where
        T: 'a,
    {
        let (width, padding, images) = (tiles.source.1, tiles.padding.1, planes.len());
        let seen = width.min(2 * (tiles.columns() + 1) - padding);
        let length = self.length;
        self.halves
            .resize((2 * count * length).max(self.halves.len()), T::ZERO);
        let halves = &mut self.halves[..2 * count * length];
        if images > 1 {
            halves.fill(T::ZERO);
        }
        for (image, plane) in planes.enumerate() {
            for (index, halves) in halves.chunks_exact_mut(2 * length).enumerate() {
                let source = match usize::try_from(first + index as isize) {
                    Ok(y) if (y + 1) * width <= plane.len() => &plane[y * width..][..seen],
                    _ if images > 1 => continue,
                    _ => {
                        halves.fill(T::ZERO);
                        continue;
                    }
                };
                let (even, odd) = halves.split_at_mut(length);
                if images == 1 {
                    // What is around these is never written, and stays zero.
                    self.line[padding..][..seen].copy_from_slice(source);
                    vectorize(|| part(&self.line, even, odd));
                    continue;
                }
                let mut place = padding / 2 * images + image;
                let (first, rest) = source.split_at((padding % 2).min(seen));
                if let [number] = first {
                    odd[place] = *number;
                    place += images;
                }
                let (pairs, last) = rest.as_chunks::<2>();
                for pair in pairs {
                    (even[place], odd[place]) = (pair[0], pair[1]);
                    place += images;
                }
                if let [number] = last {
                    even[place] = *number;
                }
            }
        }
    }

    fn line(&self, index: usize) -> [&[T]; 2] {
        let halves = &self.halves[2 * index * self.length..][..2 * self.length];
        halves.split_at(self.length).into()
    }
}

/// Pairs that are parted or joined at a time; lines have room for that many.
pub const PAIRS: usize = 16;

#[inline(always)]
fn part<T: Scalar>(line: &[T], even: &mut [T], odd: &mut [T]) {
    let halves = even.as_chunks_mut().0.iter_mut().zip(odd.as_chunks_mut().0);
    let lines = line.as_chunks::<{ 2 * PAIRS }>().0;
    for (line, (even, odd)) in lines.iter().zip(halves) {
        let _: (&[T; PAIRS], &[T; PAIRS]) = (even, odd);
        for pair in 0..PAIRS {
            (even[pair], odd[pair]) = (line[2 * pair], line[2 * pair + 1]);
        }
    }
}

#[inline(always)]
pub fn join<T: Scalar>(even: &[T], odd: &[T], line: &mut [T]) {
    let halves = even.as_chunks().0.iter().zip(odd.as_chunks().0);
    let lines = line.as_chunks_mut::<{ 2 * PAIRS }>().0;
    for (line, (even, odd)) in lines.iter_mut().zip(halves) {
        let _: (&[T; PAIRS], &[T; PAIRS]) = (even, odd);
        for pair in 0..PAIRS {
            (line[2 * pair], line[2 * pair + 1]) = (even[pair], odd[pair]);
        }
    }
}
