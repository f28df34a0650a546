//! Where the water of two springs meets.

use super::frame::Frame;
use super::plane::{Plane, refuse_other_size};
use super::{Connectivity, LabelMap};
use crate::{Result, Tensor};

/// Floods a landscape from markers until all of the mask that they reach is under water; each pixel gets the number of the
/// marker whose water came first.
///
/// `elevation` (H, W) or (1, H, W) is how high each pixel lies, in f32; for touching objects, take the negative
/// [`distance_transform`](super::distance_transform). Markers outside the mask do not count. Water goes to the four neighbours;
/// [`watershed_with`] also lets it go to all eight.
///
/// It is `skimage.segmentation.watershed`, with the same order among equal heights (Soille & Ansoult, "Automated basin
/// delineation from digital elevation models using mathematical morphology", Signal Processing 1990): the pixel that water
/// reached first goes first. A pixel below its neighbour's water level fills up to that level. Markers lie below everything and
/// come in the order of their pixels, row by row. scikit-image 0.26 begins each marker at its own elevation instead: between markers
/// at different heights, a pixel that both reach may get the other number.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::{LabelMap, watershed}};
/// let elevation = Tensor::new(&[[0f32, 1., 2., 9., 1., 0., 0.]], &Device::Cpu)?;
/// let markers = LabelMap::new(1, 7, vec![1, 0, 0, 0, 0, 2, 0])?;
/// let mask = Tensor::new(&[[1u8, 1, 1, 1, 1, 1, 0]], &Device::Cpu)?;
/// let basins = watershed(&elevation, &markers, &mask)?;
/// assert_eq!(basins.labels(), [1, 1, 1, 2, 2, 2, 0]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When shapes differ or are others, or a pixel is NaN.
pub fn watershed(elevation: &Tensor, markers: &LabelMap, mask: &Tensor) -> Result<LabelMap> {
    watershed_with(elevation, markers, mask, Connectivity::Four)
}

/// [`watershed`] in which water goes to the neighbours that you choose.
///
/// # Errors
/// As for [`watershed`].
pub fn watershed_with(
    elevation: &Tensor,
    markers: &LabelMap,
    mask: &Tensor,
    connectivity: Connectivity,
) -> Result<LabelMap> {
    let elevation = Plane::read("watershed", "elevation", elevation)?;
    let mask = Plane::read("watershed", "mask", mask)?;
    let size = elevation.size();
    refuse_other_size("watershed", ("mask", mask.size()), ("elevation", size))?;
    let markers_size = (markers.height(), markers.width());
    refuse_other_size(
        "watershed",
        ("label map of markers", markers_size),
        ("elevation", size),
    )?;
    let labels = flood(
        size,
        &elevation.pixels,
        markers.labels(),
        &mask.inside(),
        connectivity,
    );
    LabelMap::new(size.0, size.1, labels)
}

/// [`watershed_with`] of pixels.
pub(super) fn flood(
    size: (usize, usize),
    elevation: &[f32],
    markers: &[u32],
    inside: &[bool],
    connectivity: Connectivity,
) -> Vec<u32> {
    let frame = Frame::around(size);
    let neighbours = frame.neighbours(connectivity);
    let elevation = frame.put(elevation, 0.0);
    let inside = frame.put(inside, false);
    let mut labels = frame.put(markers, 0);
    for (label, inside) in labels.iter_mut().zip(&inside) {
        *label *= u32::from(*inside);
    }
    let mut water = Water::over(&elevation, &inside);
    let spread = |pixel: usize, labels: &mut [u32], water: &mut Water| {
        for &offset in &neighbours {
            let neighbour = pixel.wrapping_add_signed(offset);
            if inside[neighbour] && labels[neighbour] == 0 {
                labels[neighbour] = labels[pixel];
                water.reach(neighbour);
            }
        }
    };
    let markers: Vec<usize> = frame.places().filter(|&place| labels[place] != 0).collect();
    for marker in markers {
        spread(marker, &mut labels, &mut water);
    }
    while let Some(pixel) = water.next() {
        spread(pixel, &mut labels, &mut water);
    }
    frame.take(&labels)
}

/// A whole number that is larger exactly if the f32 is.
fn ordered(elevation: f32) -> u32 {
    // -0 becomes 0, which is as high.
    let bits = (elevation + 0.0).to_bits();
    // Numbers below 0 are stored by their size, with the first bit set.
    if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    }
}

