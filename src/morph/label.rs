//! Objects are what is connected.

use super::frame::Frame;
use super::plane::Plane;
use super::{Connectivity, LabelMap};
use crate::{Result, Tensor};

/// Numbers the connected objects of a mask (H, W) or (1, H, W): 1, 2, 3, and so on, in the order in which you meet them when you
/// read the image row by row.
///
/// It is `skimage.measure.label` of a mask. All that is not 0 is the same to it, whatever the value.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::{Connectivity, label}};
/// let mask = Tensor::new(&[[0u8, 1, 1], [1, 0, 0]], &Device::Cpu)?;
/// assert_eq!(label(&mask, Connectivity::Four)?.labels(), [0, 1, 1, 2, 0, 0]);
/// assert_eq!(label(&mask, Connectivity::Eight)?.labels(), [0, 1, 1, 1, 0, 0]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the mask has another shape, or a pixel is NaN.
pub fn label(mask: &Tensor, connectivity: Connectivity) -> Result<LabelMap> {
    let mask = Plane::read("label", "mask", mask)?;
    let labels = components(mask.size(), &mask.inside(), connectivity);
    LabelMap::new(mask.height, mask.width, labels)
}

/// The number of each pixel's connected piece, from 1, and 0 for pixels that are not inside.
pub(super) fn components(
    size: (usize, usize),
    inside: &[bool],
    connectivity: Connectivity,
) -> Vec<u32> {
    let frame = Frame::around(size);
    let neighbours = frame.neighbours(connectivity);
    let inside = frame.put(inside, false);
    let mut labels = vec![0; inside.len()];
    let mut count = 0;
    // Pixels that have their number, and whose neighbours do not have it yet.
    let mut waiting = Vec::new();
    for first in frame.places() {
        if !inside[first] || labels[first] != 0 {
            continue;
        }
        count += 1;
        labels[first] = count;
        waiting.push(first);
        while let Some(pixel) = waiting.pop() {
            for &offset in &neighbours {
                let neighbour = pixel.wrapping_add_signed(offset);
                if inside[neighbour] && labels[neighbour] == 0 {
                    labels[neighbour] = count;
                    waiting.push(neighbour);
                }
            }
        }
    }
    frame.take(&labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn turning_an_image_over_its_diagonal_keeps_the_number_of_objects(
            height in 0usize..9, width in 0usize..9, pixels in prop::collection::vec(0u8..2, 64),
        ) {
            let mask = Tensor::from_vec(pixels[..height * width].to_vec(), (height, width), &Device::Cpu).unwrap();
            for connectivity in [Connectivity::Four, Connectivity::Eight] {
                let labels = label(&mask, connectivity).unwrap();
                let turned = label(&mask.t().unwrap(), connectivity).unwrap();
                prop_assert_eq!(labels.count(), turned.count());
                // None is lost, and none appears.
                let inside: Vec<bool> = labels.labels().iter().map(|&label| label != 0).collect();
                let wanted: Vec<bool> = pixels[..height * width].iter().map(|&pixel| pixel != 0).collect();
                prop_assert_eq!(inside, wanted);
            }
        }
    }

    #[test]
    fn a_batch_and_nan_are_refused_in_words() {
        let batch = Tensor::zeros((2, 3, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        let nan = Tensor::new(&[[f32::NAN, 1.0]], &Device::Cpu).unwrap();
        for (mask, words) in [
            (batch, "but it is [2, 3, 3]"),
            (nan, "1 of 2 pixels of the mask are NaN"),
        ] {
            let error = label(&mask, Connectivity::Four).unwrap_err().to_string();
            assert!(
                error.starts_with("label: ") && error.contains(words),
                "{error}"
            );
        }
    }
}
