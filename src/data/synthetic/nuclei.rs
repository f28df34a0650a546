//! Synthetic images of nuclei.
//!
//! They imitate fluorescence microscopy: bright, irregular, touching ellipses on a dark, unevenly lit background, blurred by the
//! lens, and grainy because photons are counted.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use std::f32::consts::TAU;

/// A grey image (values in `0..=1`, row by row) and the number of the nucleus at each pixel, 0 for none.
pub struct Picture {
    pub image: Vec<f32>,
    pub labels: Vec<u16>,
}

impl Picture {
    /// Whether there is a nucleus at each pixel.
    pub fn mask(&self) -> Vec<bool> {
        self.labels.iter().map(|&label| label != 0).collect()
    }
}

struct Nucleus {
    x: f32,
    y: f32,
    radius: f32,
    stretch: f32,
    turn: f32,
    /// Strength and phase of three waves along the outline.
    waves: [(f32, f32); 3],
    brightness: f32,
}

impl Nucleus {
    fn random(random: &mut ChaCha8Rng, x: f32, y: f32, radius: f32) -> Self {
        let waves = std::array::from_fn(|wave| {
            (
                random.random_range(0.0..0.10) / (wave as f32 + 1.0),
                random.random_range(0.0..TAU),
            )
        });
        Nucleus {
            x,
            y,
            radius,
            stretch: random.random_range(1.0..1.6),
            turn: random.random_range(0.0..TAU),
            waves,
            brightness: random.random_range(0.25..0.85),
        }
    }

    /// The distance from the centre, which is 1 on the outline.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.x, y - self.y);
        let (sin, cos) = self.turn.sin_cos();
        let along = (dx * cos + dy * sin) / self.stretch.sqrt();
        let across = (dy * cos - dx * sin) * self.stretch.sqrt();
        let angle = across.atan2(along);
        let wave = |(index, (strength, phase)): (usize, &(f32, f32))| {
            strength * ((index + 2) as f32 * angle + phase).sin()
        };
        let outline = 1.0 + self.waves.iter().enumerate().map(wave).sum::<f32>();
        along.hypot(across) / (self.radius * outline)
    }
}

/// Draws picture `index` of the series `seed`, `size` x `size` pixels large.
pub fn picture(size: usize, seed: u64, index: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(index);
    let width = size as f32;
    let nuclei = place_nuclei(&mut random, width);
    let mut light = vec![0f32; size * size];
    let mut labels = vec![0; size * size];
    // Where nuclei overlap, a pixel is of the one to whose centre it is closer, in units of the distance to the outline.
    let mut nearest = vec![f32::INFINITY; size * size];
    for (nucleus, label) in nuclei.iter().zip(1..) {
        let reach = nucleus.radius * 1.8;
        let rows = range(nucleus.y - reach, nucleus.y + reach, size);
        for y in rows {
            for x in range(nucleus.x - reach, nucleus.x + reach, size) {
                let distance = nucleus.distance(x as f32, y as f32);
                if distance <= 1.0 {
                    let texture = 0.06
                        * ((x as f32 * 0.9 + nucleus.turn * 9.0).sin() * (y as f32 * 0.8).cos());
                    let at = y * size + x;
                    light[at] = light[at]
                        .max(nucleus.brightness * (1.0 - 0.35 * distance * distance) + texture);
                    if distance < nearest[at] {
                        (nearest[at], labels[at]) = (distance, label);
                    }
                }
            }
        }
    }
    let light = blur(&blur(&light, size), size);
    // The light of the lamp is brightest at one point.
    let (lamp_x, lamp_y) = (
        random.random_range(0.2..0.8) * width,
        random.random_range(0.2..0.8) * width,
    );
    let ground = random.random_range(0.03..0.10);
    let grain = Normal::new(0f32, 1.0).ok();
    let image = light
        .iter()
        .enumerate()
        .map(|(at, &light)| {
            let (x, y) = ((at % size) as f32, (at / size) as f32);
            let lamp = 1.0 - 0.45 * ((x - lamp_x).hypot(y - lamp_y) / width).powi(2);
            let value = (light + ground) * lamp;
            // The variance of photon counts grows with the counts.
            let noise = grain.map_or(0.0, |grain| grain.sample(&mut random))
                * (0.015 + 0.04 * value.sqrt());
            (value + noise).clamp(0.0, 1.0)
        })
        .collect();
    Picture { image, labels }
}

