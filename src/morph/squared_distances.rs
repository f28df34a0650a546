//! How far it is to the nearest of some pixels.

/// For each pixel of a `height` x `width` image, the square of the distance to the nearest pixel that is `true`, row by row;
/// infinite where there is none. The distance is exact, and takes the same time for any picture (Felzenszwalb and Huttenlocher
/// 2012, "Distance Transforms of Sampled Functions", section 2): first along each column, then the lower envelope of parabolas
/// along each row.
pub(crate) fn squared_distances(pixels: &[bool], height: usize, width: usize) -> Vec<f32> {
    let mut squares = along_columns(pixels, height, width);
    let mut envelope = Envelope::default();
    for row in squares.chunks_mut(width.max(1)) {
        envelope.of(row);
    }
    squares
}

/// The same, but only to pixels of the same column: once down, once up.
fn along_columns(pixels: &[bool], height: usize, width: usize) -> Vec<f32> {
    let mut distances = vec![f32::INFINITY; height * width];
    let mut step = |row: usize, before: Option<usize>| {
        for column in 0..width {
            let here = row * width + column;
            let from_before = before.map_or(f32::INFINITY, |row| distances[row * width + column]);
            let nearest = if pixels[here] { 0.0 } else { from_before + 1.0 };
            distances[here] = distances[here].min(nearest);
        }
    };
    for row in 0..height {
        step(row, row.checked_sub(1));
    }
    for row in (0..height).rev() {
        step(row, (row + 1 < height).then_some(row + 1));
    }
    distances
        .iter()
        .map(|distance| distance * distance)
        .collect()
}

/// The lower envelope of the parabolas `square of column + (x - column)^2`: for each x the lowest of them.
#[derive(Default)]
struct Envelope {
    /// From left to right, each with the place from which on it is the lowest.
    parabolas: Vec<Parabola>,
}

#[derive(Clone, Copy)]
struct Parabola {
    column: f32,
    square: f32,
    from: f64,
}

impl Envelope {
    /// Replaces squares along columns by those in the plane.
    fn of(&mut self, row: &mut [f32]) {
        self.parabolas.clear();
        for (column, &square) in row.iter().enumerate() {
            // No pixel in that column.
            if square.is_finite() {
                self.add(column as f32, square);
            }
        }
        let mut lowest = 0;
        for (x, square) in row.iter_mut().enumerate() {
            while (self.parabolas.get(lowest + 1)).is_some_and(|next| next.from <= x as f64) {
                lowest += 1;
            }
            if let Some(parabola) = self.parabolas.get(lowest) {
                *square = parabola.square + (x as f32 - parabola.column).powi(2);
            }
        }
    }

    fn add(&mut self, column: f32, square: f32) {
        let mut from = f64::NEG_INFINITY;
        while let Some(last) = self.parabolas.last() {
            let rise = f64::from(square - last.square) / f64::from(column - last.column);
            let meeting = (rise + f64::from(column + last.column)) / 2.0;
            if meeting > last.from {
                from = meeting;
                break;
            }
            // Left of where it begins, the last one is above the new one as well: it is the lowest nowhere.
            self.parabolas.pop();
        }
        self.parabolas.push(Parabola {
            column,
            square,
            from,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};

    #[test]
    fn distances_are_those_to_the_nearest_of_all_pixels() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for (height, width, share) in [(1, 9, 0.2), (9, 1, 0.2), (13, 17, 0.03), (20, 11, 0.5)] {
            let pixels: Vec<bool> = (0..height * width)
                .map(|_| random.random_bool(share))
                .collect();
            let found = squared_distances(&pixels, height, width);
            for (here, &found) in found.iter().enumerate() {
                let to = |there: usize| {
                    let rows = (here / width).abs_diff(there / width);
                    let columns = (here % width).abs_diff(there % width);
                    (rows * rows + columns * columns) as f32
                };
                let all = (0..pixels.len()).filter(|&there| pixels[there]).map(to);
                assert_eq!(
                    found,
                    all.fold(f32::INFINITY, f32::min),
                    "{height} x {width}, {here}"
                );
            }
        }
        assert_eq!(squared_distances(&[false; 4], 2, 2), [f32::INFINITY; 4]);
        assert!(squared_distances(&[], 0, 0).is_empty());
    }
}
