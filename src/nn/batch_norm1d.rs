//! Batch normalisation of features, after fully connected layers.

use super::batch_norm::BatchNorm2d;
use super::layer_kind::LayerKind;
use super::layers::{Layers, Visitor};
use super::module::Module;
use super::trace::traced;
use crate::ops::Epilogue;
use crate::{Error, Result, Tensor};

/// [`BatchNorm2d`] for features (N, C): each is normalised over the batch. Training needs batches of at least two samples.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::nn::{BatchNorm1d, Layers, Module};
/// let norm = BatchNorm1d::new(2).init(42, &Device::Cpu)?;
/// let features = Tensor::new(&[[1f32, 10.], [3., 30.]], &Device::Cpu)?;
/// let normal = norm.forward(&features)?.to_vec2::<f32>()?;
/// assert!((normal[0][0] + 1.0).abs() < 1e-4 && (normal[1][1] - 1.0).abs() < 1e-4);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct BatchNorm1d(BatchNorm2d);

impl BatchNorm1d {
    /// For `features` features. The weight begins as 1 and the bias as 0, the running mean as 0 and the variance as 1.
    pub fn new(features: usize) -> Self {
        BatchNorm1d(BatchNorm2d::new(features))
    }
}

impl Layers for BatchNorm1d {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.0.visit(visitor);
    }

    fn describe(&self) -> Option<String> {
        Some(format!("BatchNorm1d({})", self.0.channels()))
    }
}

impl Module for BatchNorm1d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.forward_with(input, Epilogue::default())
    }

    fn forward_with(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        let features = self.0.channels();
        let &[count, found] = input.dims() else {
            return Err(refused(input, features));
        };
        if found != features {
            return Err(refused(input, features));
        }
        traced(self, LayerKind::Normalization, input, || {
            // Each feature is a channel of one pixel.
            let pixels = input.reshape((count, features, 1, 1))?;
            self.0
                .normalized(&pixels, epilogue)?
                .reshape((count, features))
        })
    }
}

fn refused(input: &Tensor, features: usize) -> Error {
    Error::Invalid(format!(
        "BatchNorm1d: input {:?} must be (N, {features})",
        input.shape()
    ))
}
