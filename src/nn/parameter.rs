//! One tensor of a layer: a parameter, which is learned, or a buffer, which is kept beside them.

use super::init::{Init, fans};
use super::mode::follows_gradients;
use crate::{Error, Result, Tensor, Var};
use candle_core::{Device, Shape};
use rand_chacha::ChaCha8Rng;
use std::sync::OnceLock;

/// What the elements of a parameter are before training.
#[derive(Debug, Clone, Copy)]
enum First {
    /// Drawn as [`Init`] says for weights.
    Weight,
    /// Drawn as [`Init`] says for the bias of a weight with this `fan_in`.
    Bias {
        fan_in: f64,
    },
    Constant(f32),
}

/// A tensor that a model learns. A layer is made with its shape alone; [`Layers::init`](super::Layers::init) draws its values.
#[derive(Debug)]
pub struct Parameter {
    shape: Shape,
    first: First,
    init: Option<Init>,
    value: OnceLock<Var>,
}

impl Parameter {
    /// A weight (outputs, inputs, ...), drawn as [`Init`] says.
    pub fn weight(shape: impl Into<Shape>) -> Self {
        Self::new(shape.into(), First::Weight)
    }

    /// A bias (outputs) that goes with `weight`, drawn as [`Init`] says, by the weight's rule if it has one of its own.
    pub fn bias(outputs: usize, weight: &Parameter) -> Self {
        let (fan_in, _) = fans(&weight.shape);
        Parameter {
            init: weight.init,
            ..Self::new(outputs.into(), First::Bias { fan_in })
        }
    }

    /// A parameter whose elements all begin as `value`.
    pub fn constant(shape: impl Into<Shape>, value: f32) -> Self {
        Self::new(shape.into(), First::Constant(value))
    }

    fn new(shape: Shape, first: First) -> Self {
        Parameter {
            shape,
            first,
            init: None,
            value: OnceLock::new(),
        }
    }

    /// Draws it by this rule, whatever the rest of the model is drawn by.
    pub fn drawn_by(mut self, init: Init) -> Self {
        self.init = Some(init);
        self
    }

    /// The same with another shape.
    pub(super) fn reshaped(self, shape: impl Into<Shape>) -> Self {
        Parameter {
            shape: shape.into(),
            ..self
        }
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Its present value, which gradients can follow except within [`no_grad`](super::no_grad()).
    ///
    /// # Errors
    /// When the model has not been initialised.
    pub fn tensor(&self) -> Result<Tensor> {
        let variable = self.variable()?;
        Ok(match follows_gradients() {
            true => variable.as_tensor().clone(),
            false => variable.as_detached_tensor(),
        })
    }

    /// The variable that holds its value.
    ///
    /// # Errors
    /// When the model has not been initialised.
    pub fn variable(&self) -> Result<&Var> {
        self.value.get().ok_or_else(not_initialised)
    }

    pub(super) fn get(&self) -> Option<&Var> {
        self.value.get()
    }

    /// Draws its first value, by `init` unless it has a rule of its own.
    pub(super) fn draw(&self, init: Init, random: &mut ChaCha8Rng, device: &Device) -> Result<()> {
        let init = self.init.unwrap_or(init);
        let values = match self.first {
            First::Weight => init.weight(&self.shape, random),
            First::Bias { fan_in } => init.bias(self.shape.elem_count(), fan_in, random),
            First::Constant(value) => vec![value; self.shape.elem_count()],
        };
        let values = Tensor::from_vec(values, &self.shape, device)?;
        set_first(&self.value, &values)
    }
}

/// A tensor that belongs to a model but that no gradient changes, such as the running mean of batch normalisation.
#[derive(Debug)]
pub struct Buffer {
    shape: Shape,
    first: f32,
    value: OnceLock<Var>,
}

impl Buffer {
    /// A buffer whose elements all begin as `value`.
    pub fn constant(shape: impl Into<Shape>, value: f32) -> Self {
        Buffer {
            shape: shape.into(),
            first: value,
            value: OnceLock::new(),
        }
    }

    /// The variable that holds its value; the layer changes it with `set`.
    ///
    /// # Errors
    /// When the model has not been initialised.
    pub fn variable(&self) -> Result<&Var> {
        self.value.get().ok_or_else(not_initialised)
    }

    pub(super) fn get(&self) -> Option<&Var> {
        self.value.get()
    }

    pub(super) fn fill(&self, device: &Device) -> Result<()> {
        set_first(&self.value, &Tensor::full(self.first, &self.shape, device)?)
    }
}

/// A model that is initialised again keeps its variables, so that whoever holds them sees the new values.
fn set_first(slot: &OnceLock<Var>, value: &Tensor) -> Result<()> {
    match slot.get() {
        Some(variable) if !variable.device().same_device(value.device()) => Err(Error::Invalid(
            "init: the model is on another device already; make a new one for this device"
                .to_owned(),
        )),
        Some(variable) => Ok(variable.set(value)?),
        None => {
            let _ = slot.set(Var::from_tensor(value)?);
            Ok(())
        }
    }
}

fn not_initialised() -> Error {
    Error::Invalid(
        "the model has no values yet: draw them with `.init(seed, &device)?` when you make it, for example `.init(42, \
         &Device::Cpu)?`"
            .to_owned(),
    )
}
