//! How the elements of a layer are drawn before training.

use crate::ops::Activation;
use candle_core::Shape;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// How the weights of convolutions and linear layers are drawn, by the names and formulas of `torch.nn.init`; see
/// [`Layers::init_with`](super::Layers::init_with).
///
/// `fan_in` is how many inputs one output is computed from, `fan_out` how many outputs one input goes into: a weight
/// (outputs, inputs, KH, KW) has `inputs * KH * KW` and `outputs * KH * KW`. As in PyTorch, the two change places for transposed
/// convolutions, whose weights are (inputs, outputs, KH, KW). The gain of an [`Activation`] makes up for what it takes away.
///
/// With all but [`Init::Default`], biases are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Init {
    /// What PyTorch's layers do by default: weights and biases uniformly from `-b..b` with `b = 1 / sqrt(fan_in)`. In a deep
    /// network without normalisation, values shrink from layer to layer.
    #[default]
    Default,
    /// Normally, with the standard deviation `gain / sqrt(fan)`, so that values (`fan_in`) or gradients (`fan_out`) neither grow
    /// nor shrink from layer to layer (He et al. 2015, section 2.2).
    KaimingNormal(Fan, Activation),
    /// Uniformly, with the standard deviation of [`Init::KaimingNormal`].
    KaimingUniform(Fan, Activation),
    /// Normally, with the standard deviation `gain * sqrt(2 / (fan_in + fan_out))`, a compromise between the two (Glorot and
    /// Bengio 2010, eq. 12).
    XavierNormal(Activation),
    /// Uniformly, with the standard deviation of [`Init::XavierNormal`] (eq. 16).
    XavierUniform(Activation),
}

/// Whose size [`Init::KaimingNormal`] and [`Init::KaimingUniform`] preserve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fan {
    /// That of the values on the way forward.
    In,
    /// That of the gradients on the way back.
    Out,
}

impl Init {
    /// The elements of a weight, drawn in order.
    pub(super) fn weight(self, shape: &Shape, random: &mut ChaCha8Rng) -> Vec<f32> {
        let (fan_in, fan_out) = fans(shape);
        let kaiming = |fan, activation| match fan {
            Fan::In => gain(activation) / fan_in.sqrt(),
            Fan::Out => gain(activation) / fan_out.sqrt(),
        };
        let xavier = |activation| gain(activation) * (2.0 / (fan_in + fan_out)).sqrt();
        // The standard deviation of a uniform distribution on -b..b is b / sqrt(3).
        let root = 3f64.sqrt();
        let count = shape.elem_count();
        match self {
            Init::Default => uniform(count, 1.0 / fan_in.sqrt(), random),
            Init::KaimingNormal(fan, activation) => normal(count, kaiming(fan, activation), random),
            Init::KaimingUniform(fan, activation) => {
                uniform(count, root * kaiming(fan, activation), random)
            }
            Init::XavierNormal(activation) => normal(count, xavier(activation), random),
            Init::XavierUniform(activation) => uniform(count, root * xavier(activation), random),
        }
    }

    /// The elements of the bias that goes with a weight of this `fan_in`.
    pub(super) fn bias(self, count: usize, fan_in: f64, random: &mut ChaCha8Rng) -> Vec<f32> {
        match self {
            Init::Default => uniform(count, 1.0 / fan_in.sqrt(), random),
            _ => vec![0.0; count],
        }
    }
}

/// Drawn uniformly from `-bound..bound`.
fn uniform(count: usize, bound: f64, random: &mut ChaCha8Rng) -> Vec<f32> {
    let bound = bound as f32;
    let mut draw = || (random.random::<f32>() * 2.0 - 1.0) * bound;
    (0..count).map(|_| draw()).collect()
}

/// Drawn from a normal distribution around 0.
fn normal(count: usize, std: f64, random: &mut ChaCha8Rng) -> Vec<f32> {
    let std = std as f32;
    let mut draw = || {
        let standard: f32 = StandardNormal.sample(random);
        standard * std
    };
    (0..count).map(|_| draw()).collect()
}

/// `fan_in` and `fan_out`; at least 1, since a layer without inputs still has biases.
pub(super) fn fans(shape: &Shape) -> (f64, f64) {
    let [outputs, inputs @ ..] = shape.dims() else {
        return (1.0, 1.0);
    };
    let of = |sizes: &[usize]| sizes.iter().product::<usize>() as f64;
    let taps = of(inputs.get(1..).unwrap_or_default());
    (of(inputs).max(1.0), (*outputs as f64 * taps).max(1.0))
}

/// PyTorch's `calculate_gain`. It has none for ELU and softplus; here they get that of the ReLU that they resemble.
fn gain(activation: Activation) -> f64 {
    match activation {
        Activation::Identity | Activation::Sigmoid => 1.0,
        Activation::Tanh => 5.0 / 3.0,
        Activation::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Activation::Relu | Activation::Elu(_) | Activation::Softplus(_) => 2f64.sqrt(),
    }
}
