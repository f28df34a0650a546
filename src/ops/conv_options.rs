//! The options of convolutions and pooling, with PyTorch's names and defaults.

use super::activation::Activation;
use super::epilogue::Epilogue;
use super::mask::Mask;

/// Rows and columns; a single number stands for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair(pub usize, pub usize);

impl From<usize> for Pair {
    fn from(both: usize) -> Self {
        Pair(both, both)
    }
}

impl From<(usize, usize)> for Pair {
    fn from((rows, columns): (usize, usize)) -> Self {
        Pair(rows, columns)
    }
}

impl From<Pair> for (usize, usize) {
    fn from(Pair(rows, columns): Pair) -> Self {
        (rows, columns)
    }
}

/// `3` when both are the same, else `(3, 5)`.
impl std::fmt::Display for Pair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 == self.1 {
            true => write!(formatter, "{}", self.0),
            false => write!(formatter, "({}, {})", self.0, self.1),
        }
    }
}

/// What surrounds an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PaddingMode {
    #[default]
    Zeros,
    /// The values at the image's edge, repeated.
    Replicate,
}

/// Options of [`conv2d`](super::conv2d()): stride 1, no padding, dilation 1, one group and no epilogue, unless you say
/// otherwise.
///
/// ```
/// use eosin::ops::ConvOptions;
/// let halved = ConvOptions::new().stride(2).padding(1);
/// let along_rows = ConvOptions::new().padding((0, 2)).dilation((1, 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConvOptions {
    pub(crate) stride: Pair,
    pub(super) padding: Pair,
    pub(super) padding_mode: PaddingMode,
    pub(crate) dilation: Pair,
    pub(crate) groups: usize,
    pub(super) epilogue: Epilogue,
}

impl Default for ConvOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl ConvOptions {
    pub fn new() -> Self {
        ConvOptions {
            stride: Pair(1, 1),
            padding: Pair(0, 0),
            padding_mode: PaddingMode::Zeros,
            dilation: Pair(1, 1),
            groups: 1,
            epilogue: Epilogue::default(),
        }
    }

    /// The distance from one output to the next, in input pixels.
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.stride = stride.into();
        self
    }

    /// Pixels added at each edge.
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.padding = padding.into();
        self
    }

    pub fn padding_mode(mut self, mode: PaddingMode) -> Self {
        self.padding_mode = mode;
        self
    }

    /// The distance from one tap of the kernel to the next, in input pixels.
    pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
        self.dilation = dilation.into();
        self
    }

    /// Groups of channels that are convolved separately.
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    pub(crate) fn epilogue(mut self, epilogue: Epilogue) -> Self {
        self.epilogue = epilogue;
        self
    }

    /// An activation of each element, computed in the same pass (faster than afterwards).
    pub fn activation(mut self, activation: Activation) -> Self {
        self.epilogue.activation = activation;
        self
    }

    /// Dropout after the activation: see [`dropout`](super::dropout()).
    pub fn dropout(mut self, probability: f64, seed: u64) -> Self {
        self.epilogue.dropout = (probability != 0.0).then(|| Mask::new(probability, seed));
        self
    }
}

/// Options of [`conv_transpose2d`](super::conv_transpose2d()): stride 1, no padding, dilation 1, one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvTransposeOptions {
    pub(crate) stride: Pair,
    pub(super) padding: Pair,
    pub(super) output_padding: Pair,
    pub(crate) dilation: Pair,
    pub(super) groups: usize,
}

impl Default for ConvTransposeOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl ConvTransposeOptions {
    pub fn new() -> Self {
        ConvTransposeOptions {
            stride: Pair(1, 1),
            padding: Pair(0, 0),
            output_padding: Pair(0, 0),
            dilation: Pair(1, 1),
            groups: 1,
        }
    }

    /// The distance from one input to the next, in output pixels.
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.stride = stride.into();
        self
    }

    /// Pixels cut off at each edge of the output.
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Rows added at the bottom and columns added at the right: with a stride, several output sizes belong to one input size.
    pub fn output_padding(mut self, padding: impl Into<Pair>) -> Self {
        self.output_padding = padding.into();
        self
    }

    /// The distance from one tap of the kernel to the next, in output pixels.
    pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
        self.dilation = dilation.into();
        self
    }

    /// Groups of channels that are convolved separately.
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }
}
