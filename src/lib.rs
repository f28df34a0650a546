//! Lesson helpers for deep learning on medical images, on [candle](candle_core).
//!
//! Data flows one way: [`data`] -> [`train`] -> [`metrics`] -> [`plot`] -> [`display`]. [`ops`], [`nn`] and [`explain`], which finds
//! what a network looked at, know nothing of notebooks; only [`display`] knows Jupyter. [`visual`] holds things to play with.

pub mod data;
pub mod display;
mod error;
pub mod exercise;
pub mod explain;
pub mod metrics;
pub mod morph;
pub mod nn;
pub mod ops;
pub mod plot;
pub mod prelude;
mod tensor;
pub mod train;
pub mod visual;
mod whole_file;

// `#[derive(Layers)]` writes paths that begin with the crate's name, also within the crate.
extern crate self as eosin;

pub use candle_core;
pub use error::{Error, Result};
pub use tensor::{Gradients, Tensor, TensorOrScalar, Var};