/// Places single nuclei, and small groups of touching ones.
fn place_nuclei(random: &mut ChaCha8Rng, width: f32) -> Vec<Nucleus> {
    let typical = width * random.random_range(0.035..0.07);
    let groups = random.random_range(6..16);
    let mut nuclei = Vec::new();
    for _ in 0..groups {
        let (mut x, mut y) = (
            random.random_range(0.0..width),
            random.random_range(0.0..width),
        );
        let members = if random.random_bool(0.4) {
            random.random_range(2..5)
        } else {
            1
        };
        for _ in 0..members {
            let radius = typical * random.random_range(0.7..1.3);
            nuclei.push(Nucleus::random(random, x, y, radius));
            let direction = random.random_range(0.0..TAU);
            let step = radius * random.random_range(1.6..2.0);
            x += step * direction.cos();
            y += step * direction.sin();
        }
    }
    nuclei
}

fn range(from: f32, to: f32, size: usize) -> std::ops::Range<usize> {
    let limit = |value: f32| (value.max(0.0) as usize).min(size);
    limit(from.floor())..limit(to.ceil() + 1.0)
}

/// The mean of 3 x 3 pixels.
fn blur(image: &[f32], size: usize) -> Vec<f32> {
    let at = |x: isize, y: isize| {
        let inside = |value: isize| value.clamp(0, size as isize - 1) as usize;
        image[inside(y) * size + inside(x)]
    };
    (0..size * size)
        .map(|index| {
            let (x, y) = ((index % size) as isize, (index / size) as isize);
            let sum: f32 = (-1..=1)
                .flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)))
                .map(|(dx, dy)| at(x + dx, y + dy))
                .sum();
            sum / 9.0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_follow_their_seed_and_show_bright_nuclei() {
        let one = picture(128, 1, 0);
        assert_eq!(one.image, picture(128, 1, 0).image);
        assert_ne!(one.image, picture(128, 1, 1).image);
        let mask = one.mask();
        let mean = |wanted: bool| {
            let chosen: Vec<f32> = one
                .image
                .iter()
                .zip(&mask)
                .filter(|(_, mask)| **mask == wanted)
                .map(|(&image, _)| image)
                .collect();
            chosen.iter().sum::<f32>() / chosen.len() as f32
        };
        assert!(
            mean(true) > mean(false) + 0.15,
            "{} {}",
            mean(true),
            mean(false)
        );
        let share = mask.iter().filter(|mask| **mask).count() as f32 / mask.len() as f32;
        assert!((0.03..0.6).contains(&share), "{share}");
    }

    #[test]
    fn nuclei_have_numbers_of_their_own_sizes_vary_and_some_touch() {
        let size = 128;
        let pictures: Vec<Picture> = (0..20).map(|index| picture(size, 1, index)).collect();
        // Neighbours with two numbers: without labels, they would be one nucleus.
        let touching = |picture: &&Picture| {
            let mut pairs = picture.labels.windows(2).enumerate();
            pairs.any(|(at, pair)| (at + 1) % size != 0 && pair[0] != pair[1] && !pair.contains(&0))
        };
        let count = pictures.iter().filter(touching).count();
        assert!(count >= 15, "{count} of 20 pictures have nuclei that touch");
        let mut areas: Vec<usize> = Vec::new();
        for picture in &pictures {
            let most = picture.labels.iter().max().copied().unwrap_or_default();
            let area = |label| {
                picture
                    .labels
                    .iter()
                    .filter(|&&other| other == label)
                    .count()
            };
            areas.extend((1..=most).map(area).filter(|&area| area > 0));
        }
        areas.sort_unstable();
        let (small, large) = (areas[areas.len() / 10], areas[areas.len() * 9 / 10]);
        assert!(large > 4 * small, "{small} and {large} pixels");
    }
}
