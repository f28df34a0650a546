//! Smoothing by a Gaussian.

use crate::ops::mirrored;

/// The weights of a Gaussian with standard deviation `sigma` at `2 * radius + 1` pixels; their sum is 1.
pub(super) fn gaussian(sigma: f64, radius: usize) -> Vec<f32> {
    let weight = |at: usize| {
        let distance = at as f64 - radius as f64;
        (-0.5 * (distance / sigma).powi(2)).exp()
    };
    let weights: Vec<f64> = (0..=2 * radius).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / sum) as f32).collect()
}

/// Replaces each pixel of `plane`, rows of `width` pixels, by the mean of those around it, weighted by `weights` across and then
/// down: a Gaussian of two dimensions is the product of two of one. Beyond an edge, the image goes on as in a mirror.
pub(super) fn blurred(plane: &[f32], width: usize, weights: &[f32]) -> Vec<f32> {
    let height = plane.len() / width;
    let across = blurred_and_transposed(plane, width, weights);
    blurred_and_transposed(&across, height, weights)
}

/// Blurs each row, and makes it a column: done twice, this blurs the columns, too, and turns the image back.
fn blurred_and_transposed(plane: &[f32], width: usize, weights: &[f32]) -> Vec<f32> {
    let height = plane.len() / width;
    let radius = weights.len() / 2;
    let mut transposed = vec![0.0; plane.len()];
    for (row, pixels) in plane.chunks_exact(width).enumerate() {
        let padded: Vec<f32> = (0..width + 2 * radius)
            .map(|at| pixels[mirrored(at, radius, width)])
            .collect();
        for (column, window) in padded.windows(weights.len()).enumerate() {
            let products = window
                .iter()
                .zip(weights)
                .map(|(pixel, weight)| pixel * weight);
            transposed[column * height + row] = products.sum();
        }
    }
    transposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_a_plain_image_and_mirrors_edges_as_pytorch() {
        let weights = gaussian(1.0, 1);
        // PyTorch's kernel of torchvision's `gaussian_blur` with sigma 1.
        for (found, wanted) in weights.iter().zip([0.274_069, 0.451_862, 0.274_069]) {
            assert!((found - wanted).abs() < 1e-6, "{weights:?}");
        }
        for white in blurred(&[1.0; 6], 3, &gaussian(2.0, 5)) {
            assert!((white - 1.0).abs() < 1e-6);
        }
        // At the left edge, the second pixel counts twice.
        let row = blurred(&[0.0, 1.0, 0.0, 0.0], 4, &weights);
        for (found, wanted) in row.iter().zip([0.548_138, 0.451_862, 0.274_069, 0.0]) {
            assert!((found - wanted).abs() < 1e-6, "{row:?}");
        }
    }
}
