//! RMSprop.

use super::one_pass::{Memory, Rule};
use super::optimizer::Optimizer;
use crate::Result;
use crate::nn::Parameters;
use candle_core::backprop::GradStore;

/// RMSprop (Hinton 2012, lecture 6e; centered as Graves 2013, eqs. 38 to 45), as PyTorch's: gradients are divided by the root of the
/// running mean of their squares.
///
/// ```
/// use eosin::train::{Optimizer, RmsProp};
/// let rmsprop = RmsProp::new(1e-2).momentum(0.9).centered(true);
/// assert_eq!(rmsprop.learning_rate(), 1e-2);
/// ```
#[derive(Debug, Clone)]
pub struct RmsProp {
    learning_rate: f64,
    alpha: f64,
    epsilon: f64,
    momentum: f64,
    centered: bool,
    weight_decay: f64,
    /// Running means of the squares and (centered) of the gradients, and velocities.
    moments: Memory<3>,
}

impl RmsProp {
    pub fn new(learning_rate: f64) -> Self {
        RmsProp {
            learning_rate,
            alpha: 0.99,
            epsilon: 1e-8,
            momentum: 0.0,
            centered: false,
            weight_decay: 0.0,
            moments: Memory::default(),
        }
    }

    /// What running means keep from one step to the next.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Keeps this share of the last step's velocity.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Divides by the standard deviation of gradients: their mean does not count.
    pub fn centered(mut self, centered: bool) -> Self {
        self.centered = centered;
        self
    }

    /// Adds `weight_decay` times each number to its gradient (an L2 penalty).
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for RmsProp {
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()> {
        let (rate, alpha, epsilon) = (self.learning_rate, self.alpha, self.epsilon);
        let (momentum, decay) = (self.momentum, self.weight_decay);
        // A mean that stays 0 is not subtracted.
        let share_of_mean = if self.centered { 1.0 - alpha } else { 0.0 };
        let constants = [rate, alpha, epsilon, momentum, decay, share_of_mean];
        self.moments
            .step::<Self, 6>(parameters, gradients, constants)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

impl Rule<3, 6> for RmsProp {
    const NAME: &'static str = "rmsprop";

    #[inline(always)]
    fn change(
        [rate, alpha, epsilon, momentum, decay, share_of_mean]: [f32; 6],
        number: f32,
        gradient: f32,
        [square, mean, velocity]: [f32; 3],
    ) -> (f32, [f32; 3]) {
        let gradient = gradient + decay * number;
        let square = alpha * square + (1.0 - alpha) * gradient * gradient;
        let mean = mean + share_of_mean * (gradient - mean);
        let variance = square - mean * mean;
        // Rounding may leave less than nothing; NaN stays.
        let variance = if variance < 0.0 { 0.0 } else { variance };
        let velocity = momentum * velocity + gradient / (variance.sqrt() + epsilon);
        (number - rate * velocity, [square, mean, velocity])
    }
}
