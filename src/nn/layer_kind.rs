//! What a layer does to the size of an image, and to what one of its values sees.

use crate::ops::Pair;

/// The kind of a layer, with what decides sizes and receptive fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerKind {
    Convolution(Window),
    TransposedConvolution(Window),
    Pooling(Window),
    /// Pooling to a fixed size, with windows that follow from it.
    AdaptivePooling,
    /// Fully connected.
    Linear,
    Normalization,
    /// Activation, dropout or flattening: each value of the output comes from one value of the input.
    Elementwise,
    /// Where several outputs meet at the end of a model that is part of another: a sum, as in a residual block, or a concatenation.
    Join,
}

/// How a layer moves over an image; pairs are (rows, columns).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub kernel: Pair,
    pub stride: Pair,
    pub dilation: Pair,
}
