//! Cross-entropy on a GPU.

use super::kernel::{Source, a_block_each, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::by_type::by_type;
use crate::ops::cross_entropy::{CrossEntropy, CrossEntropyGradient};

const SOURCE: Source = source!("cross_entropy");

pub fn cross_entropy(_: &CrossEntropy, [logits, classes]: [Numbers; 2]) -> Output {
    fn run<T: Number>(logits: Numbers, classes: Numbers) -> Output {
        let device = &logits.0.device;
        let (rows, width) = logits.1.shape().dims2()?;
        let (numbers, classes) = (elements::<T>(logits)?, elements::<u32>(classes)?);
        let mut result = unwritten::<T>(device, 1)?;
        launch!(
            SOURCE.kernel::<T>(device, "cross_entropy")?, a_block_each(1);
            &numbers, &classes, &mut result, &count(rows)?, &count(width)?,
        );
        stored(device, result, ())
    }
    by_type!("cross_entropy", logits.0, run(logits, classes))
}

pub fn cross_entropy_gradient(_: &CrossEntropyGradient, [logits, classes]: [Numbers; 2]) -> Output {
    fn run<T: Number>(logits: Numbers, classes: Numbers) -> Output {
        let device = &logits.0.device;
        let (rows, width) = logits.1.shape().dims2()?;
        let (numbers, classes) = (elements::<T>(logits)?, elements::<u32>(classes)?);
        let rows = count(rows)?;
        let mut result = unwritten::<T>(device, numbers.len())?;
        launch!(
            SOURCE.kernel::<T>(device, "cross_entropy_gradient")?, a_thread_each(rows);
            &numbers, &classes, &mut result, &rows, &count(width)?,
        );
        stored(device, result, logits.1.shape())
    }
    by_type!("cross_entropy", logits.0, run(logits, classes))
}
