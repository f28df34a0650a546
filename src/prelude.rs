//! What a lesson needs, in one line: `use eosin::prelude::*;`.

pub use crate::data::{
    self, Augment, Batches, CoarseDropout, ColorJitter, DataLoader, Dataset, ElasticTransform,
    GaussianBlur, GaussianNoise, MapTarget, Marker, MedMnist, Mnist, Normalize, Nuclei, Patches,
    Permuted, Pneumonia, RandomAffine, RandomBrightness, RandomContrast, RandomCrop, RandomGamma,
    RandomHorizontalFlip, RandomResizedCrop, RandomRotate90, RandomRotation, RandomVerticalFlip,
    Split,
};
pub use crate::display::{Bundle, DisplayValue, LiveDisplay, Show, display, input, interrupt};
pub use crate::exercise::{check, check_function, choose, chosen, hint, progress, solution};
pub use crate::explain;
pub use crate::morph::{self, LabelMap};
pub use crate::nn::{self, Layers, Mlp, MnistModel, Module, Parameters, ResNet18, TwoParts, UNet};
pub use crate::plot::{
    self, Figure, LiveCurve, heat_overlay, image_grid, image_grid_with_titles, loss_curves,
    number_grid, overlay_gallery,
};
pub use crate::train::{
    self, Adam, AdamW, Callback, History, Optimizer, RmsProp, Run, Schedule, Sgd, Trainer,
    evaluate, predict_all,
};
pub use crate::visual::{self, digit_from, digit_pad, drawn_digit};
pub use crate::{Error, Gradients, Result, Tensor, Var, metrics, ops};
pub use candle_core::{D, DType, Device, Shape};
