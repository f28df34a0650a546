//! Adam, and AdamW.

use super::one_pass::{Memory, Rule};
use super::optimizer::Optimizer;
use crate::Result;
use crate::nn::Parameters;
use candle_core::backprop::GradStore;

/// How weight decay makes parameters smaller.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Decay {
    /// Through the gradient, as the derivative of a penalty on squares.
    Penalty,
    /// Apart from the gradient.
    Apart,
}

/// Adam (Kingma and Ba 2015, algorithm 1), with PyTorch's defaults: each number goes by the mean of its gradient, measured by
/// the root of the mean of its square.
///
/// ```
/// use eosin::train::{Adam, Optimizer};
/// let adam = Adam::new(1e-3).weight_decay(1e-4);
/// assert_eq!(adam.learning_rate(), 1e-3);
/// ```
#[derive(Debug, Clone)]
pub struct Adam {
    learning_rate: f64,
    betas: (f64, f64),
    epsilon: f64,
    weight_decay: f64,
    decay: Decay,
    step: i32,
    /// Running means of gradients and of their squares.
    moments: Memory<2>,
}

impl Adam {
    pub fn new(learning_rate: f64) -> Self {
        Adam {
            learning_rate,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            weight_decay: 0.0,
            decay: Decay::Penalty,
            step: 0,
            moments: Memory::default(),
        }
    }

    /// What the running means of gradients and of their squares keep from one step to the next.
    pub fn betas(mut self, mean: f64, square: f64) -> Self {
        self.betas = (mean, square);
        self
    }

    /// Adds `weight_decay` times each number to its gradient (an L2 penalty), as PyTorch's `Adam`. Adam's measuring hides much of
    /// it: see [`AdamW`].
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for Adam {
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()> {
        self.step += 1;
        let (beta1, beta2) = self.betas;
        let rate = self.learning_rate / (1.0 - beta1.powi(self.step));
        let root_correction = (1.0 - beta2.powi(self.step)).sqrt();
        let (penalty, kept) = match self.decay {
            Decay::Penalty => (self.weight_decay, 1.0),
            Decay::Apart => (0.0, 1.0 - self.learning_rate * self.weight_decay),
        };
        let constants = [
            beta1,
            beta2,
            rate,
            root_correction,
            penalty,
            kept,
            self.epsilon,
        ];
        self.moments
            .step::<Self, 7>(parameters, gradients, constants)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

impl Rule<2, 7> for Adam {
    const NAME: &'static str = "adam";

    #[inline(always)]
    fn change(
        [beta1, beta2, rate, root_correction, penalty, kept, epsilon]: [f32; 7],
        number: f32,
        gradient: f32,
        [first, second]: [f32; 2],
    ) -> (f32, [f32; 2]) {
        let gradient = gradient + penalty * number;
        let first = beta1 * first + (1.0 - beta1) * gradient;
        let second = beta2 * second + (1.0 - beta2) * gradient * gradient;
        let scale = second.sqrt() / root_correction + epsilon;
        (number * kept - rate * first / scale, [first, second])
    }
}

/// AdamW (Loshchilov and Hutter 2019, algorithm 2): [`Adam`], with weight decay that its measuring does not touch. Each step makes
/// parameters smaller by `learning_rate * weight_decay` of themselves; by default, as in PyTorch, the weight decay is 0.01.
///
/// ```
/// use eosin::train::{AdamW, Optimizer};
/// assert_eq!(AdamW::new(1e-3).weight_decay(0.05).learning_rate(), 1e-3);
/// ```
#[derive(Debug, Clone)]
pub struct AdamW(Adam);

impl AdamW {
    pub fn new(learning_rate: f64) -> Self {
        AdamW(Adam {
            weight_decay: 0.01,
            decay: Decay::Apart,
            ..Adam::new(learning_rate)
        })
    }

    /// See [`Adam::betas`].
    pub fn betas(self, mean: f64, square: f64) -> Self {
        AdamW(self.0.betas(mean, square))
    }

    /// The part of themselves that parameters lose in each step, times the learning rate.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        AdamW(self.0.weight_decay(weight_decay))
    }
}

impl Optimizer for AdamW {
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()> {
        self.0.step(parameters, gradients)
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.set_learning_rate(learning_rate);
    }
}
