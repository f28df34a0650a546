//! An image that goes on beyond its edges as in a mirror.

use crate::{Error, Result, Tensor};
use candle_core::D;

/// Continues `input` (..., H, W) beyond its edges by its mirror image: (..., before + H + after, before + W + after), where `rows` and
/// `columns` are (before, after), as PyTorch's padding mode "reflect": the pixel at the edge is not repeated. Where PyTorch refuses
/// more padding than the image has pixels, the mirror image is mirrored again.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, ops};
/// let row = Tensor::new(&[[1f32, 2., 3.]], &Device::Cpu)?;
/// let padded = ops::reflect_pad2d(&row, (0, 0), (2, 3))?;
/// assert_eq!(padded.to_vec2::<f32>()?, [[3., 2., 1., 2., 3., 2., 1., 2.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the input has no two dimensions, or no pixels to mirror.
pub fn reflect_pad2d(
    input: &Tensor,
    rows: (usize, usize),
    columns: (usize, usize),
) -> Result<Tensor> {
    let (Ok(height @ 1..), Ok(width @ 1..)) = (input.dim(D::Minus2), input.dim(D::Minus1)) else {
        return Err(Error::Invalid(format!(
            "reflect_pad2d: the input must be (..., H, W) and have pixels, this one is {:?}",
            input.shape()
        )));
    };
    let along = |tensor: &Tensor, dimension: D, size: usize, (before, after): (usize, usize)| {
        if before + after == 0 {
            return Ok(tensor.clone());
        }
        let sources: Vec<u32> = (0..before + size + after)
            .map(|at| mirrored(at, before, size) as u32)
            .collect();
        let sources = Tensor::from_vec(sources, before + size + after, tensor.device())?;
        tensor.contiguous()?.index_select(&sources, dimension)
    };
    along(
        &along(input, D::Minus2, height, rows)?,
        D::Minus1,
        width,
        columns,
    )
}

/// Position `at - before` in a row of `size` pixels and its mirror images, as PyTorch's padding mode "reflect": the pixel at
/// the edge is not repeated.
pub(crate) fn mirrored(at: usize, before: usize, size: usize) -> usize {
    let last = size as isize - 1;
    if last == 0 {
        return 0;
    }
    let place = (at as isize - before as isize).rem_euclid(2 * last);
    place.min(2 * last - place) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn edges_are_mirrored_as_often_as_needed_and_in_both_directions() {
        let image = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu).unwrap();
        let padded = reflect_pad2d(&image, (1, 2), (0, 3)).unwrap();
        assert_eq!(
            padded.to_vec2::<f32>().unwrap(),
            [
                [3., 4., 3., 4., 3.],
                [1., 2., 1., 2., 1.],
                [3., 4., 3., 4., 3.],
                [1., 2., 1., 2., 1.],
                [3., 4., 3., 4., 3.],
            ]
        );
        let pixel = Tensor::ones((2, 1, 1), DType::F32, &Device::Cpu).unwrap();
        assert_eq!(
            reflect_pad2d(&pixel, (2, 0), (1, 1)).unwrap().dims(),
            [2, 3, 3]
        );
        let nothing = Tensor::ones((2, 0, 1), DType::F32, &Device::Cpu).unwrap();
        let message = reflect_pad2d(&nothing, (1, 1), (1, 1))
            .unwrap_err()
            .to_string();
        assert!(message.contains("have pixels"), "{message}");
    }
}
