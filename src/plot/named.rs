//! Tensors with their names.

use crate::Tensor;
use std::fmt::Display;

/// Names as text, tensors as references. Generic code is compiled with every cell that uses it, so what draws is not generic.
pub(super) fn named(pairs: &[(impl Display, impl AsRef<Tensor>)]) -> Vec<(String, &Tensor)> {
    (pairs.iter())
        .map(|(name, tensor)| (name.to_string(), tensor.as_ref()))
        .collect()
}

/// All names in one line.
pub(super) fn names<T>(pairs: &[(String, T)]) -> String {
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.join(", ")
}
