//! Images as if drawn on rubber.

use super::blur::{blurred, gaussian};
use super::setting::within;
use super::{Change, Places, Transform};
use crate::Result;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Shifts each pixel a little, neighbours by almost the same, so that shapes bend but do not break: the elastic distortions of
/// Simard et al. 2003, made for handwriting, which suit tissue, too.
///
/// A random field of numbers in -1..1, one for each pixel and direction, is smoothed by a Gaussian and multiplied by `alpha`:
/// that is how far a pixel moves. torchvision's `alpha` is twice ours for the same shifts. What was outside the image is 0.
///
/// ```
/// use eosin::prelude::*;
/// let elastic = ElasticTransform::new(34.0, 4.0); // as in the paper, for digits
/// let digits = Augment::new(Mnist::synthetic(10, 10, 42).train, 1).with(elastic);
/// assert_eq!(digits.get(0)?.0.dims(), [1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ElasticTransform {
    alpha: f64,
    sigma: f64,
}

impl ElasticTransform {
    /// `alpha`, in `0..=10000`, says how far pixels move. `sigma`, in `0.1..=100`, is the Gaussian's standard deviation in
    /// pixels: the larger, the smoother the bends, and the smaller the shifts, because neighbouring numbers cancel out.
    pub fn new(alpha: f64, sigma: f64) -> Self {
        ElasticTransform { alpha, sigma }
    }
}

impl Transform for ElasticTransform {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let alpha = within("ElasticTransform", "alpha", self.alpha, 0.0..=10_000.0)?;
        let sigma = within("ElasticTransform", "sigma", self.sigma, 0.1..=100.0)?;
        // Four standard deviations away, a Gaussian is almost 0.
        let weights = gaussian(sigma, (4.0 * sigma).ceil() as usize);
        let mut shifts = || {
            let noise: Vec<f32> = (0..height * width)
                .map(|_| random.random_range(-1.0..1.0))
                .collect();
            blurred(&noise, width, &weights)
        };
        let (down, across) = (shifts(), shifts());
        Ok(Change::Resample(Places::new(
            (height, width),
            |row, column| {
                let at = row * width + column;
                (
                    row as f64 + alpha * f64::from(down[at]),
                    column as f64 + alpha * f64::from(across[at]),
                )
            },
        )))
    }
}
