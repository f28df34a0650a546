//! The one contract of layers and models: from input to output.

use super::layers::{Layers, evaluating};
use crate::ops::Epilogue;
use crate::{Result, Tensor};

/// A layer, an activation, pooling, or a whole model: something with a way forward.
///
/// PyTorch's `nn.Module` is both traits: [`Layers`] (what it is made of, derived) and this one.
pub trait Module: Layers {
    /// The output for a batch. Dropout and batch normalisation look at the mode set by [`Layers::train`] and [`Layers::eval`].
    ///
    /// # Errors
    /// When the input does not fit, or the model has not been initialised.
    fn forward(&self, input: &Tensor) -> Result<Tensor>;

    /// [`Module::forward`], then `epilogue`. Layers that compute both in one pass over memory override it.
    ///
    /// # Errors
    /// As [`Module::forward`].
    fn forward_with(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        epilogue.forward(&self.forward(input)?)
    }

    /// This layer as the end of the one before it, if that is all it is: an activation, or dropout. A
    /// [`Sequential`](super::Sequential) then hands it to the layer before.
    fn as_epilogue(&self) -> Option<Epilogue> {
        None
    }

    /// The output for a batch in evaluation mode and without gradients, whatever mode the model is in.
    ///
    /// # Errors
    /// As [`Module::forward`].
    fn predict(&self, input: &Tensor) -> Result<Tensor> {
        evaluating(self, || self.forward(&input.detach()))
    }
}

impl<T: Module + ?Sized> Module for Box<T> {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        (**self).forward(input)
    }

    fn forward_with(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        (**self).forward_with(input, epilogue)
    }

    fn as_epilogue(&self) -> Option<Epilogue> {
        (**self).as_epilogue()
    }
}
