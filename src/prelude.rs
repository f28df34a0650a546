//! What a lesson needs, in one line: `use eosin::prelude::*;`.

pub use crate::data::{
    self, Batches, DataLoader, Dataset, FlipAndTurn, Mnist, Normalize, Nuclei, Pneumonia, Shift,
    Split,
};
pub use crate::display::{Bundle, DisplayValue, LiveDisplay, Show, display};
pub use crate::exercise::{check, hint, progress, solution};
pub use crate::nn::{self, Layers, Mlp, MnistModel, Module, Parameters, ResNet18, UNet};
pub use crate::plot::{
    self, Figure, LiveCurve, image_grid, loss_curves, number_grid, overlay_gallery,
};
pub use crate::train::{
    self, Adam, AdamW, Callback, History, Optimizer, RmsProp, Run, Schedule, Sgd, Trainer,
    evaluate, predict_all,
};
pub use crate::{Error, Result, candle_core, candle_nn, metrics, ops};
pub use candle_core::{D, DType, Device, IndexOp, Shape, Tensor, Var};
