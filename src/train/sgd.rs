//! Gradient descent, with momentum or without.

use super::one_pass::{Memory, Rule};
use super::optimizer::Optimizer;
use crate::Result;
use crate::nn::Parameters;
use candle_core::backprop::GradStore;

/// Stochastic gradient descent: `x -= learning_rate * gradient`; with momentum (Sutskever et al. 2013) as PyTorch's `SGD`:
/// `velocity = momentum * velocity + gradient`, `x -= learning_rate * velocity`.
///
/// ```
/// use eosin::train::{Optimizer, Sgd};
/// let sgd = Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(5e-4);
/// assert_eq!(sgd.learning_rate(), 0.1);
/// ```
#[derive(Debug, Clone)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
    velocities: Memory<1>,
    /// Without momentum there is nothing to remember, nor to read and write.
    nothing: Memory<0>,
}

impl Sgd {
    pub fn new(learning_rate: f64) -> Self {
        Sgd {
            learning_rate,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            velocities: Memory::default(),
            nothing: Memory::default(),
        }
    }

    /// Keeps this share of the last step's velocity.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Goes by `gradient + momentum * velocity`: where the next step's velocity would lead.
    pub fn nesterov(mut self, nesterov: bool) -> Self {
        self.nesterov = nesterov;
        self
    }

    /// Adds `weight_decay` times each number to its gradient (an L2 penalty).
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()> {
        let (rate, decay, momentum) = (self.learning_rate, self.weight_decay, self.momentum);
        if momentum == 0.0 {
            return self
                .nothing
                .step::<Self, 2>(parameters, gradients, [rate, decay]);
        }
        // The way that a number goes: velocity, and with Nesterov its next change.
        let (of_gradient, of_velocity) = match self.nesterov {
            true => (1.0, momentum),
            false => (0.0, 1.0),
        };
        let constants = [rate, decay, momentum, of_gradient, of_velocity];
        self.velocities
            .step::<Self, 5>(parameters, gradients, constants)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

impl Rule<0, 2> for Sgd {
    const NAME: &'static str = "sgd";

    #[inline(always)]
    fn change(
        [rate, decay]: [f32; 2],
        number: f32,
        gradient: f32,
        []: [f32; 0],
    ) -> (f32, [f32; 0]) {
        (number - rate * (gradient + decay * number), [])
    }
}

impl Rule<1, 5> for Sgd {
    const NAME: &'static str = "sgd_with_momentum";

    #[inline(always)]
    fn change(
        [rate, decay, momentum, of_gradient, of_velocity]: [f32; 5],
        number: f32,
        gradient: f32,
        [velocity]: [f32; 1],
    ) -> (f32, [f32; 1]) {
        let gradient = gradient + decay * number;
        let velocity = momentum * velocity + gradient;
        let way = of_gradient * gradient + of_velocity * velocity;
        (number - rate * way, [velocity])
    }
}
