//! What the numbers of a layer are before training.

use super::parameters::Builder;
use crate::Result;
use crate::ops::Activation;
use candle_core::{Shape, Tensor};

/// How the weights of convolutions and linear layers are drawn, by the names and formulas of `torch.nn.init`; see
/// [`Builder::init`].
///
/// `fan_in` is how many numbers go into one result, `fan_out` into how many results one number goes: a weight
/// (outputs, inputs, KH, KW) has `inputs * KH * KW` and `outputs * KH * KW`. As in PyTorch, both change places for transposed
/// convolutions, whose weights are (inputs, outputs, KH, KW). The gain of an [`Activation`] makes up for what it takes away.
///
/// With all but [`Init::Default`], biases are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Init {
    /// As PyTorch's layers do by themselves: weights and biases evenly from `-b..b` with `b = 1 / sqrt(fan_in)`. In a deep network
    /// without normalisation numbers get smaller from layer to layer.
    #[default]
    Default,
    /// With the standard deviation `gain / sqrt(fan)`, so that numbers (`fan_in`) or gradients (`fan_out`) neither grow nor shrink
    /// from layer to layer (He et al. 2015, section 2.2).
    KaimingNormal(Fan, Activation),
    /// Evenly, with the standard deviation of [`Init::KaimingNormal`].
    KaimingUniform(Fan, Activation),
    /// With the standard deviation `gain * sqrt(2 / (fan_in + fan_out))`, between both (Glorot and Bengio 2010, eq. 12).
    XavierNormal(Activation),
    /// Evenly, with the standard deviation of [`Init::XavierNormal`] (eq. 16).
    XavierUniform(Activation),
}

/// What [`Init::KaimingNormal`] and [`Init::KaimingUniform`] keep in size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fan {
    /// The numbers on their way forward.
    In,
    /// The gradients on their way back.
    Out,
}

impl Init {
    pub(super) fn weight(self, shape: Shape, builder: &mut Builder) -> Result<Tensor> {
        let (fan_in, fan_out) = fans(&shape);
        let kaiming = |fan, activation| match fan {
            Fan::In => gain(activation) / fan_in.sqrt(),
            Fan::Out => gain(activation) / fan_out.sqrt(),
        };
        let xavier = |activation| gain(activation) * (2.0 / (fan_in + fan_out)).sqrt();
        // Of even numbers between -b and b, the standard deviation is b / sqrt(3).
        let root = 3f64.sqrt();
        match self {
            Init::Default => builder.uniform("weight", shape, 1.0 / fan_in.sqrt()),
            Init::KaimingNormal(fan, activation) => {
                builder.normal("weight", shape, kaiming(fan, activation))
            }
            Init::KaimingUniform(fan, activation) => {
                builder.uniform("weight", shape, root * kaiming(fan, activation))
            }
            Init::XavierNormal(activation) => builder.normal("weight", shape, xavier(activation)),
            Init::XavierUniform(activation) => {
                builder.uniform("weight", shape, root * xavier(activation))
            }
        }
    }

    pub(super) fn bias(
        self,
        outputs: usize,
        weight: &Tensor,
        builder: &mut Builder,
    ) -> Result<Tensor> {
        match self {
            Init::Default => builder.uniform("bias", outputs, 1.0 / fans(weight.shape()).0.sqrt()),
            _ => builder.constant("bias", outputs, 0.0),
        }
    }
}

/// `fan_in` and `fan_out`; at least 1, as there are biases also where nothing goes into a result.
fn fans(shape: &Shape) -> (f64, f64) {
    let [outputs, inputs @ ..] = shape.dims() else {
        return (1.0, 1.0);
    };
    let of = |sizes: &[usize]| sizes.iter().product::<usize>() as f64;
    let taps = of(inputs.get(1..).unwrap_or_default());
    (of(inputs).max(1.0), (*outputs as f64 * taps).max(1.0))
}

/// PyTorch's `calculate_gain`. It has none for ELU and softplus, which here are taken for the ReLU that they resemble.
fn gain(activation: Activation) -> f64 {
    match activation {
        Activation::Identity | Activation::Sigmoid => 1.0,
        Activation::Tanh => 5.0 / 3.0,
        Activation::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Activation::Relu | Activation::Elu(_) | Activation::Softplus(_) => 2f64.sqrt(),
    }
}
