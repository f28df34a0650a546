//! How deep inside an object a pixel lies.

use super::nearest::nearest;
use super::plane::Plane;
use crate::{Result, Tensor};
use candle_core::Device;

/// The Euclidean distance (H, W), f32, in pixels, of each pixel of a mask (H, W) or (1, H, W) to the nearest background pixel; 0
/// in the background.
///
/// It is exact, and `scipy.ndimage.distance_transform_edt`. What lies outside the image does not count as background, so that an
/// object which the edge cuts is as deep there as if it went on. A mask without any background is infinitely deep (SciPy leaves
/// that case undefined).
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::distance_transform};
/// let mask = Tensor::new(&[[0u8, 1, 1, 1, 1, 1, 0]], &Device::Cpu)?;
/// let distances = distance_transform(&mask)?;
/// assert_eq!(distances.to_vec2::<f32>()?, [[0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the mask has another shape, or a pixel is NaN.
pub fn distance_transform(mask: &Tensor) -> Result<Tensor> {
    let plane = Plane::read("distance_transform", "mask", mask)?;
    let distances = distances(plane.size(), &plane.inside());
    Tensor::from_vec(distances, plane.size(), &Device::Cpu)?.to_device(mask.device())
}

/// The distance of each pixel to the nearest that is not inside.
pub(super) fn distances((height, width): (usize, usize), inside: &[bool]) -> Vec<f32> {
    let Some(nearest) = nearest((height, width), |pixel| !inside[pixel]) else {
        return vec![f32::INFINITY; inside.len()];
    };
    let distance = |(pixel, &nearest): (usize, &u32)| {
        if !inside[pixel] {
            return 0.0;
        }
        let nearest = nearest as usize;
        let down = (pixel / width).abs_diff(nearest / width);
        let right = (pixel % width).abs_diff(nearest % width);
        // The root of a whole number in f64, so that it is rounded only once.
        ((down * down + right * right) as f64).sqrt() as f32
    };
    nearest.iter().enumerate().map(distance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn distances_are_those_of_trying_every_background_pixel(
            height in 1usize..9, width in 1usize..9, pixels in prop::collection::vec(0u8..5, 64),
        ) {
            let inside: Vec<bool> = pixels[..height * width].iter().map(|&pixel| pixel != 0).collect();
            let from = |pixel: usize| {
                let to = |other: usize| {
                    let down = (pixel / width).abs_diff(other / width) as f64;
                    down.hypot((pixel % width).abs_diff(other % width) as f64) as f32
                };
                let background = (0..inside.len()).filter(|&other| !inside[other]);
                background.map(to).fold(f32::INFINITY, f32::min)
            };
            let wanted: Vec<f32> = (0..inside.len()).map(from).collect();
            let found = distances((height, width), &inside);
            for (found, wanted) in found.iter().zip(&wanted) {
                prop_assert!(found == wanted || (found - wanted).abs() < 1e-6, "{found} is not {wanted}");
            }
        }
    }

    #[test]
    fn without_background_all_is_infinitely_deep_and_nothing_has_no_depth() {
        let full = Tensor::ones((1, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        let depth = distance_transform(&full).unwrap();
        assert_eq!(depth.to_vec2::<f32>().unwrap(), [[f32::INFINITY; 2]; 2]);
        for shape in [(0, 3), (3, 0)] {
            let nothing = Tensor::zeros(shape, candle_core::DType::U8, &Device::Cpu).unwrap();
            assert_eq!(distance_transform(&nothing).unwrap().elem_count(), 0);
        }
    }
}
