//! Activations as layers: `nn::Relu`, `nn::Elu(1.0)` and so on are the functions of [`ops`](crate::ops).

use super::layer_kind::LayerKind;
use super::layers::{Layers, Visitor};
use super::module::Module;
use super::trace::traced;
use crate::ops::{Activation, Epilogue};
use crate::{Result, Tensor};

pub use Activation::{Elu, Identity, LeakyRelu, Relu, Sigmoid, Softplus, Tanh};

impl Layers for Activation {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn describe(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

impl Module for Activation {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        traced(self, LayerKind::Elementwise, input, || {
            Activation::forward(*self, input)
        })
    }

    fn as_epilogue(&self) -> Option<Epilogue> {
        Some(Epilogue::from(*self))
    }
}
