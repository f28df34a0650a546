//! Channels become pixels on a GPU, with candle's copy in another order.

use super::numbers::{Numbers, Output};
use crate::ops::pixel_shuffle::{PixelShuffle, PixelUnshuffle};
use candle_core::backend::{BackendDevice, BackendStorage};
use candle_core::{Layout, Shape};

/// Copies the numbers, seen as `shape`, with their axes in the order `axes`.
fn reordered(input: Numbers, shape: [usize; 6], axes: [usize; 6], result: Shape) -> Output {
    let (storage, layout) = input;
    let seen = Layout::contiguous_with_offset(&shape[..], layout.start_offset()).permute(&axes)?;
    // SAFETY: the copy writes all of it.
    let mut numbers = unsafe { storage.device.alloc_uninit(&result, storage.dtype())? };
    storage.copy_strided_src(&mut numbers, 0, &seen)?;
    Ok((numbers, result))
}

pub fn pixel_shuffle(&PixelShuffle { factor }: &PixelShuffle, [input]: [Numbers; 1]) -> Output {
    let (images, channels, height, width) = input.1.shape().dims4()?;
    let outputs = channels / (factor * factor);
    reordered(
        input,
        [images, outputs, factor, factor, height, width],
        [0, 1, 4, 2, 5, 3],
        (images, outputs, height * factor, width * factor).into(),
    )
}

pub fn pixel_unshuffle(
    &PixelUnshuffle { factor }: &PixelUnshuffle,
    [input]: [Numbers; 1],
) -> Output {
    let (images, channels, height, width) = input.1.shape().dims4()?;
    let (height, width) = (height / factor, width / factor);
    reordered(
        input,
        [images, channels, height, factor, width, factor],
        [0, 1, 3, 5, 2, 4],
        (images, channels * factor * factor, height, width).into(),
    )
}
