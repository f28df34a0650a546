//! A batch, on burn's tensors.

use crate::numbers;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};

pub struct Batch<B: Backend> {
    /// (N, C, H, W)
    pub images: Tensor<B, 4>,
    /// (N, 1, H, W)
    pub masks: Tensor<B, 4, Int>,
    /// (N)
    pub classes: Tensor<B, 1, Int>,
}

impl<B: Backend> Batch<B> {
    pub fn new(shape: [usize; 4]) -> Self {
        let device = &B::Device::default();
        let [count, channels, height, width] = shape;
        let images = numbers::images(count * channels * height * width);
        let masks = numbers::masks(count * height * width);
        let classes = numbers::classes(count);
        Batch {
            images: Tensor::from_data(TensorData::new(images, shape), device),
            masks: Tensor::<B, 4>::from_data(
                TensorData::new(masks, [count, 1, height, width]),
                device,
            )
            .int(),
            classes: Tensor::from_data(TensorData::new(classes, [count]), device),
        }
    }
}
