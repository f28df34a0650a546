//! Fully connected layers.

use super::init::Init;
use super::layer_kind::LayerKind;
use super::layers::{Layers, Visitor};
use super::module::Module;
use super::parameter::Parameter;
use super::trace::traced;
use crate::ops::{self, Activation, Epilogue};
use crate::{Result, Tensor};

/// `x * weight^T + bias`, with PyTorch's shapes and first values: (..., inputs) to (..., outputs).
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Linear, Module};
/// let layer = Linear::new(3, 2).init(42, &Device::Cpu)?;
/// let x = Tensor::zeros((5, 3), DType::F32, &Device::Cpu)?;
/// assert_eq!(layer.forward(&x)?.dims(), [5, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct Linear {
    activation: Activation,
    weight: Parameter,
    bias: Option<Parameter>,
}

impl Linear {
    /// From `inputs` to `outputs` features, with a bias.
    pub fn new(inputs: usize, outputs: usize) -> Self {
        let weight = Parameter::weight((outputs, inputs));
        let bias = Some(Parameter::bias(outputs, &weight));
        Linear {
            activation: Activation::Identity,
            weight,
            bias,
        }
    }

    /// An activation after the layer, computed in the same pass over memory.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Without a bias when `false`.
    pub fn bias(mut self, bias: bool) -> Self {
        self.bias = bias.then(|| Parameter::bias(self.weight.shape().dims()[0], &self.weight));
        self
    }

    /// Draws its values by this rule, whatever the rest of the model is drawn by.
    pub fn drawn_by(mut self, init: Init) -> Self {
        self.weight = self.weight.drawn_by(init);
        let bias = self.bias.is_some();
        self.bias(bias)
    }
}

impl Layers for Linear {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("weight", &self.weight);
        visitor.field("bias", &self.bias);
    }

    fn describe(&self) -> Option<String> {
        let [outputs, inputs] = self.weight.shape().dims() else {
            return None;
        };
        Some(format!("Linear({inputs}, {outputs})"))
    }
}

impl Module for Linear {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.forward_with(input, Epilogue::default())
    }

    fn forward_with(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        let bias = self.bias.as_ref().map(Parameter::tensor).transpose()?;
        let weight = self.weight.tensor()?;
        traced(self, LayerKind::Linear, input, || {
            Epilogue::from(self.activation).followed_by(epilogue, |epilogue| {
                ops::linear_with(input, &weight, bias.as_ref(), epilogue)
            })
        })
    }
}
