//! A batch, for the two peers that compute with candle's tensors.

use crate::numbers;
use candle_core::{Device, Result, Tensor};

pub struct Batch {
    /// (N, C, H, W)
    pub images: Tensor,
    /// (N, 1, H, W)
    pub masks: Tensor,
    /// (N)
    pub classes: Tensor,
}

impl Batch {
    pub fn new(shape: [usize; 4], device: &Device) -> Result<Self> {
        let [count, channels, height, width] = shape;
        let images = numbers::images(count * channels * height * width);
        let masks = numbers::masks(count * height * width);
        Ok(Batch {
            images: Tensor::from_vec(images, &shape, device)?,
            masks: Tensor::from_vec(masks, (count, 1, height, width), device)?,
            classes: Tensor::from_vec(numbers::classes(count), count, device)?,
        })
    }
}
