//! Gradient descent, with momentum or without.

use super::optimizer::Optimizer;
use super::saved_state::SavedState;
use super::state::{Rule, State};
use crate::nn::Parameters;
use crate::{Gradients, Result};

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
    velocities: State<1>,
    /// Without momentum there is no state to read and write.
    stateless: State<0>,
}

impl Sgd {
    pub fn new(learning_rate: f64) -> Self {
        Sgd {
            learning_rate,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            velocities: State::default(),
            stateless: State::default(),
        }
    }

    /// The share of the last step's velocity that is kept.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Follows `gradient + momentum * velocity`: where the next step's velocity would lead.
    pub fn nesterov(mut self, nesterov: bool) -> Self {
        self.nesterov = nesterov;
        self
    }

    /// Adds `weight_decay` times each element to its gradient (an L2 penalty).
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        let (learning_rate, momentum) = (self.learning_rate as f32, self.momentum as f32);
        let penalty = self.weight_decay as f32;
        if momentum == 0.0 {
            let rule = SgdRule {
                learning_rate,
                penalty,
            };
            return self.stateless.step(parameters, gradients, rule);
        }
        let (of_gradient, of_velocity) = match self.nesterov {
            true => (1.0, momentum),
            false => (0.0, 1.0),
        };
        let rule = MomentumRule {
            learning_rate,
            penalty,
            momentum,
            of_gradient,
            of_velocity,
        };
        self.velocities.step(parameters, gradients, rule)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn settings(&self) -> String {
        format!(
            "Sgd (momentum {:?}, nesterov {}, weight decay {:?})",
            self.momentum, self.nesterov, self.weight_decay
        )
    }

    fn state(&self, parameters: &Parameters) -> Result<SavedState> {
        self.velocities.save(parameters)
    }

    fn load_state(&mut self, parameters: &Parameters, state: &SavedState) -> Result<()> {
        self.velocities.load(parameters, state)
    }
}

#[derive(Clone, Copy)]
#[repr(C)]
struct SgdRule {
    learning_rate: f32,
    penalty: f32,
}

impl Rule<0> for SgdRule {
    const NAME: &'static str = "sgd";

    #[inline(always)]
    fn update(self, element: f32, gradient: f32, []: [f32; 0]) -> (f32, [f32; 0]) {
        let gradient = gradient + self.penalty * element;
        (element - self.learning_rate * gradient, [])
    }
}

#[derive(Clone, Copy)]
#[repr(C)]
struct MomentumRule {
    learning_rate: f32,
    penalty: f32,
    momentum: f32,
    /// The shares of gradient and velocity in a step: with Nesterov's momentum it is both.
    of_gradient: f32,
    of_velocity: f32,
}

impl Rule<1> for MomentumRule {
    const NAME: &'static str = "sgd_with_momentum";

    #[inline(always)]
    fn update(self, element: f32, gradient: f32, [velocity]: [f32; 1]) -> (f32, [f32; 1]) {
        let gradient = gradient + self.penalty * element;
        let velocity = self.momentum * velocity + gradient;
        let direction = self.of_gradient * gradient + self.of_velocity * velocity;
        (element - self.learning_rate * direction, [velocity])
    }
}
