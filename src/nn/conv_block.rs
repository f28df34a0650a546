//! The blocks of which the small segmentation networks are made.

use super::{BatchNorm2d, Conv2d, ConvTranspose2d, Relu, Sequential};
use crate::sequential;

/// A 3x3 convolution, batch normalisation and ReLU.
pub(super) fn conv_block(inputs: usize, outputs: usize, padding: usize) -> Sequential {
    last_block(inputs, outputs, padding).push(Relu)
}

/// A block whose outputs are logits, so it has no ReLU: that would make all scores below zero the same.
pub(super) fn last_block(inputs: usize, outputs: usize, padding: usize) -> Sequential {
    sequential![
        Conv2d::new(inputs, outputs, 3).padding(padding),
        BatchNorm2d::new(outputs),
    ]
}

/// Twice as high and wide: a 2x2 transposed convolution of stride 2, batch normalisation and ReLU.
pub(super) fn up_block(inputs: usize, outputs: usize) -> Sequential {
    sequential![
        ConvTranspose2d::new(inputs, outputs, 2).stride(2),
        BatchNorm2d::new(outputs),
        Relu,
    ]
}
