//! Adam, and AdamW.

use super::optimizer::Optimizer;
use super::saved_state::SavedState;
use super::state::{Rule, State};
use crate::nn::Parameters;
use crate::{Gradients, Result};

/// How weight decay makes parameters smaller.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Decay {
    /// Through the gradient, as the derivative of a penalty on squares.
    Penalty,
    /// Apart from the gradient.
    Decoupled,
}

/// Adam (Kingma and Ba 2015, algorithm 1), with PyTorch's defaults: each element follows the mean of its gradients, divided by the
/// root of the mean of their squares.
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
    moments: State<2>,
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
            moments: State::default(),
        }
    }

    /// How much of the running means of gradients and of their squares is kept in each step.
    pub fn betas(mut self, mean: f64, square: f64) -> Self {
        self.betas = (mean, square);
        self
    }

    /// Adds `weight_decay` times each element to its gradient (an L2 penalty), as PyTorch's `Adam`. The division hides much of it:
    /// see [`AdamW`].
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for Adam {
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        self.step += 1;
        let (beta1, beta2) = self.betas;
        let (penalty, kept) = match self.decay {
            Decay::Penalty => (self.weight_decay, 1.0),
            Decay::Decoupled => (0.0, 1.0 - self.learning_rate * self.weight_decay),
        };
        let rule = AdamRule {
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            step_size: (self.learning_rate / (1.0 - beta1.powi(self.step))) as f32,
            root_correction: (1.0 - beta2.powi(self.step)).sqrt() as f32,
            penalty: penalty as f32,
            kept: kept as f32,
            epsilon: self.epsilon as f32,
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
        let name = match self.decay {
            Decay::Penalty => "Adam",
            Decay::Decoupled => "AdamW",
        };
        format!(
            "{name} (betas {:?}, epsilon {:?}, weight decay {:?})",
            self.betas, self.epsilon, self.weight_decay
        )
    }

    fn state(&self, parameters: &Parameters) -> Result<SavedState> {
        let mut state = SavedState::default();
        state.set_number("step", f64::from(self.step))?;
        state.set_part("moments", self.moments.save(parameters)?);
        Ok(state)
    }

    fn load_state(&mut self, parameters: &Parameters, state: &SavedState) -> Result<()> {
        let step = state.number("step")? as i32;
        self.moments.load(parameters, &state.part("moments"))?;
        self.step = step;
        Ok(())
    }
}

#[derive(Clone, Copy)]
#[repr(C)]
struct AdamRule {
    beta1: f32,
    beta2: f32,
    /// The learning rate, corrected because the mean of gradients begins as 0.
    step_size: f32,
    /// Corrects the mean of squares, which begins as 0 as well.
    root_correction: f32,
    penalty: f32,
    kept: f32,
    epsilon: f32,
}

impl Rule<2> for AdamRule {
    const NAME: &'static str = "adam";

    #[inline(always)]
    fn update(self, element: f32, gradient: f32, [mean, square]: [f32; 2]) -> (f32, [f32; 2]) {
        let gradient = gradient + self.penalty * element;
        let mean = self.beta1 * mean + (1.0 - self.beta1) * gradient;
        let square = self.beta2 * square + (1.0 - self.beta2) * gradient * gradient;
        let root = square.sqrt() / self.root_correction;
        let change = self.step_size * mean / (root + self.epsilon);
        (element * self.kept - change, [mean, square])
    }
}

/// AdamW (Loshchilov and Hutter 2019, algorithm 2): [`Adam`] with weight decay that is not divided by anything. Each step makes
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
            decay: Decay::Decoupled,
            ..Adam::new(learning_rate)
        })
    }

    /// See [`Adam::betas`].
    pub fn betas(self, mean: f64, square: f64) -> Self {
        AdamW(self.0.betas(mean, square))
    }

    /// The share of themselves that parameters lose in each step, times the learning rate.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        AdamW(self.0.weight_decay(weight_decay))
    }
}

impl Optimizer for AdamW {
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        self.0.step(parameters, gradients)
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.set_learning_rate(learning_rate);
    }

    fn settings(&self) -> String {
        self.0.settings()
    }

    fn state(&self, parameters: &Parameters) -> Result<SavedState> {
        self.0.state(parameters)
    }

    fn load_state(&mut self, parameters: &Parameters, state: &SavedState) -> Result<()> {
        self.0.load_state(parameters, state)
    }
}
