//! What a layer makes of one image.

use super::Figure;
use super::signed_grid::draw_signed;
use crate::{Error, Result, Tensor};

/// Draws the feature maps of one image, (C, H, W) or (1, C, H, W), a numbered tile for each channel, in rows of `columns`. Zero is
/// white, values above it blue, below it orange, on one scale for all.
///
/// ```
/// use eosin::prelude::*;
/// let layer = nn::Conv2d::new(1, 8, 5).init(42, &Device::Cpu)?;
/// let (images, _) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// plot::feature_maps(&layer.forward(&images)?, 4)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the tensor has another shape, as that of a larger batch, or more than 400 channels.
pub fn feature_maps(maps: &Tensor, columns: usize) -> Result<Figure> {
    let (count, height, width) = match *maps.dims() {
        [channels, height, width] | [1, channels, height, width] => (channels, height, width),
        _ => {
            return Err(Error::Invalid(format!(
                "feature_maps: the maps of one image are (C, H, W) or (1, C, H, W), this tensor is {:?}; take one image of a \
                 batch with `maps.get(0)?`",
                maps.shape()
            )));
        }
    };
    let maps = maps.detach().reshape((count, height, width))?;
    let titles = (0..count).map(|number| number.to_string()).collect();
    draw_signed(&maps, titles, columns, "feature maps")
}
