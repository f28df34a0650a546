//! Convolution by cuDNN.
//!
//! Algorithms of the gradients are those that give the same numbers each time (cuDNN's documentation calls only some
//! deterministic), and numbers are multiplied in full: by default cuDNN rounds factors to 10 bits (TF32) on newer GPUs.

use super::numbers::{Number, unwritten};
use crate::ops::conv_geometry::Geometry;
use candle_core::cuda::cudarc::cudnn::sys::{
    cudnnConvolutionBwdDataAlgo_t::CUDNN_CONVOLUTION_BWD_DATA_ALGO_1,
    cudnnConvolutionBwdFilterAlgo_t::CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1,
    cudnnConvolutionMode_t::CUDNN_CROSS_CORRELATION, cudnnMathType_t::CUDNN_FMA_MATH,
    cudnnTensorFormat_t::CUDNN_TENSOR_NCHW,
};
use candle_core::cuda::cudarc::cudnn::{
    ConvBackwardData, ConvBackwardFilter, ConvDescriptor, ConvForward, Cudnn, FilterDescriptor,
    TensorDescriptor,
};
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView};
use candle_core::cuda::{CudaDevice, DeviceId};
use candle_core::{Error, Result};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_int;
use std::sync::Arc;

/// cuDNN's handle of a device: one for each thread, as it must not be shared.
fn handle(device: &CudaDevice) -> Result<Arc<Cudnn>> {
    thread_local! {
        static HANDLES: RefCell<HashMap<DeviceId, Arc<Cudnn>>> = RefCell::default();
    }
    HANDLES.with_borrow_mut(|handles| {
        if let Some(handle) = handles.get(&device.id()) {
            return Ok(handle.clone());
        }
        let handle = Cudnn::new(device.cuda_stream())?;
        handles.insert(device.id(), handle.clone());
        Ok(handle)
    })
}

/// What cuDNN is told of a convolution.
struct Descriptors<T> {
    convolution: ConvDescriptor<T>,
    /// (N, C, H, W), contiguous.
    input: TensorDescriptor<T>,
    /// (O, C, KH, KW), contiguous.
    weight: FilterDescriptor<T>,
    /// (N, O, OH, OW), contiguous.
    output: TensorDescriptor<T>,
}

impl<T: Number> Descriptors<T> {
    fn new(device: &CudaDevice, geometry: &Geometry, images: usize) -> Result<Self> {
        let handle = handle(device)?;
        let four =
            |a, b, (c, d)| -> Result<[c_int; 4]> { Ok([size(a)?, size(b)?, size(c)?, size(d)?]) };
        let two = |(a, b)| -> Result<[c_int; 2]> { Ok([size(a)?, size(b)?]) };
        let &Geometry {
            channels, outputs, ..
        } = geometry;
        let mut convolution = handle.create_conv2d::<T>(
            two(geometry.padding)?,
            two(geometry.stride)?,
            two(geometry.dilation)?,
            CUDNN_CROSS_CORRELATION,
        )?;
        convolution.set_math_type(CUDNN_FMA_MATH)?;
        let input = four(images, channels, geometry.input)?;
        let weight = four(outputs, channels, geometry.kernel)?;
        let output = four(images, outputs, geometry.output)?;
        Ok(Descriptors {
            convolution,
            input: handle.create_4d_tensor(CUDNN_TENSOR_NCHW, input)?,
            weight: handle.create_4d_filter(CUDNN_TENSOR_NCHW, weight)?,
            output: handle.create_4d_tensor(CUDNN_TENSOR_NCHW, output)?,
        })
    }
}

fn size(size: usize) -> Result<c_int> {
    c_int::try_from(size)
        .map_err(|_| Error::msg(format!("convolution: {size} is too large for cuDNN")))
}

/// The result is written over what is there.
fn overwriting<T: Number>() -> (T, T) {
    (T::ONE, T::ZERO)
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
    if length == 0 {
        return Ok(result);
    }
    let descriptors = Descriptors::new(device, geometry, images)?;
    let operation = ConvForward {
        conv: &descriptors.convolution,
        x: &descriptors.input,
        w: &descriptors.weight,
        y: &descriptors.output,
    };
    // All of these are deterministic.
    let algorithm = operation.pick_algorithm()?;
    let mut workspace = unwritten::<u8>(device, operation.get_workspace_size(algorithm)?)?;
    // SAFETY: the numbers are contiguous, of the type and in the shapes of the descriptors.
    unsafe {
        operation.launch(
            algorithm,
            Some(&mut workspace),
            overwriting::<T>(),
            input,
            weight,
            &mut result,
        )
    }?;
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
    if length == 0 {
        return Ok(result);
    }
    let descriptors = Descriptors::new(device, geometry, images)?;
    let operation = ConvBackwardData {
        conv: &descriptors.convolution,
        dx: &descriptors.input,
        w: &descriptors.weight,
        dy: &descriptors.output,
    };
    let algorithm = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
    let mut workspace = unwritten::<u8>(device, operation.get_workspace_size(algorithm)?)?;
    // SAFETY: as in `forward`.
    unsafe {
        operation.launch(
            algorithm,
            Some(&mut workspace),
            overwriting::<T>(),
            &mut result,
            weight,
            output,
        )
    }?;
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
    if images == 0 || length == 0 {
        return device.alloc_zeros::<T>(length.max(1));
    }
    let mut result = unwritten::<T>(device, length)?;
    let descriptors = Descriptors::new(device, geometry, images)?;
    let operation = ConvBackwardFilter {
        conv: &descriptors.convolution,
        x: &descriptors.input,
        dw: &descriptors.weight,
        dy: &descriptors.output,
    };
    let algorithm = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;
    let mut workspace = unwritten::<u8>(device, operation.get_workspace_size(algorithm)?)?;
    // SAFETY: as in `forward`.
    unsafe {
        operation.launch(
            algorithm,
            Some(&mut workspace),
            overwriting::<T>(),
            input,
            &mut result,
            gradient,
        )
    }?;
    Ok(result)
}
