//! Which of some pixels is nearest.

use rayon::prelude::*;

/// For every pixel, the place (row by row) of the nearest pixel for which `is_wanted`, by Euclidean distance; `None` if there is
/// none.
///
/// In linear time, from Felzenszwalb & Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing 2012.
/// Within a column the nearest is found by walking down and up. Along a row, each column then gives a parabola: the squared
/// distance to its own nearest pixel, plus the squared distance to the column. The lowest parabola wins. All numbers are whole,
/// so that it is exact; of equally near pixels the one in the left column wins, and in a column the upper one, as in
/// `scipy.ndimage.distance_transform_edt`.
pub(super) fn nearest(
    (height, width): (usize, usize),
    is_wanted: impl Fn(usize) -> bool,
) -> Option<Vec<u32>> {
    let rows = nearest_rows((height, width), is_wanted);
    // If there is one at all, some column has it, and all of that column know it.
    if !rows.iter().take(width).any(Option::is_some) {
        return None;
    }
    let mut nearest = vec![0; height * width];
    let lines = nearest.par_chunks_mut(width).zip(rows.par_chunks(width));
    lines
        .enumerate()
        .for_each_init(Vec::new, |lowest, (row, (nearest, rows))| {
            lower_envelope(row, rows, lowest);
            let ends = lowest.iter().skip(1).map(|next| next.start).chain([width]);
            for (parabola, end) in lowest.iter().zip(ends) {
                nearest[parabola.start..end].fill(parabola.place);
            }
        });
    Some(nearest)
}

/// The row of the nearest wanted pixel in the same column.
fn nearest_rows(
    (height, width): (usize, usize),
    is_wanted: impl Fn(usize) -> bool,
) -> Vec<Option<u32>> {
    let mut rows: Vec<Option<u32>> = vec![None; height * width];
    for row in 0..height {
        for pixel in row * width..(row + 1) * width {
            rows[pixel] = match is_wanted(pixel) {
                true => Some(row as u32),
                false if row > 0 => rows[pixel - width],
                false => None,
            };
        }
    }
    for row in (0..height.saturating_sub(1)).rev() {
        for pixel in row * width..(row + 1) * width {
            let Some(below) = rows[pixel + width] else {
                continue;
            };
            let distance = |other: u32| (row as u32).abs_diff(other);
            if rows[pixel].is_none_or(|above| distance(below) < distance(above)) {
                rows[pixel] = Some(below);
            }
        }
    }
    rows
}

/// Squared distances to a pixel in a column: (x - column)^2 + height at x.
struct Parabola {
    column: i64,
    height: i64,
    /// The pixel that it belongs to.
    place: u32,
    /// The first x where it is the lowest.
    start: usize,
}

/// The parabolas that are the lowest somewhere in a row, from left to right.
fn lower_envelope(row: usize, rows: &[Option<u32>], lowest: &mut Vec<Parabola>) {
    lowest.clear();
    let found = (0i64..)
        .zip(rows)
        .filter_map(|(column, row)| Some((column, (*row)?)));
    for (column, nearest) in found {
        let height = (row as i64 - i64::from(nearest)).pow(2);
        let mut start = 0;
        while let Some(last) = lowest.last() {
            // Where two parabolas meet, the left one still wins.
            let rise = column * column + height - last.column * last.column - last.height;
            let meets = rise.div_euclid(2 * (column - last.column));
            if meets >= last.start as i64 {
                start = meets as usize + 1;
                break;
            }
            lowest.pop();
        }
        if start < rows.len() {
            lowest.push(Parabola {
                column,
                height,
                place: nearest * rows.len() as u32 + column as u32,
                start,
            });
        }
    }
}
