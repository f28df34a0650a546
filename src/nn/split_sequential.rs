//! A list of layers, cut in two.

use super::layers::{Layers, Visitor};
use super::module::Module;
use super::sequential::Sequential;
use super::two_parts::TwoParts;
use crate::{Error, Result, Tensor};

/// A [`Sequential`] in two parts: see [`Sequential::split_after`].
pub struct SplitSequential<'a> {
    whole: &'a Sequential,
    /// The first layer of the second part.
    second: usize,
}

impl Layers for SplitSequential<'_> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.whole.visit(visitor);
    }
}

impl Module for SplitSequential<'_> {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.whole.forward(input)
    }
}

impl TwoParts for SplitSequential<'_> {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        self.whole.through(0..self.second, images)
    }

    fn classify(&self, features: &Tensor) -> Result<Tensor> {
        self.whole.through(self.second..self.whole.len(), features)
    }
}

impl Sequential {
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
            let layers: Vec<String> = (self.layers.iter().enumerate())
                .map(|(number, layer)| format!("{number} {}", layer.describe().unwrap_or_default()))
                .collect();
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Conv2d, Dropout, Flatten, Linear, Relu};
    use crate::sequential;
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
