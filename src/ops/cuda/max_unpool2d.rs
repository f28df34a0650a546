//! Max unpooling on a GPU.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::by_type::by_type;
use crate::ops::max_pool2d::MaxUnpool2d;

const SOURCE: Source = source!("max_unpool2d");

pub fn max_unpool2d(operation: &MaxUnpool2d, [input, indices]: [Numbers; 2]) -> Output {
    fn run<T: Number>(operation: &MaxUnpool2d, input: Numbers, indices: Numbers) -> Output {
        let device = &input.0.device;
        let (images, channels, height, width) = input.1.shape().dims4()?;
        let (new_height, new_width) = operation.size;
        let shape = (images, channels, new_height, new_width);
        let length = images * channels * new_height * new_width;
        let pixels = count(height * width)?;
        let size = count(new_height * new_width)?;
        let numbers = elements::<T>(input)?;
        let places = elements::<u32>(indices)?;
        let given = count(places.len())?;
        let mut last = device.alloc_zeros::<u32>(length.max(1))?;
        launch!(
            SOURCE.kernel::<T>(device, "last_at_place")?, a_thread_each(given);
            &places, &mut last, &given, &pixels, &size,
        );
        let mut result = unwritten::<T>(device, length)?;
        launch!(
            SOURCE.kernel::<T>(device, "max_unpool2d")?, a_thread_each(count(length)?);
            &numbers, &last, &mut result, &count(length)?, &pixels, &size,
        );
        stored(device, result, shape)
    }
    by_type!("max_unpool2d", input.0, run(operation, input, indices))
}
