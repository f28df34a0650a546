//! Touching objects, told apart.

use super::distance_transform::distances;
use super::label::components;
use super::local_maxima::{refuse_no_distance, summits};
use super::plane::Plane;
use super::region_properties::region_properties;
use super::watershed::flood;
use super::{Connectivity, LabelMap, Region};
use crate::{Result, Tensor};

/// Tells apart roundish objects that touch or overlap in a mask (H, W) or (1, H, W).
///
/// The deepest places of the [`distance_transform`](super::distance_transform) are the markers, as in
/// [`local_maxima`](super::local_maxima), and a [`watershed`](super::watershed) of the negative distances does the rest. Each
/// connected piece (of four neighbours) is looked at on its own, so that a small object does not disappear beside a large one:
/// every piece has a marker, and every pixel of the mask has a number. With a larger `min_distance`, in pixels, fewer objects
/// are cut in two, but more stay together.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::separate};
/// let disc = |row: f32, column: f32, radius: f32| (row - 10.0).hypot(column - radius) < 9.0;
/// let pixel = |row, column| u8::from(disc(row, column, 9.0) || disc(row, column, 22.0));
/// let pixels = (0..21).flat_map(|row| (0..32).map(move |column| pixel(row as f32, column as f32)));
/// let two_discs = Tensor::from_vec(pixels.collect(), (21, 32), &Device::Cpu)?;
/// assert_eq!(separate(&two_discs, 5)?.count(), 2);
/// assert_eq!(separate(&two_discs, 20)?.count(), 1);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the mask has another shape, a pixel is NaN, or the distance is 0.
pub fn separate(mask: &Tensor, min_distance: usize) -> Result<LabelMap> {
    refuse_no_distance("separate", min_distance)?;
    let mask = Plane::read("separate", "mask", mask)?;
    let (size, inside) = (mask.size(), mask.inside());
    let depths = distances(size, &inside);
    let pieces = components(size, &inside, Connectivity::Four);
    let pieces = LabelMap::new(mask.height, mask.width, pieces)?;
    let markers = markers(&depths, &pieces, min_distance);
    let elevation: Vec<f32> = depths.iter().map(|depth| -depth).collect();
    let labels = flood(size, &elevation, &markers, &inside, Connectivity::Four);
    LabelMap::new(mask.height, mask.width, labels)
}

/// The deepest places of each piece, as if it were alone.
fn markers(depths: &[f32], pieces: &LabelMap, min_distance: usize) -> Vec<u32> {
    let mut markers = vec![0; depths.len()];
    let mut count = 0;
    for Region {
        id,
        bounding_box: (top, left, bottom, right),
        ..
    } in region_properties(pieces)
    {
        let rows = (top..bottom)
            .flat_map(|row| (left..right).map(move |column| row * pieces.width() + column));
        let places: Vec<usize> = rows.collect();
        let depth = |&place: &usize| {
            if pieces.labels()[place] == id {
                depths[place]
            } else {
                0.0
            }
        };
        let crop: Vec<f32> = places.iter().map(depth).collect();
        let summits = summits((bottom - top, right - left), &crop, 0.0, min_distance);
        for (&place, &summit) in places
            .iter()
            .zip(&summits)
            .filter(|(_, summit)| **summit != 0)
        {
            markers[place] = count + summit;
        }
        count += summits.iter().max().copied().unwrap_or(0);
    }
    markers
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_pixel_of_the_mask_has_a_number_and_no_other(
            height in 0usize..12, width in 0usize..12, min_distance in 1usize..6, pixels in prop::collection::vec(0u8..5, 144),
        ) {
            let pixels = pixels[..height * width].to_vec();
            let mask = Tensor::from_vec(pixels.clone(), (height, width), &Device::Cpu).unwrap();
            let labels = separate(&mask, min_distance).unwrap();
            for (pixel, label) in pixels.iter().zip(labels.labels()) {
                prop_assert_eq!(*pixel != 0, *label != 0);
            }
            prop_assert_eq!(labels.relabeled(), labels);
        }
    }

    #[test]
    fn a_speck_beside_a_large_object_and_a_mask_without_background_are_objects() {
        let mask = Tensor::new(&[[1u8, 0, 1, 1, 1, 1, 1, 1]], &Device::Cpu).unwrap();
        assert_eq!(
            separate(&mask, 5).unwrap().labels(),
            [1, 0, 2, 2, 2, 2, 2, 2]
        );
        let full = Tensor::ones((2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert_eq!(separate(&full, 1).unwrap().labels(), [1; 4]);
    }
}
