//! Quarter turns.

use super::random_flip::flipped;
use super::{Change, Transform};
use crate::Result;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Rotates images by 0, 90, 180 or 270 degrees, all equally likely, so that no pixel changes its value. Images that are not
/// square are rotated by 0 or 180 degrees, so that all keep the same shape.
///
/// The name is that of Albumentations; [`RandomRotation`](super::RandomRotation) rotates by any angle, and interpolates.
#[derive(Debug, Clone)]
pub struct RandomRotate90;

impl Transform for RandomRotate90 {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let quarters = match height == width {
            true => random.random_range(0..4),
            false => 2 * random.random_range(0..2),
        };
        Ok(Change::both(move |tensor| match quarters {
            0 => Ok(tensor.clone()),
            1 => flipped(&tensor.transpose(1, 2)?, &[1]),
            2 => flipped(tensor, &[1, 2]),
            _ => flipped(&tensor.transpose(1, 2)?, &[2]),
        }))
    }
}
