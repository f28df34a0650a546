//! RMSprop.

use super::optimizer::Optimizer;
use super::saved_state::SavedState;
use super::state::{Rule, State};
use crate::nn::Parameters;
use crate::{Gradients, Result};

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
    moments: State<3>,
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
            moments: State::default(),
        }
    }

    /// How much of the running means is kept in each step.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// The share of the last step's velocity that is kept.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Divides by the standard deviation of the gradients instead: their mean is subtracted first.
    pub fn centered(mut self, centered: bool) -> Self {
        self.centered = centered;
        self
    }

    /// Adds `weight_decay` times each element to its gradient (an L2 penalty).
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for RmsProp {
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        let rule = RmsPropRule {
            learning_rate: self.learning_rate as f32,
            alpha: self.alpha as f32,
            epsilon: self.epsilon as f32,
            momentum: self.momentum as f32,
            penalty: self.weight_decay as f32,
            // A mean that stays 0 is not subtracted.
            share_of_mean: if self.centered {
                (1.0 - self.alpha) as f32
            } else {
                0.0
            },
        };
        self.moments.step(parameters, gradients, rule)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn settings(&self) -> String {
        format!(
            "RmsProp (alpha {:?}, epsilon {:?}, momentum {:?}, centered {}, weight decay {:?})",
            self.alpha, self.epsilon, self.momentum, self.centered, self.weight_decay
        )
    }

    fn state(&self, parameters: &Parameters) -> Result<SavedState> {
        self.moments.save(parameters)
    }

    fn load_state(&mut self, parameters: &Parameters, state: &SavedState) -> Result<()> {
        self.moments.load(parameters, state)
    }
}

#[derive(Clone, Copy)]
#[repr(C)]
struct RmsPropRule {
    learning_rate: f32,
    alpha: f32,
    epsilon: f32,
    momentum: f32,
    penalty: f32,
    share_of_mean: f32,
}

impl Rule<3> for RmsPropRule {
    const NAME: &'static str = "rmsprop";

    #[inline(always)]
    fn update(
        self,
        element: f32,
        gradient: f32,
        [square, mean, velocity]: [f32; 3],
    ) -> (f32, [f32; 3]) {
        let gradient = gradient + self.penalty * element;
        let square = self.alpha * square + (1.0 - self.alpha) * gradient * gradient;
        let mean = mean + self.share_of_mean * (gradient - mean);
        let variance = square - mean * mean;
        // Rounding may push it below 0; NaN stays NaN.
        let variance = if variance < 0.0 { 0.0 } else { variance };
        let velocity = self.momentum * velocity + gradient / (variance.sqrt() + self.epsilon);
        let element = element - self.learning_rate * velocity;
        (element, [square, mean, velocity])
    }
}
