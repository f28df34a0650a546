//! The sum of each channel on a GPU.

use super::kernel::{Source, a_block_each, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::by_type::by_type;
use crate::ops::conv2d::ChannelSum;

const SOURCE: Source = source!("channel_sum");

/// So many numbers of a channel are worth a block of threads.
const NUMBERS_OF_A_PART: usize = 1 << 12;
const MOST_PARTS: usize = 64;

pub fn channel_sum(_: &ChannelSum, [input]: [Numbers; 1]) -> Output {
    fn run<T: Number>(input: Numbers) -> Output {
        let device = &input.0.device;
        let (images, channels, height, width) = input.1.shape().dims4()?;
        let numbers = elements::<T>(input)?;
        let pixels = height * width;
        let parts = (images * pixels / NUMBERS_OF_A_PART).clamp(1, MOST_PARTS);
        let mut sums = unwritten::<f64>(device, channels * parts)?;
        let mut result = unwritten::<T>(device, channels)?;
        let blocks = a_block_each(count(channels * parts)?);
        let (channels, parts) = (count(channels)?, count(parts)?);
        launch!(
            SOURCE.kernel::<T>(device, "part_sums")?, blocks;
            &numbers, &mut sums, &count(images)?, &channels, &count(pixels)?, &parts,
        );
        launch!(
            SOURCE.kernel::<T>(device, "channel_sum")?, a_thread_each(channels);
            &sums, &mut result, &channels, &parts,
        );
        stored(device, result, channels as usize)
    }
    by_type!("conv2d", input.0, run(input))
}
