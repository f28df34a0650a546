//! Weights of pixels, large between objects.

use super::LabelMap;
use super::nearest_objects::NearestObjects;
use crate::{Error, Result, Tensor};
use candle_core::Device;

/// Beyond so many sigmas the border's share is below the precision of an f32.
const REACH: f32 = 6.0;

/// How much the loss of each pixel should count, (1, H, W) f32, so that a model learns the narrow background between objects
/// (Ronneberger et al. 2015, "U-Net", eq. 2): `1 + w0 * exp(-(d1 + d2)^2 / (2 * sigma^2))` in the background, where d1 and d2
/// are the distances to the nearest and the second nearest object, in pixels, and 1 in objects. The paper takes `w0 = 10` and
/// `sigma = 5`. Its weight of classes is 1 here: weigh classes in the loss.
///
/// The loss is [`ops::pixel_weighted_bce_with_logits`](crate::ops::pixel_weighted_bce_with_logits) or
/// [`ops::pixel_weighted_cross_entropy`](crate::ops::pixel_weighted_cross_entropy).
///
/// ```
/// use eosin::morph::{LabelMap, border_weights};
/// let labels = LabelMap::new(1, 5, vec![1, 0, 2, 0, 0])?;
/// let weights = border_weights(&labels, 10., 5.)?.flatten_all()?.to_vec1::<f32>()?;
/// // One pixel to either: 1 + 10 * exp(-4 / 50).
/// assert!((weights[1] - 10.231).abs() < 1e-3);
/// assert_eq!(weights[0], 1.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When `w0` is negative, or `sigma` is not a positive number.
pub fn border_weights(labels: &LabelMap, w0: f64, sigma: f64) -> Result<Tensor> {
    if !(w0 >= 0.0 && w0.is_finite() && sigma > 0.0 && sigma.is_finite()) {
        return Err(Error::Invalid(format!(
            "border_weights: w0 is {w0} and sigma {sigma}; w0 must be a number from 0, and sigma one above 0, such as 10 and 5"
        )));
    }
    let (w0, sigma) = (w0 as f32, sigma as f32);
    let objects = NearestObjects::of(labels);
    let weight = |(place, &label): (usize, &u32)| {
        if label != 0 {
            return 1.0;
        }
        let (row, column) = (place / labels.width(), place % labels.width());
        let first = objects.first(row, column);
        // The second nearest is at least as far.
        if 2.0 * first > REACH * sigma {
            return 1.0;
        }
        let second = objects.second(row, column, REACH * sigma - first);
        let apart = (first + second) / sigma;
        1.0 + w0 * (-apart * apart / 2.0).exp()
    };
    let weights: Vec<f32> = labels.labels().iter().enumerate().map(weight).collect();
    Tensor::from_vec(weights, (1, labels.height(), labels.width()), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};

    #[test]
    fn weights_are_those_of_the_formula_for_all_pixels_and_objects() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let (height, width, sigma) = (23, 31, 3.0);
        for objects in [0, 1, 2, 7] {
            let mut numbers = vec![0; height * width];
            for number in &mut numbers {
                if objects > 0 && random.random_bool(0.03) {
                    *number = random.random_range(1..=objects);
                }
            }
            let labels = LabelMap::new(height, width, numbers).unwrap();
            let weights = border_weights(&labels, 10.0, sigma).unwrap();
            let weights: Vec<f32> = weights.flatten_all().unwrap().to_vec1().unwrap();
            for (here, weight) in weights.into_iter().enumerate() {
                let distance = |object: u32| {
                    let all = (0..height * width).filter(|&there| labels.labels()[there] == object);
                    let squares = all.map(|there| {
                        let rows = (here / width).abs_diff(there / width);
                        let columns = (here % width).abs_diff(there % width);
                        rows * rows + columns * columns
                    });
                    squares
                        .min()
                        .map_or(f64::INFINITY, |square| (square as f64).sqrt())
                };
                let mut distances: Vec<f64> = (1..=objects.max(2)).map(distance).collect();
                distances.sort_by(f64::total_cmp);
                let apart = distances[0] + distances[1];
                let wanted = match labels.labels()[here] {
                    0 => 1.0 + 10.0 * (-apart * apart / (2.0 * sigma * sigma)).exp(),
                    _ => 1.0,
                };
                assert!(
                    (f64::from(weight) - wanted).abs() < 1e-5,
                    "{weight}, not {wanted}"
                );
            }
        }
    }

    #[test]
    fn what_makes_no_weight_is_refused() {
        let labels = LabelMap::new(1, 1, vec![0]).unwrap();
        for (w0, sigma) in [(-1.0, 5.0), (10.0, 0.0), (f64::NAN, 5.0), (10.0, f64::NAN)] {
            let error = border_weights(&labels, w0, sigma).unwrap_err().to_string();
            assert!(error.contains("such as 10 and 5"), "{error}");
        }
    }
}
