//! Objects as stars: how far it is to the edge in every direction.

use super::LabelMap;
use crate::{Error, Result, Tensor};
use candle_core::Device;
use std::f64::consts::TAU;

/// From each pixel of an object, the distance to the object's edge along each ray, (rays, H, W) f32, in pixels; 0 in the
/// background. Ray k points at the angle `2 pi k / rays`, from right (k = 0) to down. A model that predicts these distances
/// draws a polygon around each object from a single pixel (Schmidt et al. 2018, "Cell Detection with Star-Convex Polygons").
///
/// As in StarDist, a ray is followed in steps of one pixel until it leaves the object or the image, and the edge is taken to
/// lie half a pixel before.
///
/// ```
/// use eosin::morph::{LabelMap, star_distances};
/// let labels = LabelMap::new(1, 5, vec![0, 3, 3, 3, 0])?;
/// let distances = star_distances(&labels, 4)?;
/// assert_eq!(distances.dims(), [4, 1, 5]);
/// // Right, down, left, up from the first pixel of the object.
/// let first = distances.narrow(2, 1, 1)?.flatten_all()?.to_vec1::<f32>()?;
/// assert_eq!(first, [2.5, 0.5, 0.5, 0.5]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there are fewer than 3 rays.
pub fn star_distances(labels: &LabelMap, rays: usize) -> Result<Tensor> {
    if rays < 3 {
        return Err(Error::Invalid(format!(
            "star_distances: {rays} rays do not make a polygon; give at least 3, such as 32"
        )));
    }
    let (height, width) = (labels.height(), labels.width());
    let mut distances = Vec::with_capacity(rays * height * width);
    for ray in 0..rays {
        let (down, right) = (TAU * ray as f64 / rays as f64).sin_cos();
        for (place, &label) in labels.labels().iter().enumerate() {
            let (row, column) = (place / width, place % width);
            let is_inside = |step: f64| {
                let row = (row as f64 + step * down).round();
                let column = (column as f64 + step * right).round();
                // Casts do not wrap: below 0 the pixel is outside.
                row >= 0.0
                    && column >= 0.0
                    && (row as usize) < height
                    && (column as usize) < width
                    && labels.at(row as usize, column as usize) == label
            };
            if label == 0 {
                distances.push(0.0);
                continue;
            }
            let mut step = 1.0;
            while is_inside(step) {
                step += 1.0;
            }
            let overshoot = 1.0 - 0.5 / down.abs().max(right.abs());
            distances.push((step - overshoot) as f32);
        }
    }
    Tensor::from_vec(distances, (rays, height, width), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morph::drawn::discs;

    #[test]
    fn from_the_middle_of_a_disc_the_edge_is_equally_far_everywhere() {
        let labels = discs(50, 50, &[(25, 24, 15)]);
        let distances = star_distances(&labels, 32).unwrap();
        let middle = distances
            .narrow(1, 25, 1)
            .unwrap()
            .narrow(2, 24, 1)
            .unwrap();
        for distance in middle.flatten_all().unwrap().to_vec1::<f32>().unwrap() {
            // A step is a pixel long, and so is what is not known.
            assert!((distance - 15.5).abs() < 1.0, "{distance}");
        }
        assert!(star_distances(&labels, 2).is_err());
    }
}
