//! candle's tensor, with the gradients that it should have.

mod arithmetic;
mod comparisons;
mod creation;
mod gradients;
mod indexing;
mod operators;
mod reading;
mod reductions;
mod shape;
mod value;
mod var;

pub use comparisons::TensorOrScalar;
pub use gradients::Gradients;
pub use value::Tensor;
pub use var::Var;
