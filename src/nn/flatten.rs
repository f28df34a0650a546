//! From feature maps to features.

use super::layer_kind::LayerKind;
use super::layers::Layers;
use super::module::Module;
use super::trace::traced;
use crate::{Result, Tensor, ops};

/// (N, ...) to (N, F): see [`ops::flatten`].
#[derive(Debug, Clone, Copy, Layers)]
pub struct Flatten;

impl Module for Flatten {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        traced(self, LayerKind::Elementwise, input, || ops::flatten(input))
    }
}
