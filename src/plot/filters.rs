//! The filters that a convolution has learned.

use super::Figure;
use super::signed_grid::draw_signed;
use crate::{Error, Result, Tensor};

/// Draws the weight (O, I, KH, KW) of a convolution, a numbered tile for each of its O filters, in rows of `columns`. Zero is white,
/// weights above it blue, below it orange, on one scale for all.
///
/// A filter of several input channels is shown by their sum: that is what it does to an input whose channels are all alike, such as
/// a grey image.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let weight = model.parameters().get("layers.0.weight")?;
/// plot::filters(&weight, 8)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the tensor has another shape, or there are more than 400 filters.
pub fn filters(weight: &Tensor, columns: usize) -> Result<Figure> {
    let &[count, _, _, _] = weight.dims() else {
        return Err(Error::Invalid(format!(
            "filters: the weight of a convolution is (O, I, KH, KW), this tensor is {:?}",
            weight.shape()
        )));
    };
    let titles = (0..count).map(|number| number.to_string()).collect();
    draw_signed(&weight.detach().sum(1)?, titles, columns, "filters")
}
