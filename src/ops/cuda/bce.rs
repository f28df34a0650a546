//! Binary cross-entropy on a GPU.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::loss::{Bce, BceGradient};
use crate::ops::storage::by_type;

const SOURCE: Source = source!("bce");

pub fn bce(_: &Bce, logits: Numbers, target: Numbers) -> Output {
    by_type!("bce_with_logits", logits.0, run("bce", logits, target))
}

pub fn bce_gradient(_: &BceGradient, logits: Numbers, target: Numbers) -> Output {
    by_type!(
        "bce_with_logits",
        logits.0,
        run("bce_gradient", logits, target)
    )
}

fn run<T: Number>(kernel: &str, logits: Numbers, target: Numbers) -> Output {
    let device = &logits.0.device;
    let numbers = elements::<T>(logits)?;
    let length = count(numbers.len())?;
    let mut result = unwritten::<T>(device, numbers.len())?;
    launch!(
        SOURCE.kernel::<T>(device, kernel)?, a_thread_each(length);
        &numbers, &elements::<T>(target)?, &mut result, &length,
    );
    stored(device, result, logits.1.shape())
}
