//! Max pooling on a GPU.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::by_type::by_type;
use crate::ops::max_pool2d::{Indices, MaxPool2d, MaxPool2dGradient, Windows};
use candle_core::Result;
use candle_core::cuda::cudarc::driver::DeviceRepr;

const SOURCE: Source = source!("max_pool2d");

/// [`Windows`] as kernels know them.
#[repr(C)]
struct Sizes([u32; 10]);

// SAFETY: `max_pool2d.cu` has a structure of as many numbers, in this order.
unsafe impl DeviceRepr for Sizes {}

impl Sizes {
    fn new(windows: &Windows) -> Result<Self> {
        let (kernel, stride, padding) = windows.options.sizes();
        let all = [
            windows.height,
            windows.width,
            windows.rows.len(),
            windows.columns.len(),
            kernel.0,
            kernel.1,
            stride.0,
            stride.1,
            padding.0,
            padding.1,
        ];
        let mut sizes = [0; 10];
        for (size, value) in sizes.iter_mut().zip(all) {
            *size = count(value)?;
        }
        Ok(Sizes(sizes))
    }
}

pub fn max_pool2d(operation: &MaxPool2d, [input]: [Numbers; 1]) -> Output {
    fn run<T: Number>(windows: &Windows, input: Numbers) -> Output {
        let device = &input.0.device;
        let shape = windows.shape(input.1.shape())?;
        let length = count(shape.elem_count())?;
        let mut result = unwritten::<T>(device, shape.elem_count())?;
        launch!(
            SOURCE.kernel::<T>(device, "max_pool2d")?, a_thread_each(length);
            &elements::<T>(input)?, &mut result, &length, &Sizes::new(windows)?,
        );
        stored(device, result, shape)
    }
    by_type!("max_pool2d", input.0, run(&operation.0, input))
}

pub fn max_pool2d_indices(operation: &Indices, [input]: [Numbers; 1]) -> Output {
    fn run<T: Number>(windows: &Windows, input: Numbers) -> Output {
        let device = &input.0.device;
        let shape = windows.shape(input.1.shape())?;
        let length = count(shape.elem_count())?;
        let mut result = unwritten::<u32>(device, shape.elem_count())?;
        launch!(
            SOURCE.kernel::<T>(device, "max_pool2d_indices")?, a_thread_each(length);
            &elements::<T>(input)?, &mut result, &length, &Sizes::new(windows)?,
        );
        stored(device, result, shape)
    }
    by_type!("max_pool2d", input.0, run(&operation.0, input))
}

pub fn max_pool2d_gradient(
    operation: &MaxPool2dGradient,
    [input, gradient]: [Numbers; 2],
) -> Output {
    fn run<T: Number>(windows: &Windows, input: Numbers, gradient: Numbers) -> Output {
        let device = &input.0.device;
        let numbers = elements::<T>(input)?;
        let length = count(numbers.len())?;
        let mut result = unwritten::<T>(device, numbers.len())?;
        launch!(
            SOURCE.kernel::<T>(device, "max_pool2d_gradient")?, a_thread_each(length);
            &numbers, &elements::<T>(gradient)?, &mut result, &length, &Sizes::new(windows)?,
        );
        stored(device, result, input.1.shape())
    }
    by_type!("max_pool2d", input.0, run(&operation.0, input, gradient))
}
