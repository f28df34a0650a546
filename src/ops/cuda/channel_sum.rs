//! The sum of each channel on a GPU.

use super::kernel::{Source, a_block_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::conv2d::ChannelSum;
use crate::ops::storage::by_type;

const SOURCE: Source = source!("channel_sum");

pub fn channel_sum(_: &ChannelSum, input: Numbers) -> Output {
    fn run<T: Number>(input: Numbers) -> Output {
        let device = &input.0.device;
        let (images, channels, height, width) = input.1.shape().dims4()?;
        let numbers = elements::<T>(input)?;
        let mut result = unwritten::<T>(device, channels)?;
        launch!(
            SOURCE.kernel::<T>(device, "channel_sum")?, a_block_each(count(channels)?);
            &numbers, &mut result, &count(images)?, &count(channels)?, &count(height * width)?,
        );
        stored(device, result, channels)
    }
    by_type!("conv2d", input.0, run(input))
}
