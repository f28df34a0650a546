//! What `backward` gives back.

use super::Tensor;
use candle_core::TensorId;
use candle_core::backprop::GradStore;
use std::collections::HashMap;

/// The gradient of each tensor that a loss was computed from.
#[derive(Debug, Default)]
pub struct Gradients(HashMap<TensorId, Tensor>);

impl Gradients {
    /// The gradient by this tensor, in its shape; `None` when the loss was not computed from it.
    pub fn get(&self, tensor: &Tensor) -> Option<&Tensor> {
        self.0.get(&tensor.id())
    }

    /// Takes the gradient by this tensor out.
    pub fn remove(&mut self, tensor: &Tensor) -> Option<Tensor> {
        self.0.remove(&tensor.id())
    }

    /// Replaces the gradient by this tensor, for example with one of limited size.
    pub fn insert(&mut self, tensor: &Tensor, gradient: Tensor) -> Option<Tensor> {
        self.0.insert(tensor.id(), gradient)
    }
}

impl From<GradStore> for Gradients {
    fn from(store: GradStore) -> Self {
        let gradients = store.get_ids().filter_map(|&id| {
            let gradient = store.get_id(id)?;
            Some((id, gradient.clone().into()))
        });
        Self(gradients.collect())
    }
}
