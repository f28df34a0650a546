//! How far it is to the two nearest objects.

use super::LabelMap;
use super::distance_transform::distances;

/// Knows of each pixel how far the nearest two objects are.
pub(super) struct NearestObjects {
    width: usize,
    /// The distance to the nearest.
    nearest: Vec<f32>,
    /// The nearest two of each pixel's column.
    in_column: Vec<Nearest>,
}

/// The two nearest objects, as numbers and squares of distances. The first is nearer, or as near. Without an object, the number
/// is 0 and the distance infinite.
#[derive(Debug, Clone, Copy)]
struct Nearest {
    objects: [u32; 2],
    squares: [f32; 2],
}

impl Nearest {
    const NONE: Nearest = Nearest {
        objects: [0; 2],
        squares: [f32::INFINITY; 2],
    };

    /// Takes an object into account, of which another pixel may be known already.
    fn meet(&mut self, object: u32, square: f32) {
        if square >= self.squares[1] {
            return;
        }
        if object == self.objects[0] {
            self.squares[0] = self.squares[0].min(square);
        } else if square < self.squares[0] {
            self.objects = [object, self.objects[0]];
            self.squares = [square, self.squares[0]];
        } else {
            self.objects[1] = object;
            self.squares[1] = square;
        }
    }
}

impl NearestObjects {
    pub fn of(labels: &LabelMap) -> Self {
        let (height, width) = (labels.height(), labels.width());
        let mut in_column = vec![Nearest::NONE; height * width];
        let mut go = |rows: &mut dyn Iterator<Item = usize>| {
            // Of each column, the last two objects on the way, and the rows in which they were.
            let mut last: Vec<[Option<(u32, usize)>; 2]> = vec![[None; 2]; width];
            for row in rows {
                for (column, last) in last.iter_mut().enumerate() {
                    let object = labels.at(row, column);
                    if object != 0 {
                        if last[0].is_some_and(|(last, _)| last != object) {
                            last[1] = last[0];
                        }
                        last[0] = Some((object, row));
                    }
                    for (object, its_row) in last.iter().flatten() {
                        let distance = row.abs_diff(*its_row) as f32;
                        in_column[row * width + column].meet(*object, distance * distance);
                    }
                }
            }
        };
        go(&mut (0..height));
        go(&mut (0..height).rev());
        let is_background: Vec<bool> = labels.labels().iter().map(|&label| label == 0).collect();
        NearestObjects {
            width,
            nearest: distances((height, width), &is_background),
            in_column,
        }
    }

    /// The distance to the nearest object: 0 in an object, infinite if there is none.
    pub fn first(&self, row: usize, column: usize) -> f32 {
        self.nearest[row * self.width + column]
    }

    /// The distance to the second nearest object. One above `reach` may come out too large, or infinite: the search goes no
    /// further.
    pub fn second(&self, row: usize, column: usize, reach: f32) -> f32 {
        let in_row = &self.in_column[row * self.width..][..self.width];
        let mut nearest = in_row[column];
        for away in 1..self.width {
            let square = (away * away) as f32;
            // All that is further away is no nearer than what is known.
            if square >= nearest.squares[1] || square > reach * reach {
                break;
            }
            // Left of the first column it wraps, and there is nothing either.
            for other in [column.wrapping_sub(away), column + away] {
                let Some(other) = in_row.get(other) else {
                    continue;
                };
                // Most are not: this test is what takes the time.
                if square + other.squares[0] < nearest.squares[1] {
                    nearest.meet(other.objects[0], square + other.squares[0]);
                    nearest.meet(other.objects[1], square + other.squares[1]);
                }
            }
        }
        nearest.squares[1].sqrt()
    }
}
