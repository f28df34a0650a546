//! Where objects end.

use super::frame::Frame;
use super::{Connectivity, LabelMap};
use crate::{Result, Tensor};
use candle_core::Device;

/// Which pixels beside an edge are its boundary; the modes of `skimage.segmentation.find_boundaries`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// The outermost pixels of each object.
    Inner,
    /// The background pixels around each object; where two objects touch, their pixels on both sides.
    Outer,
    /// The pixels on both sides.
    Thick,
}

/// The boundaries of all objects as a mask (1, H, W), f32, as `skimage.segmentation.find_boundaries` draws them.
///
/// A pixel is on a boundary if one of its four neighbours has another number. The edge of the image is no boundary.
///
/// ```
/// use eosin::morph::{Boundary, LabelMap, boundaries};
/// let labels = LabelMap::new(1, 7, vec![0, 0, 1, 1, 1, 0, 0])?;
/// let inner = boundaries(&labels, Boundary::Inner)?;
/// assert_eq!(inner.to_vec3::<f32>()?, [[[0., 0., 1., 0., 1., 0., 0.]]]);
/// let outer = boundaries(&labels, Boundary::Outer)?;
/// assert_eq!(outer.to_vec3::<f32>()?, [[[0., 1., 0., 0., 0., 1., 0.]]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn boundaries(labels: &LabelMap, which: Boundary) -> Result<Tensor> {
    let (height, width) = (labels.height(), labels.width());
    let frame = Frame::around((height, width));
    let numbers: Vec<Option<u32>> = labels.labels().iter().copied().map(Some).collect();
    let numbers = frame.put(&numbers, None);
    let four = frame.neighbours(Connectivity::Four);
    let eight = frame.neighbours(Connectivity::Eight);
    let has_neighbour = |pixel: usize, offsets: &[isize], is_it: &dyn Fn(u32) -> bool| {
        let neighbours = offsets
            .iter()
            .map(|&offset| numbers[pixel.wrapping_add_signed(offset)]);
        neighbours.flatten().any(is_it)
    };
    let is_boundary = |pixel: usize| {
        let own = numbers[pixel].unwrap_or(0);
        let touches_object = || has_neighbour(pixel, &eight, &|other| other != 0 && other != own);
        has_neighbour(pixel, &four, &|other| other != own)
            && match which {
                Boundary::Inner => own != 0,
                Boundary::Outer => own == 0 || touches_object(),
                Boundary::Thick => true,
            }
    };
    let mask = frame
        .places()
        .map(|pixel| f32::from(u8::from(is_boundary(pixel))));
    Tensor::from_vec(mask.collect(), (1, height, width), &Device::Cpu)
}
