//! Direct convolution by our own kernels: slower than cuDNN, but it computes everything.

use super::kernel::{Source, a_block_each, a_thread_each, count, launch, source};
use super::numbers::{Number, unwritten};
use crate::ops::conv_geometry::Geometry;
use candle_core::Result;
use candle_core::cuda::CudaDevice;
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView, DeviceRepr};

const SOURCE: Source = source!("convolution");

/// A [`Geometry`] as kernels know it.
#[repr(C)]
struct Sizes([u32; 15]);

// SAFETY: `convolution.cu` has a structure of as many numbers, in this order.
unsafe impl DeviceRepr for Sizes {}

impl Sizes {
    fn new(geometry: &Geometry, images: usize) -> Result<Self> {
        let &Geometry {
            channels,
            outputs,
            input,
            output,
            kernel,
            stride,
            padding,
            dilation,
        } = geometry;
        let mut sizes = [0; 15];
        let pairs = [input, output, kernel, stride, padding, dilation].map(<[usize; 2]>::from);
        let all = [images, channels, outputs]
            .into_iter()
            .chain(pairs.into_iter().flatten());
        for (size, value) in sizes.iter_mut().zip(all) {
            *size = count(value)?;
        }
        Ok(Sizes(sizes))
    }
}

/// (N, C, H, W) to (N, O, OH, OW).
pub fn forward<T: Number>(
    device: &CudaDevice,
    input: &CudaView<T>,
    weight: &CudaView<T>,
    geometry: &Geometry,
    images: usize,
) -> Result<CudaSlice<T>> {
    let length = images * geometry.outputs * geometry.output.0 * geometry.output.1;
    let mut result = unwritten::<T>(device, length)?;
    launch!(
        SOURCE.kernel::<T>(device, "convolution_forward")?, a_thread_each(count(length)?);
        input, weight, &mut result, &Sizes::new(geometry, images)?,
    );
    Ok(result)
}

/// (N, O, OH, OW) to (N, C, H, W).
pub fn backward<T: Number>(
    device: &CudaDevice,
    output: &CudaView<T>,
    weight: &CudaView<T>,
    geometry: &Geometry,
    images: usize,
) -> Result<CudaSlice<T>> {
    let length = images * geometry.channels * geometry.input.0 * geometry.input.1;
    let mut result = unwritten::<T>(device, length)?;
    launch!(
        SOURCE.kernel::<T>(device, "convolution_backward")?, a_thread_each(count(length)?);
        output, weight, &mut result, &Sizes::new(geometry, images)?,
    );
    Ok(result)
}

/// (N, C, H, W) and (N, O, OH, OW) to (O, C, KH, KW).
pub fn weight_gradient<T: Number>(
    device: &CudaDevice,
    input: &CudaView<T>,
    gradient: &CudaView<T>,
    geometry: &Geometry,
    images: usize,
) -> Result<CudaSlice<T>> {
    let length = geometry.outputs * geometry.channels * geometry.kernel.0 * geometry.kernel.1;
    let mut result = unwritten::<T>(device, length)?;
    launch!(
        SOURCE.kernel::<T>(device, "convolution_weight_gradient")?, a_block_each(count(length)?);
        input, gradient, &mut result, &Sizes::new(geometry, images)?,
    );
    Ok(result)
}
