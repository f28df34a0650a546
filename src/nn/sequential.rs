//! Layers one after the other.

use super::layers::{Layers, Visitor};
use super::module::Module;
use super::trace::{is_tracing, traced_model};
use super::two_parts::SplitSequential;
use crate::ops::Epilogue;
use crate::{Error, Result, Tensor};
use std::ops::Range;

/// Layers one after the other, as PyTorch's `nn.Sequential`; [`sequential!`](crate::sequential) makes one.
///
/// Activations and dropout become part of the layer before them where that computes both in one pass (convolutions, linear layers,
/// batch normalisation), which saves time and memory and changes nothing else.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{self, Layers, Module};
/// let model = nn::sequential![
///     nn::Conv2d::new(1, 8, 3).padding(1),
///     nn::Relu,
///     nn::MaxPool2d::new(2),
///     nn::Flatten,
///     nn::Linear::new(8 * 14 * 14, 10),
/// ]
/// .init(42, &Device::Cpu)?;
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits)?.dims(), [5, 10]);
/// assert_eq!(model.parameters().get("4.bias")?.dims(), [10]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn Module + Send + Sync>>,
}

/// A [`Sequential`](crate::nn::Sequential) of these layers: `nn::sequential![nn::Linear::new(2, 16), nn::Relu]`.
#[macro_export]
macro_rules! sequential {
    ($($layer:expr),* $(,)?) => {
        $crate::nn::Sequential::new()$(.push($layer))*
    };
}

impl Sequential {
    pub fn new() -> Self {
        Self::default()
    }

    /// With another layer at the end.
    pub fn push(mut self, layer: impl Module + Send + Sync + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The output of each layer in turn, for looking into a network: nothing is fused here.
    ///
    /// # Errors
    /// As [`Module::forward`].
    pub fn outputs(&self, input: &Tensor) -> Result<Vec<Tensor>> {
        let mut outputs: Vec<Tensor> = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            let output = layer.forward(outputs.last().unwrap_or(input));
            outputs.push(output.map_err(|error| self.in_layer(number, error))?);
        }
        Ok(outputs)
    }

    /// The model in two parts, the first of which ends with this layer: what [`grad_cam`](crate::explain::grad_cam) looks into. Layers
    /// are named by their numbers, as in `4.bias`.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use eosin::Tensor;
    /// use eosin::nn::{self, Layers, TwoParts};
    /// let model = nn::sequential![nn::Conv2d::new(1, 8, 3), nn::Relu, nn::Flatten, nn::Linear::new(8 * 16, 2)];
    /// let model = model.init(42, &Device::Cpu)?;
    /// let images = Tensor::zeros((5, 1, 6, 6), DType::F32, &Device::Cpu)?;
    /// let parts = model.split_after("1")?;
    /// let maps = parts.features(&images)?;
    /// assert_eq!(maps.dims(), [5, 8, 4, 4]);
    /// assert_eq!(parts.classify(&maps)?.dims(), [5, 2]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such layer; the message lists those that there are.
    pub fn split_after(&self, layer: &str) -> Result<SplitSequential<'_>> {
        let number = layer
            .parse()
            .ok()
            .filter(|&number: &usize| number < self.len());
        let number = number.ok_or_else(|| {
            let describe = |number: usize| {
                let layer = self.layers[number].describe().unwrap_or_default();
                format!("{number} {layer}")
            };
            let layers: Vec<String> = (0..self.len()).map(describe).collect();
            Error::Invalid(format!(
                "split_after: the model has no layer `{layer}`; its layers are {}",
                match layers.is_empty() {
                    true => "none at all".to_owned(),
                    false => layers.join(", "),
                }
            ))
        })?;
        Ok(SplitSequential {
            whole: self,
            second: number + 1,
        })
    }

    /// An error with the layer in which it happened.
    fn in_layer(&self, number: usize, error: Error) -> Error {
        let Error::Invalid(message) = error else {
            return error;
        };
        let layer = self.layers[number].describe().unwrap_or_default();
        Error::Invalid(format!("layer {number}, {layer}: {message}"))
    }
}

impl Layers for Sequential {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.layers.as_slice().visit(visitor);
    }
}

impl Module for Sequential {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        if is_tracing() {
            return self.traced(input);
        }
        self.through(0..self.layers.len(), input)
    }
}

impl Sequential {
    /// The output of these layers, one after the other.
    pub(super) fn through(&self, layers: Range<usize>, input: &Tensor) -> Result<Tensor> {
        let mut features = input.clone();
        let mut number = layers.start;
        while number < layers.end {
            let (epilogue, next) = self.epilogue_after(number, layers.end);
            let output = self.layers[number].forward_with(&features, epilogue);
            features = output.map_err(|error| self.in_layer(number, error))?;
            number = next;
        }
        Ok(features)
    }

    /// Layer by layer, so that a trace sees each of them, also those that do not know of it.
    fn traced(&self, input: &Tensor) -> Result<Tensor> {
        traced_model(self, || {
            let mut features = input.clone();
            for (number, layer) in self.layers.iter().enumerate() {
                let output = traced_model(layer, || layer.forward(&features));
                features = output.map_err(|error| self.in_layer(number, error))?;
            }
            Ok(features)
        })
    }

    /// What follows layer `number`, before layer `end`, as its epilogue, an activation and then dropout; and the layer after that.
    fn epilogue_after(&self, number: usize, end: usize) -> (Epilogue, usize) {
        let mut epilogue = Epilogue::default();
        let mut next = number + 1;
        while epilogue.dropout.is_none()
            && let Some(layer) = self.layers[..end].get(next)
            && let Some(following) = layer.as_epilogue()
            && let Some(both) = epilogue.then(following)
        {
            epilogue = both;
            next += 1;
        }
        (epilogue, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Conv2d, Dropout, Flatten, Linear, Relu, TwoParts};
    use candle_core::{DType, Device};

    #[test]
    fn both_parts_together_are_the_whole_wherever_it_is_split() {
        let model = sequential![
            Conv2d::new(1, 2, 3),
            Relu,
            Dropout::new(0.5),
            Flatten,
            Linear::new(8, 3)
        ];
        let model = model.init(1, &Device::Cpu).unwrap();
        model.eval();
        let images = Tensor::ones((2, 1, 4, 4), DType::F32, &Device::Cpu).unwrap();
        let whole = model.forward(&images).unwrap().to_vec2::<f32>().unwrap();
        for (number, output) in (0..5).zip(model.outputs(&images).unwrap()) {
            let parts = model.split_after(&number.to_string()).unwrap();
            let features = parts.features(&images).unwrap();
            assert_eq!(features.dims(), output.dims());
            let logits = parts.classify(&features).unwrap();
            assert_eq!(logits.to_vec2::<f32>().unwrap(), whole);
        }
        for name in ["5", "conv"] {
            let message = model.split_after(name).err().unwrap().to_string();
            assert!(
                message.contains(&format!("no layer `{name}`"))
                    && message.contains("1 Relu, 2 Dropout"),
                "{message}"
            );
        }
    }
}
