//! Dropout as a layer.

use super::layer_kind::LayerKind;
use super::layers::{Layers, Visitor};
use super::mode::Mode;
use super::module::Module;
use super::seeds::Seeds;
use super::trace::traced;
use crate::ops::{Epilogue, Mask};
use crate::{Result, Tensor};

/// In training, sets each element to zero with a probability and scales the others up: see [`ops::dropout`](crate::ops::dropout()).
/// Each step draws another mask; all of them follow from the model's seed.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Dropout, Layers, Module};
/// let dropout = Dropout::new(0.5);
/// let ones = Tensor::ones((2, 100), DType::F32, &Device::Cpu)?;
/// assert!(dropout.forward(&ones)?.to_vec2::<f32>()?[0].contains(&2.0));
/// dropout.eval();
/// assert_eq!(dropout.forward(&ones)?.to_vec2::<f32>()?, ones.to_vec2::<f32>()?);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct Dropout {
    probability: f64,
    seeds: Seeds,
    mode: Mode,
}

impl Dropout {
    /// PyTorch's default is a probability of 0.5.
    pub fn new(probability: f64) -> Self {
        Dropout {
            probability,
            seeds: Seeds::default(),
            mode: Mode::default(),
        }
    }

    /// The next mask, in training.
    pub(super) fn mask(&self) -> Option<Mask> {
        let drops = self.mode.is_training() && self.probability != 0.0;
        drops.then(|| Mask::new(self.probability, self.seeds.draw()))
    }
}

impl Layers for Dropout {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("seeds", &self.seeds);
        visitor.field("mode", &self.mode);
    }

    fn describe(&self) -> Option<String> {
        Some(format!("Dropout({})", self.probability))
    }
}

impl Module for Dropout {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        traced(self, LayerKind::Elementwise, input, || {
            Epilogue::from(self.mask()).forward(input)
        })
    }

    fn as_epilogue(&self) -> Option<Epilogue> {
        Some(Epilogue::from(self.mask()))
    }
}
