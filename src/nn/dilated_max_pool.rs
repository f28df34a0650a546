//! Max pooling that gives a maximum at every place.

use super::layer_kind::{LayerKind, Window};
use super::layers::{Layers, Visitor};
use super::module::Module;
use super::trace::traced;
use crate::ops::Pair;
use crate::{Error, Result, Tensor};

/// The largest of four values, `dilation` rows and columns apart, at every place: (N, C, H, W) to (N, C, H - dilation, W - dilation).
/// With a dilation of 1 these are the maxima of a 2x2 max pooling and all those that its stride of 2 skips.
#[derive(Debug, Clone, Copy)]
pub(super) struct DilatedMaxPool2d {
    pub dilation: usize,
}

impl Layers for DilatedMaxPool2d {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn describe(&self) -> Option<String> {
        Some(format!(
            "MaxPool2d(2, stride 1, dilation {})",
            self.dilation
        ))
    }
}

impl Module for DilatedMaxPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let window = Window {
            kernel: Pair(2, 2),
            stride: Pair(1, 1),
            dilation: self.dilation.into(),
        };
        traced(self, LayerKind::Pooling(window), input, || {
            let larger = |input: &Tensor, along: usize| {
                let length = input
                    .dim(along)?
                    .checked_sub(self.dilation)
                    .filter(|&length| length > 0)
                    .ok_or_else(|| {
                        Error::Invalid(format!(
                            "max pooling: input {:?} is too small for a dilation of {}",
                            input.shape(),
                            self.dilation
                        ))
                    })?;
                input.narrow(along, 0, length)?.maximum(&input.narrow(
                    along,
                    self.dilation,
                    length,
                )?)
            };
            larger(&larger(input, 2)?, 3)
        })
    }
}
