//! Synthetic digits.
//!
//! Each digit is a few strokes of a pen. Their points are moved a little, the whole is rotated, slanted, resized and shifted, and
//! the pen has another width each time, so that no two images are the same.

use crate::data::GreyImages;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::{PI, TAU};

const SIDE: usize = 28;

type Point = (f32, f32);

/// The path of a pen, in a square from (0, 0) at the top left to (1, 1).
enum Stroke {
    Lines(&'static [Point]),
    /// Around a centre, with horizontal and vertical radius. Angles run clockwise from the right, as shares of a full turn.
    Arc {
        centre: Point,
        radii: Point,
        from: f32,
        to: f32,
    },
}

use Stroke::Lines;

const fn arc(centre: Point, radii: Point, from: f32, to: f32) -> Stroke {
    Stroke::Arc {
        centre,
        radii,
        from,
        to,
    }
}

/// The strokes of the ten digits.
const DIGITS: [&[Stroke]; 10] = [
    &[arc((0.5, 0.5), (0.28, 0.42), 0.0, 1.0)],
    &[Lines(&[(0.36, 0.26), (0.54, 0.1), (0.54, 0.92)])],
    &[
        arc((0.5, 0.32), (0.26, 0.24), 0.5, 1.08),
        Lines(&[(0.73, 0.44), (0.24, 0.9), (0.78, 0.9)]),
    ],
    &[
        arc((0.46, 0.3), (0.26, 0.21), 0.55, 1.25),
        arc((0.46, 0.71), (0.29, 0.21), 0.75, 1.45),
    ],
    &[
        Lines(&[(0.58, 0.08), (0.22, 0.6), (0.8, 0.6)]),
        Lines(&[(0.62, 0.36), (0.62, 0.94)]),
    ],
    &[
        Lines(&[(0.74, 0.1), (0.34, 0.1), (0.3, 0.46)]),
        arc((0.48, 0.66), (0.27, 0.25), 0.62, 1.4),
    ],
    &[
        Lines(&[(0.62, 0.08), (0.38, 0.34), (0.27, 0.62)]),
        arc((0.5, 0.68), (0.24, 0.23), 0.0, 1.0),
    ],
    &[Lines(&[(0.22, 0.12), (0.78, 0.12), (0.44, 0.92)])],
    &[
        arc((0.5, 0.29), (0.21, 0.2), 0.0, 1.0),
        arc((0.5, 0.7), (0.26, 0.22), 0.0, 1.0),
    ],
    &[
        arc((0.5, 0.32), (0.24, 0.23), 0.0, 1.0),
        Lines(&[(0.74, 0.34), (0.68, 0.64), (0.54, 0.92)]),
    ],
];

/// `count` images, in which the ten digits take turns; the same seed gives the same images.
pub fn images(count: usize, seed: u64) -> GreyImages {
    GreyImages::synthetic(SIDE, count, DIGITS.len(), seed, draw)
}

fn draw(digit: usize, random: &mut ChaCha8Rng) -> Vec<u8> {
    let turn: f32 = random.random_range(-0.3..0.3);
    let slant: f32 = random.random_range(-0.3..0.3);
    let (wide, high) = (
        random.random_range(12.0..20.0),
        random.random_range(15.0..21.0),
    );
    let (right, down) = (
        random.random_range(-1.5..1.5),
        random.random_range(-1.5..1.5),
    );
    let pen: f32 = random.random_range(0.8..1.7);
    let middle = SIDE as f32 / 2.0 - 0.5;
    let mut place = |(x, y): Point| {
        let mut shaken = |value: f32| value - 0.5 + random.random_range(-0.045..0.045);
        let (x, y) = (shaken(x), shaken(y));
        let (x, y) = ((x - slant * y) * wide, y * high);
        let (sin, cos) = turn.sin_cos();
        (
            middle + right + x * cos - y * sin,
            middle + down + x * sin + y * cos,
        )
    };
    let lines: Vec<(Point, Point)> = DIGITS[digit]
        .iter()
        .flat_map(|stroke| {
            let points: Vec<Point> = points(stroke).into_iter().map(&mut place).collect();
            points
                .windows(2)
                .map(|pair| (pair[0], pair[1]))
                .collect::<Vec<_>>()
        })
        .collect();
    (0..SIDE * SIDE)
        .map(|at| {
            let pixel = ((at % SIDE) as f32, (at / SIDE) as f32);
            let nearest = lines
                .iter()
                .map(|line| distance(pixel, *line))
                .fold(f32::INFINITY, f32::min);
            // The ink fades over one pixel at the edge of the pen.
            ((pen - nearest + 0.5).clamp(0.0, 1.0) * 255.0) as u8
        })
        .collect()
}

fn points(stroke: &Stroke) -> Vec<Point> {
    match *stroke {
        Lines(points) => points.to_vec(),
        Stroke::Arc {
            centre,
            radii,
            from,
            to,
        } => {
            let steps = ((to - from) * 4.0 * PI).ceil() as usize;
            (0..=steps)
                .map(|step| {
                    let share = step as f32 / steps as f32;
                    let (sin, cos) = ((from + share * (to - from)) * TAU).sin_cos();
                    (centre.0 + radii.0 * cos, centre.1 + radii.1 * sin)
                })
                .collect()
        }
    }
}

/// The distance of a point from the line between two others.
fn distance(point: Point, (start, end): (Point, Point)) -> f32 {
    let (dx, dy) = (end.0 - start.0, end.1 - start.1);
    let (px, py) = (point.0 - start.0, point.1 - start.1);
    let share = ((px * dx + py * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
    (px - share * dx).hypot(py - share * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    #[test]
    fn digits_follow_their_seed_and_can_be_told_apart() {
        let mean = |images: &GreyImages, digit: usize| -> Vec<f32> {
            let of_digit = (digit..images.len()).step_by(10);
            let count = of_digit.len() as f32;
            let mut mean = vec![0.0; SIDE * SIDE];
            for index in of_digit {
                let pixels: Vec<f32> = images
                    .get(index)
                    .unwrap()
                    .0
                    .flatten_all()
                    .unwrap()
                    .to_vec1()
                    .unwrap();
                mean.iter_mut()
                    .zip(pixels)
                    .for_each(|(mean, pixel)| *mean += pixel / count);
            }
            mean
        };
        let (one, other) = (images(500, 1), images(500, 2));
        assert_eq!(mean(&one, 3), mean(&images(500, 1), 3));
        assert_ne!(mean(&one, 3), mean(&other, 3));
        let means: Vec<Vec<f32>> = (0..10).map(|digit| mean(&one, digit)).collect();
        // The nearest mean is right for most digits of another seed: shapes are distinct, but not all the same.
        let right = (0..other.len())
            .filter(|&index| {
                let pixels: Vec<f32> = other
                    .get(index)
                    .unwrap()
                    .0
                    .flatten_all()
                    .unwrap()
                    .to_vec1()
                    .unwrap();
                let distance = |mean: &[f32]| -> f32 {
                    mean.iter()
                        .zip(&pixels)
                        .map(|(a, b)| (a - b) * (a - b))
                        .sum()
                };
                let nearest =
                    (0..10).min_by(|&a, &b| distance(&means[a]).total_cmp(&distance(&means[b])));
                nearest == Some(index % 10)
            })
            .count();
        let share = right as f32 / other.len() as f32;
        assert!((0.75..0.999).contains(&share), "{share}");
    }
}
