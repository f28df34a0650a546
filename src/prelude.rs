//! What a lesson needs, in one line: `use eosin::prelude::*;`.

pub use crate::{Error, Result};
pub use candle_core::{D, DType, Device, IndexOp, Module, ModuleT, Shape, Tensor, Var};
