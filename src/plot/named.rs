//! Tensors with their names.

use candle_core::Tensor;
use std::fmt::Display;

/// What a learner gives, in one form: what is generic is compiled with every cell that uses it, so drawing is not.
pub(super) fn named<'a>(
    pairs: &'a [(impl Display, impl AsRef<Tensor>)],
) -> Vec<(String, &'a Tensor)> {
    (pairs.iter())
        .map(|(name, tensor)| (name.to_string(), tensor.as_ref()))
        .collect()
}

/// All names in one line.
pub(super) fn names<T>(pairs: &[(String, T)]) -> String {
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.join(", ")
}
