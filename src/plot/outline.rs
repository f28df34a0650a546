//! The outline of a mask.

use crate::{Result, Tensor};

/// For each pixel of `mask` (1, H, W), row by row, whether it is on the outline: inside, where the mask is above 0.5, and
/// beside a pixel that is not, or at the edge of the image.
pub(super) fn outline(mask: &Tensor) -> Result<Vec<bool>> {
    let (_, height, width) = mask.dims3()?;
    let inside: Vec<u8> = mask.gt(0.5)?.flatten_all()?.to_vec1()?;
    let is_inside = |y: usize, x: usize| inside[y * width + x] == 1;
    let is_on_outline = |at: usize| {
        let (y, x) = (at / width, at % width);
        let is_at_edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        is_inside(y, x)
            && (is_at_edge
                || !(is_inside(y, x - 1)
                    && is_inside(y, x + 1)
                    && is_inside(y - 1, x)
                    && is_inside(y + 1, x)))
    };
    Ok((0..inside.len()).map(is_on_outline).collect())
}
