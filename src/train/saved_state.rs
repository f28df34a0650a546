//! What must be kept so that a run can go on where it ended: tensors by name.

use crate::{Error, Result, Tensor};
use candle_core::Device;
use std::collections::BTreeMap;

/// Tensors by name: what an optimizer or a callback keeps from one epoch to the next. A number is a tensor of one element.
///
/// ```
/// use eosin::train::SavedState;
/// let mut state = SavedState::default();
/// state.set_number("steps", 7.0)?;
/// assert_eq!(state.number("steps")?, 7.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct SavedState(BTreeMap<String, Tensor>);

impl SavedState {
    /// Keeps a tensor by this name, in place of an earlier one.
    pub fn set(&mut self, name: &str, tensor: Tensor) {
        self.0.insert(name.to_owned(), tensor);
    }

    /// Keeps a number by this name, exactly.
    ///
    /// # Errors
    /// When there is no memory left.
    pub fn set_number(&mut self, name: &str, number: f64) -> Result<()> {
        self.set(name, Tensor::new(number, &Device::Cpu)?);
        Ok(())
    }

    /// The tensor with this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, name: &str) -> Result<&Tensor> {
        self.0
            .get(name)
            .ok_or_else(|| Error::Invalid(format!("the saved state has no `{name}`")))
    }

    /// The number with this name.
    ///
    /// # Errors
    /// When there is none, or it is not one f64.
    pub fn number(&self, name: &str) -> Result<f64> {
        self.get(name)?.to_scalar()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and tensors, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// Takes in all that `part` keeps: its `steps` becomes `name.steps`.
    pub(super) fn set_part(&mut self, name: &str, part: SavedState) {
        let named = part.0.into_iter();
        self.0
            .extend(named.map(|(rest, tensor)| (format!("{name}.{rest}"), tensor)));
    }

    /// What [`set_part`](Self::set_part) took in by this name.
    pub(super) fn part(&self, name: &str) -> SavedState {
        let rest = |full: &str| Some(full.strip_prefix(name)?.strip_prefix('.')?.to_owned());
        let part = self.0.iter();
        SavedState(
            part.filter_map(|(full, tensor)| Some((rest(full)?, tensor.clone())))
                .collect(),
        )
    }
}
