//! The outline of a mask, and of objects.

use crate::morph::LabelMap;
use crate::{Result, Tensor};

/// For each pixel of `mask` (1, H, W), row by row, whether it is on the outline: inside, where the mask is above 0.5, and
/// beside a pixel that is not, or at the edge of the image.
pub(super) fn outline(mask: &Tensor) -> Result<Vec<bool>> {
    let (_, height, width) = mask.dims3()?;
    let inside: Vec<u8> = mask.gt(0.5)?.flatten_all()?.to_vec1()?;
    Ok(outline_of(&inside, height, width))
}

/// For each pixel, whether it is on the outline of its object: beside a pixel of another object or of the background, or at the edge
/// of the image.
pub(crate) fn label_outline(labels: &LabelMap) -> Vec<bool> {
    outline_of(labels.labels(), labels.height(), labels.width())
}

/// Where a number other than 0 has another one beside it.
fn outline_of<T: Copy + PartialEq + Default>(
    numbers: &[T],
    height: usize,
    width: usize,
) -> Vec<bool> {
    let is_on_outline = |at: usize| {
        let (y, x) = (at / width, at % width);
        let is_at_edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        let is_other = |beside: usize| numbers[beside] != numbers[at];
        numbers[at] != T::default()
            && (is_at_edge
                || is_other(at - 1)
                || is_other(at + 1)
                || is_other(at - width)
                || is_other(at + width))
    };
    (0..numbers.len()).map(is_on_outline).collect()
}
