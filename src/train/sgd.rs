//! Gradient descent, with momentum or without.

use super::one_pass::Memory;
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
        let single = [rate, decay, momentum].map(|x| x as f32);
        if momentum == 0.0 {
            return self.nothing.step(
                parameters,
                gradients,
                |parameters, gradients, []| {
                    let [rate, decay, _] = single;
                    for (parameter, gradient) in parameters.iter_mut().zip(gradients) {
                        *parameter -= rate * (gradient + decay * *parameter);
                    }
                },
                |parameter, gradient, []| {
                    let gradient = (gradient + (parameter * decay)?)?;
                    Ok(((parameter - (gradient * rate)?)?, []))
                },
            );
        }
        // The way that a number goes: velocity, and with Nesterov its next change.
        let (of_gradient, of_velocity) = match self.nesterov {
            true => (1.0, momentum),
            false => (0.0, 1.0),
        };
        self.velocities.step(
            parameters,
            gradients,
            |parameters, gradients, [velocities]| {
                let [rate, decay, momentum] = single;
                let (of_gradient, of_velocity) = (of_gradient as f32, of_velocity as f32);
                for index in 0..parameters.len() {
                    let gradient = gradients[index] + decay * parameters[index];
                    let velocity = momentum * velocities[index] + gradient;
                    velocities[index] = velocity;
                    parameters[index] -= rate * (of_gradient * gradient + of_velocity * velocity);
                }
            },
            |parameter, gradient, [velocity]| {
                let gradient = (gradient + (parameter * decay)?)?;
                let velocity = ((velocity * momentum)? + &gradient)?;
                let way = ((gradient * of_gradient)? + (&velocity * of_velocity)?)?;
                Ok(((parameter - (way * rate)?)?, [velocity]))
            },
        )
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}
