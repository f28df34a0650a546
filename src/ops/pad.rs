//! Padding an image.

use super::conv_options::Pair;
use crate::{Result, Tensor};
use candle_core::D;

/// Repeats the values at the edges of `input` (N, C, H, W), `padding` times: (N, C, H + 2 * rows, W + 2 * columns), as
/// PyTorch's `ReplicationPad2d`.
///
/// # Errors
/// When the input has no pixels to repeat.
pub fn replicate_pad2d(input: &Tensor, padding: impl Into<Pair>) -> Result<Tensor> {
    let Pair(rows, columns) = padding.into();
    let padded = input.pad_with_same(D::Minus2, rows, rows)?;
    padded.pad_with_same(D::Minus1, columns, columns)
}
