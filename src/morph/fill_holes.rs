//! Objects without holes.

use super::frame::Frame;
use super::label::components;
use super::plane::{Plane, mask_like};
use super::{Connectivity, LabelMap};
use crate::{Result, Tensor};

/// Fills the holes of a mask (H, W) or (1, H, W): background from which you cannot reach the edge of the image over the four
/// neighbours. The shape stays.
///
/// It is `scipy.ndimage.binary_fill_holes`.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::fill_holes};
/// let ring = Tensor::new(&[[1f32, 1., 1.], [1., 0., 1.], [1., 1., 1.]], &Device::Cpu)?;
/// assert_eq!(fill_holes(&ring)?.to_vec2::<f32>()?, [[1.0; 3]; 3]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the mask has another shape, or a pixel is NaN.
pub fn fill_holes(mask: &Tensor) -> Result<Tensor> {
    let plane = Plane::read("fill_holes", "mask", mask)?;
    let objects: Vec<u32> = plane
        .inside()
        .iter()
        .map(|&inside| u32::from(inside))
        .collect();
    mask_like(
        mask,
        filled(plane.size(), &objects)
            .iter()
            .map(|&object| object != 0),
    )
}

/// Fills the holes of each object: background that is enclosed by this object alone.
///
/// Background between two objects, or between an object and another in its hole, stays.
///
/// ```
/// use eosin::morph::{LabelMap, fill_object_holes};
/// let labels = LabelMap::new(3, 6, vec![2, 2, 2, 5, 5, 5, 2, 0, 2, 0, 0, 5, 2, 2, 2, 5, 5, 5])?;
/// let filled = fill_object_holes(&labels)?;
/// // The hole in the 2 is filled; the place between the 2 and the 5 belongs to neither.
/// assert_eq!(filled.labels(), [2, 2, 2, 5, 5, 5, 2, 2, 2, 0, 0, 5, 2, 2, 2, 5, 5, 5]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn fill_object_holes(labels: &LabelMap) -> Result<LabelMap> {
    let (height, width) = (labels.height(), labels.width());
    LabelMap::new(height, width, filled((height, width), labels.labels()))
}

/// What surrounds a piece of background.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Nothing,
    Object(u32),
    SeveralOrTheEdge,
}

fn filled(size: (usize, usize), objects: &[u32]) -> Vec<u32> {
    let frame = Frame::around(size);
    let is_background: Vec<bool> = objects.iter().map(|&object| object == 0).collect();
    let pieces = components(size, &is_background, Connectivity::Four);
    let count = pieces.iter().max().copied().unwrap_or(0) as usize;
    let pieces = frame.put(&pieces, 0);
    // The frame is neither object nor background.
    let mut objects: Vec<Option<u32>> =
        frame.put(&objects.iter().copied().map(Some).collect::<Vec<_>>(), None);
    let mut around = vec![Around::Nothing; count + 1];
    let neighbours = frame.neighbours(Connectivity::Four);
    for pixel in frame.places().filter(|&pixel| pieces[pixel] != 0) {
        let around = &mut around[pieces[pixel] as usize];
        for &offset in &neighbours {
            *around = match (objects[pixel.wrapping_add_signed(offset)], *around) {
                (Some(0), before) => before,
                (Some(object), Around::Nothing) => Around::Object(object),
                (Some(object), Around::Object(before)) if object == before => {
                    Around::Object(object)
                }
                _ => Around::SeveralOrTheEdge,
            };
        }
    }
    for pixel in frame.places() {
        if let Around::Object(object) = around[pieces[pixel] as usize] {
            objects[pixel] = Some(object);
        }
    }
    frame
        .take(&objects)
        .into_iter()
        .map(|object| object.unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_in_the_hole_of_another_stays_and_so_does_the_space_between() {
        #[rustfmt::skip]
        let rings = vec![
            1, 1, 1, 1, 1, 1, 1,
            1, 0, 0, 0, 0, 0, 1,
            1, 0, 2, 2, 2, 0, 1,
            1, 0, 2, 0, 2, 0, 1,
            1, 0, 2, 2, 2, 0, 1,
            1, 0, 0, 0, 0, 0, 1,
            1, 1, 1, 1, 1, 1, 1,
        ];
        let mut wanted = rings.clone();
        wanted[3 * 7 + 3] = 2;
        let filled = fill_object_holes(&LabelMap::new(7, 7, rings).unwrap()).unwrap();
        assert_eq!(filled.labels(), wanted);
    }
}
