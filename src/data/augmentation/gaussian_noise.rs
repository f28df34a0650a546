//! Grainy images.

use super::setting::within;
use super::values::changed;
use super::{Change, Transform};
use crate::Result;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Adds a normally distributed number to each value, as torchvision's `GaussianNoise` does. Values must be in `0..=1`, and are
/// clipped to that; masks stay.
///
/// ```
/// use eosin::prelude::*;
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(GaussianNoise::new(0.05));
/// assert!(scans.get(0)?.0.min_all()?.to_scalar::<f32>()? >= 0.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GaussianNoise {
    sigma: f64,
}

impl GaussianNoise {
    /// The noise's standard deviation, in `0..=1`.
    pub fn new(sigma: f64) -> Self {
        GaussianNoise { sigma }
    }
}

impl Transform for GaussianNoise {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let sigma = within("GaussianNoise", "sigma", self.sigma, 0.0..=1.0)? as f32;
        // A seed of its own: how many numbers are needed is known only when the image comes.
        let seed = random.random();
        Ok(Change::image_only(move |image| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            changed("GaussianNoise", image, |values| {
                for value in values {
                    let noise: f32 = StandardNormal.sample(&mut random);
                    *value += sigma * noise;
                }
            })
        }))
    }
}
