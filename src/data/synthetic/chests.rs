//! Synthetic chest X-rays.
//!
//! They show two dark lungs in a bright body, the heart between them, and ribs. Pneumonia is a cloud in a lung, where fluid replaces
//! the air.

use crate::data::GreyImages;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const SIDE: usize = 28;
/// Healthy, and with pneumonia.
const CLASSES: usize = 2;
const PNEUMONIA: usize = 1;

/// A soft ellipse: 1 in the middle, 0 far outside. Positions and radii are shares of the image's side.
struct Cloud {
    x: f32,
    y: f32,
    across: f32,
    down: f32,
    /// How quickly it fades at its edge.
    sharpness: f32,
}

impl Cloud {
    fn at(&self, x: f32, y: f32) -> f32 {
        let distance = ((x - self.x) / self.across).hypot((y - self.y) / self.down);
        1.0 / (1.0 + ((distance - 1.0) * self.sharpness).exp())
    }
}

/// `count` images, in turn without and with pneumonia; the same seed gives the same images.
pub fn images(count: usize, seed: u64) -> GreyImages {
    GreyImages::synthetic(SIDE, count, CLASSES, seed, draw)
}

fn draw(class: usize, random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut about = |value: f32, spread: f32| value + random.random_range(-spread..spread);
    let middle = about(0.5, 0.03);
    let lungs = [-1.0, 1.0].map(|side| Cloud {
        x: middle + side * about(0.21, 0.02),
        y: about(0.48, 0.04),
        across: about(0.14, 0.02),
        down: about(0.32, 0.04),
        sharpness: 9.0,
    });
    let heart = Cloud {
        x: middle + about(0.07, 0.02),
        y: about(0.64, 0.03),
        across: about(0.14, 0.02),
        down: about(0.15, 0.02),
        sharpness: 8.0,
    };
    let (body, air) = (about(0.68, 0.08), about(0.45, 0.06));
    let (first_rib, rib_distance) = (about(0.2, 0.05), about(0.13, 0.015));
    let mut clouds = Vec::new();
    if class == PNEUMONIA {
        for lung in &lungs[..if about(0.5, 0.5) < 0.5 { 1 } else { 2 }] {
            clouds.push((
                about(0.26, 0.1),
                Cloud {
                    x: about(lung.x, 0.05),
                    y: about(lung.y, 0.15),
                    across: about(0.12, 0.05),
                    down: about(0.14, 0.06),
                    sharpness: 4.0,
                },
            ));
        }
    }
    (0..SIDE * SIDE)
        .map(|at| {
            let part = |pixel: usize| (pixel as f32 + 0.5) / SIDE as f32;
            let (x, y) = (part(at % SIDE), part(at / SIDE));
            let in_lung = lungs[0].at(x, y) + lungs[1].at(x, y);
            let bend = (x - middle).abs() * 0.5;
            let rib = ((y - first_rib - bend) / rib_distance * std::f32::consts::TAU).cos();
            let mut light = body - air * in_lung * (1.0 - heart.at(x, y)) + 0.03 * in_lung * rib;
            for (strength, cloud) in &clouds {
                light += strength * cloud.at(x, y) * in_lung;
            }
            let grain: f32 = StandardNormal.sample(random);
            ((light + 0.03 * grain).clamp(0.0, 1.0) * 255.0) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    #[test]
    fn chests_follow_their_seed_and_clouded_lungs_are_brighter() {
        let one = images(200, 1);
        let pixels = |images: &GreyImages, index: usize| -> Vec<f32> {
            images
                .get(index)
                .unwrap()
                .0
                .flatten_all()
                .unwrap()
                .to_vec1()
                .unwrap()
        };
        assert_eq!(pixels(&one, 7), pixels(&images(200, 1), 7));
        assert_ne!(pixels(&one, 7), pixels(&images(200, 2), 7));
        let means: Vec<f32> = (0..200)
            .map(|index| pixels(&one, index).iter().sum::<f32>() / (SIDE * SIDE) as f32)
            .collect();
        let of_class = |class: usize| means.iter().skip(class).step_by(2).sum::<f32>() / 100.0;
        assert!(
            of_class(PNEUMONIA) > of_class(0) + 0.01,
            "{} {}",
            of_class(1),
            of_class(0)
        );
        // The mean alone must not give away the class: bodies differ more than clouds.
        let spread = means.iter().copied().fold(f32::INFINITY, f32::min)
            ..means.iter().copied().fold(0.0, f32::max);
        assert!(spread.end - spread.start > 3.0 * (of_class(1) - of_class(0)));
    }
}
