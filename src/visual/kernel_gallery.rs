//! One image through all kernels.

use super::{kernel, kernel_names};
use crate::ops::{ConvOptions, PaddingMode, conv2d};
use crate::plot::{Figure, Legend, SignedScale, Tile, draw_tiles, numbers};
use crate::{Error, Result, Tensor};
use candle_core::DType;

const COLUMNS: usize = 4;

/// Draws an image (1, H, W) with values in `0..=1`, and what each of the [`kernel_names`] makes of it, at the same size: the edges are
/// repeated. Kernels that add up to one give images, whose values below 0 and above 1 are clipped. Those that add up to zero give
/// numbers of both signs: blue above zero, orange below, white at zero, on one scale for all.
///
/// ```
/// use eosin::prelude::*;
/// let (image, _) = Mnist::synthetic(10, 10, 42).train.get(3)?;
/// visual::kernel_gallery(&image)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the tensor is not such an image.
pub fn kernel_gallery(image: &Tensor) -> Result<Figure> {
    if image.rank() != 3 || image.dim(0)? != 1 || image.elem_count() == 0 {
        return Err(Error::Invalid(format!(
            "kernel_gallery: the image must be (1, H, W), this tensor is {:?}",
            image.shape()
        )));
    }
    let options = ConvOptions::new()
        .padding(1)
        .padding_mode(PaddingMode::Replicate);
    let batch = image.detach().to_dtype(DType::F32)?.unsqueeze(0)?;
    let mut results = Vec::new();
    for name in kernel_names() {
        let weight = kernel(name)?.reshape((1, 1, 3, 3))?;
        let is_signed = weight.sum_all()?.to_scalar::<f32>()?.abs() < 0.5;
        let result = conv2d(&batch, &weight.to_device(batch.device())?, None, &options)?;
        results.push((name, result.get(0)?, is_signed));
    }
    let mut signed = Vec::new();
    for (_, result, _) in results.iter().filter(|(.., is_signed)| *is_signed) {
        signed.extend(numbers(result)?);
    }
    let scale = SignedScale::of(signed);
    let mut tiles = vec![Tile::new("kernel_gallery", image, "the image".to_owned())?];
    for (name, result, is_signed) in results {
        tiles.push(match is_signed {
            true => Tile::signed(&result.get(0)?, scale, name.to_owned())?,
            false => Tile::new("kernel_gallery", &result, name.to_owned())?,
        });
    }
    let description = format!(
        "an image, and what these kernels make of it: {}",
        kernel_names().join(", ")
    );
    draw_tiles(&tiles, COLUMNS, Legend::Signed(scale), description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn an_image_goes_through_all_kernels_and_other_shapes_are_refused() -> Result<()> {
        let image = Tensor::rand(0f32, 1., (1, 9, 12), &Device::Cpu)?;
        let figure = kernel_gallery(&image)?;
        assert!(
            format!("{figure:?}").contains("intensified sharpen"),
            "{figure:?}"
        );
        let message = kernel_gallery(&image.get(0)?).unwrap_err().to_string();
        assert!(message.contains("(1, H, W)"), "{message}");
        Ok(())
    }
}
