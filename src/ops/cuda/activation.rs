//! Activation functions and dropout on a GPU, as operations of their own.

use super::finish::finished;
use super::numbers::{Number, Numbers, Output, elements, stored};
use crate::ops::activation::Activation;
use crate::ops::dropout::Mask;
use crate::ops::finish::Finish;
use crate::ops::storage::by_type;

pub fn activation(activation: &Activation, input: Numbers) -> Output {
    let finish = Finish {
        activation: *activation,
        dropout: None,
    };
    by_type!("activation", input.0, run(input, &finish))
}

pub fn dropout(mask: &Mask, input: Numbers) -> Output {
    let finish = Finish {
        activation: Activation::Identity,
        dropout: Some(*mask),
    };
    by_type!("dropout", input.0, run(input, &finish))
}

fn run<T: Number>(input: Numbers, finish: &Finish) -> Output {
    let device = &input.0.device;
    let result = finished(device, &elements::<T>(input)?, None, finish)?;
    stored(device, result, input.1.shape())
}
