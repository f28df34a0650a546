//! One marker for each summit.

use super::label::components;
use super::plane::Plane;
use super::window_maximum::window_maximum;
use super::{Connectivity, LabelMap};
use crate::{Error, Result, Tensor};

/// The summits of an image (H, W) or (1, H, W), numbered from 1 in the order of [`label`](super::label): pixels above the image's
/// minimum with nothing higher within `min_distance` rows and columns.
///
/// Pixels of a summit that touch, also at a corner, are one summit. Of equally high summits that are fewer than `min_distance`
/// pixels apart (the larger of rows and columns), the first one stays. Where no equal pixels touch, these are the points of
/// `skimage.feature.peak_local_max` with `exclude_border=False`.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::local_maxima};
/// let image = Tensor::new(&[[0f32, 1., 0., 3., 3., 0., 0., 2.]], &Device::Cpu)?;
/// assert_eq!(local_maxima(&image, 1)?.labels(), [0, 1, 0, 2, 2, 0, 0, 3]);
/// // The 1 is only two columns from the 3.
/// assert_eq!(local_maxima(&image, 2)?.labels(), [0, 0, 0, 1, 1, 0, 0, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image has another shape, a pixel is NaN, or the distance is 0.
pub fn local_maxima(image: &Tensor, min_distance: usize) -> Result<LabelMap> {
    refuse_no_distance("local_maxima", min_distance)?;
    let plane = Plane::read("local_maxima", "image", image)?;
    let lowest = plane.pixels.iter().copied().fold(f32::INFINITY, f32::min);
    let summits = summits(plane.size(), &plane.pixels, lowest, min_distance);
    LabelMap::new(plane.height, plane.width, summits)
}

/// A pixel is no neighbour of itself.
pub(super) fn refuse_no_distance(name: &str, min_distance: usize) -> Result<()> {
    if min_distance > 0 {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name}: a minimum distance of 0 would make every pixel a summit; it must be at least 1, for nuclei about half their diameter"
    )))
}

/// The summits of pixels that are above `floor`, numbered from 1.
pub(super) fn summits(
    (height, width): (usize, usize),
    pixels: &[f32],
    floor: f32,
    min_distance: usize,
) -> Vec<u32> {
    let highest = window_maximum(width, pixels, min_distance);
    let is_summit = |(pixel, highest): (&f32, &f32)| pixel == highest && *pixel > floor;
    let summits: Vec<bool> = pixels.iter().zip(&highest).map(is_summit).collect();
    let labels = components((height, width), &summits, Connectivity::Eight);
    // The pixels of each summit, in the order of their numbers.
    let mut order: Vec<usize> = (0..labels.len())
        .filter(|&pixel| labels[pixel] != 0)
        .collect();
    order.sort_by_key(|&pixel| labels[pixel]);
    // Only equally high summits can be as near as this; the first one takes its surroundings.
    let reach = min_distance - 1;
    let mut taken = vec![false; labels.len()];
    let mut kept = vec![0; labels.len()];
    let mut count = 0;
    for summit in order.chunk_by(|&one, &other| labels[one] == labels[other]) {
        if summit.iter().any(|&pixel| taken[pixel]) {
            continue;
        }
        count += 1;
        for &pixel in summit {
            kept[pixel] = count;
            let (row, column) = (pixel / width, pixel % width);
            let columns = column.saturating_sub(reach)..(column + reach + 1).min(width);
            for row in row.saturating_sub(reach)..(row + reach + 1).min(height) {
                taken[row * width..][columns.clone()].fill(true);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn of(image: &[f32], min_distance: usize) -> Vec<u32> {
        let image = Tensor::new(vec![image.to_vec()], &Device::Cpu).unwrap();
        local_maxima(&image, min_distance)
            .unwrap()
            .labels()
            .to_vec()
    }

    #[test]
    fn of_equal_summits_that_are_too_near_the_first_stays_whoever_goes_before_it() {
        let row = [0.0, 4.0, 0.0, 4.0, 0.0, 4.0, 0.0];
        assert_eq!(of(&row, 2), [0, 1, 0, 2, 0, 3, 0]);
        // The second one is too near; the third one is not, because the second is gone.
        assert_eq!(of(&row, 3), [0, 1, 0, 0, 0, 2, 0]);
        assert_eq!(of(&row, 100), [0, 1, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_constant_image_has_no_summit_and_distance_0_is_refused() {
        assert_eq!(of(&[2.0, 2.0], 1), [0, 0]);
        let image = Tensor::new(&[[1f32]], &Device::Cpu).unwrap();
        let error = local_maxima(&image, 0).unwrap_err().to_string();
        assert!(error.contains("at least 1"), "{error}");
    }
}
