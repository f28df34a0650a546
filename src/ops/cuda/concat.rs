//! Concatenation of channels on a GPU, with candle's copies of blocks.

use super::numbers::{Numbers, Output};
use crate::ops::concat::{Channels, ConcatChannels};
use candle_core::backend::{BackendDevice, BackendStorage};

pub fn concat_channels(_: &ConcatChannels, [first, second]: [Numbers; 2]) -> Output {
    let (images, c, height, width) = first.1.shape().dims4()?;
    let d = second.1.dims()[1];
    let shape = (images, c + d, height, width).into();
    // SAFETY: the two copies write all of it.
    let mut result = unsafe { first.0.device.alloc_uninit(&shape, first.0.dtype())? };
    let (first_size, second_size) = (c * height * width, d * height * width);
    for ((storage, layout), size, to) in [(first, first_size, 0), (second, second_size, first_size)]
    {
        let from = layout.start_offset();
        storage.copy2d(
            &mut result,
            images,
            size,
            size,
            first_size + second_size,
            from,
            to,
        )?;
    }
    Ok((result, shape))
}

pub fn channels(&Channels { start, count }: &Channels, [input]: [Numbers; 1]) -> Output {
    let (storage, layout) = input;
    let (images, channels, height, width) = layout.shape().dims4()?;
    let shape = (images, count, height, width).into();
    // SAFETY: the copy writes all of it.
    let mut result = unsafe { storage.device.alloc_uninit(&shape, storage.dtype())? };
    let pixels = height * width;
    let from = layout.start_offset() + start * pixels;
    storage.copy2d(
        &mut result,
        images,
        count * pixels,
        channels * pixels,
        count * pixels,
        from,
        0,
    )?;
    Ok((result, shape))
}