/// The pixels that the water has reached, and from which it has not spread yet: a queue for each level.
///
/// The water only rises, so that the queues are emptied one after the other, and no pixel has to be compared with others.
struct Water {
    /// The level of each pixel: how many different heights are below it.
    level_of: Vec<u32>,
    /// The queue of each level: the first and the last of its pixels.
    queues: Vec<Option<(u32, u32)>>,
    /// The pixel after each in its queue.
    after: Vec<u32>,
    /// How high the water is.
    level: usize,
}

impl Water {
    /// Below the lowest pixel.
    fn over(elevation: &[f32], inside: &[bool]) -> Self {
        // Height and place in one number, the height in front, because that sorts fast.
        let pixels = (0u32..).zip(elevation).zip(inside);
        let pixels = pixels.filter(|(_, inside)| **inside);
        let mut sorted: Vec<u64> = pixels
            .map(|((place, &elevation), _)| u64::from(ordered(elevation)) << 32 | u64::from(place))
            .collect();
        sorted.sort_unstable();
        let mut level_of = vec![0; elevation.len()];
        let mut levels = 0;
        for equal in sorted.chunk_by(|one, other| one >> 32 == other >> 32) {
            for &pixel in equal {
                level_of[pixel as u32 as usize] = levels;
            }
            levels += 1;
        }
        Water {
            level_of,
            queues: vec![None; levels as usize],
            after: vec![0; elevation.len()],
            level: 0,
        }
    }

    /// What lies below the water fills up to its level.
    fn reach(&mut self, pixel: usize) {
        let level = self.level.max(self.level_of[pixel] as usize);
        let pixel = pixel as u32;
        self.queues[level] = match self.queues[level] {
            Some((first, last)) => {
                self.after[last as usize] = pixel;
                Some((first, pixel))
            }
            None => Some((pixel, pixel)),
        };
    }

    /// The lowest pixel; of equal ones, the one that was reached first.
    fn next(&mut self) -> Option<usize> {
        while self.queues.get(self.level)?.is_none() {
            self.level += 1;
        }
        let (first, last) = self.queues[self.level]?;
        let rest = (first != last).then(|| (self.after[first as usize], last));
        self.queues[self.level] = rest;
        Some(first as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morph::label::components;
    use candle_core::Device;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn water_covers_exactly_what_the_markers_reach(
            height in 0usize..9, width in 0usize..9, eight in any::<bool>(),
            pixels in prop::collection::vec((0u8..3, 0u32..12, 0i8..4), 64),
        ) {
            let pixels = &pixels[..height * width];
            let inside: Vec<bool> = pixels.iter().map(|pixel| pixel.0 > 0).collect();
            let markers: Vec<u32> = pixels.iter().map(|pixel| pixel.1.saturating_sub(8)).collect();
            let elevation: Vec<f32> = pixels.iter().map(|pixel| f32::from(pixel.2) - 2.0).collect();
            let connectivity = if eight { Connectivity::Eight } else { Connectivity::Four };
            let found = flood((height, width), &elevation, &markers, &inside, connectivity);
            let pieces = components((height, width), &inside, connectivity);
            for pixel in 0..pixels.len() {
                // The markers in the same piece.
                let mut springs = (0..pixels.len()).filter(|&other| pieces[other] == pieces[pixel] && markers[other] != 0);
                if !inside[pixel] {
                    prop_assert_eq!(found[pixel], 0);
                } else if markers[pixel] != 0 {
                    prop_assert_eq!(found[pixel], markers[pixel]);
                } else if found[pixel] == 0 {
                    prop_assert!(springs.next().is_none());
                } else {
                    prop_assert!(springs.any(|spring| markers[spring] == found[pixel]));
                }
            }
        }
    }

    #[test]
    fn heights_keep_their_order_as_whole_numbers() {
        let heights = [
            f32::NEG_INFINITY,
            -2.5,
            -1e-40,
            0.0,
            1e-40,
            3.0,
            f32::INFINITY,
        ];
        assert!(
            heights
                .windows(2)
                .all(|pair| ordered(pair[0]) < ordered(pair[1]))
        );
        assert_eq!(ordered(-0.0), ordered(0.0));
    }

    #[test]
    fn other_sizes_are_refused() {
        let image = Tensor::new(&[[1f32, 2.0]], &Device::Cpu).unwrap();
        let markers = LabelMap::new(2, 1, vec![1, 0]).unwrap();
        let error = watershed(&image, &markers, &image).unwrap_err().to_string();
        assert!(
            error.contains("the label map of markers has 2 x 1 pixels"),
            "{error}"
        );
    }
}
