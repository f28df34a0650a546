//! Convolution by cuDNN.
//!
//! The algorithms of the gradients are deterministic ones: cuDNN's documentation says that only some are. Numbers are multiplied
//! in full precision: by default cuDNN rounds factors to 10 bits (TF32) on newer GPUs. For what cuDNN does not support, the
//! functions here return `None`.

use super::numbers::{Number, unwritten};
use crate::ops::conv_geometry::Geometry;
use candle_core::cuda::cudarc::cudnn::result::CudnnError;
use candle_core::cuda::cudarc::cudnn::sys::{
    cudnnConvolutionBwdDataAlgo_t::CUDNN_CONVOLUTION_BWD_DATA_ALGO_1,
    cudnnConvolutionBwdFilterAlgo_t::CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1,
    cudnnConvolutionMode_t::CUDNN_CROSS_CORRELATION,
    cudnnMathType_t::CUDNN_FMA_MATH,
    cudnnStatus_t::{
        CUDNN_STATUS_NOT_SUPPORTED, CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE,
        CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN, CUDNN_STATUS_NOT_SUPPORTED_LAYOUT,
        CUDNN_STATUS_NOT_SUPPORTED_PADDING, CUDNN_STATUS_NOT_SUPPORTED_SHAPE,
    },
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

/// cuDNN's handle of a device: one for each thread, because threads must not share it.
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

/// A convolution, described to cuDNN.
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
        let two = |(a, b)| -> Result<[c_int; 2]> { Ok([size(a)?, size(b)?]) };
        let four =
            |a, b, (c, d)| -> Result<[c_int; 4]> { Ok([size(a)?, size(b)?, size(c)?, size(d)?]) };
        let mut convolution = handle.create_conv2d::<T>(
            two(geometry.padding)?,
            two(geometry.stride)?,
            two(geometry.dilation)?,
            CUDNN_CROSS_CORRELATION,
        )?;
        convolution.set_math_type(CUDNN_FMA_MATH)?;
        let (channels, outputs) = (geometry.channels, geometry.outputs);
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

/// `None` for what cuDNN does not support.
fn if_supported<R>(outcome: std::result::Result<R, CudnnError>) -> Result<Option<R>> {
    match outcome {
        Ok(result) => Ok(Some(result)),
        Err(CudnnError(
            CUDNN_STATUS_NOT_SUPPORTED
            | CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN
            | CUDNN_STATUS_NOT_SUPPORTED_SHAPE
            | CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE
            | CUDNN_STATUS_NOT_SUPPORTED_LAYOUT
            | CUDNN_STATUS_NOT_SUPPORTED_PADDING,
        )) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The factors of the computed and of the old result: the old one is overwritten.
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
) -> Result<Option<CudaSlice<T>>> {
    let descriptors = Descriptors::new(device, geometry, images)?;
    let operation = ConvForward {
        conv: &descriptors.convolution,
        x: &descriptors.input,
        w: &descriptors.weight,
        y: &descriptors.output,
    };
    // All of these are deterministic.
    let Some(algorithm) = if_supported(operation.pick_algorithm())? else {
        return Ok(None);
    };
    let Some(bytes) = if_supported(operation.get_workspace_size(algorithm))? else {
        return Ok(None);
    };
    let mut workspace = unwritten::<u8>(device, bytes)?;
    let (height, width) = geometry.output;
    let mut result = unwritten::<T>(device, images * geometry.outputs * height * width)?;
    // SAFETY: the numbers are contiguous, of the type and in the shapes of the descriptors.
    let outcome = unsafe {
        operation.launch(
            algorithm,
            Some(&mut workspace),
            overwriting::<T>(),
            input,
            weight,
            &mut result,
        )
    };
    Ok(if_supported(outcome)?.map(|()| result))
}

/// (N, O, OH, OW) to (N, C, H, W).
pub fn backward<T: Number>(
    device: &CudaDevice,
    output: &CudaView<T>,
    weight: &CudaView<T>,
    geometry: &Geometry,
    images: usize,
) -> Result<Option<CudaSlice<T>>> {
    let descriptors = Descriptors::new(device, geometry, images)?;
    let operation = ConvBackwardData {
        conv: &descriptors.convolution,
        dx: &descriptors.input,
        w: &descriptors.weight,
        dy: &descriptors.output,
    };
    let algorithm = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
    let Some(bytes) = if_supported(operation.get_workspace_size(algorithm))? else {
        return Ok(None);
    };
    let mut workspace = unwritten::<u8>(device, bytes)?;
    let (height, width) = geometry.input;
    let mut result = unwritten::<T>(device, images * geometry.channels * height * width)?;
    // SAFETY: as in `forward`.
    let outcome = unsafe {
        operation.launch(
            algorithm,
            Some(&mut workspace),
            overwriting::<T>(),
            &mut result,
            weight,
            output,
        )
    };
    Ok(if_supported(outcome)?.map(|()| result))
}

/// (N, C, H, W) and (N, O, OH, OW) to (O, C, KH, KW).
pub fn weight_gradient<T: Number>(
    device: &CudaDevice,
    input: &CudaView<T>,
    gradient: &CudaView<T>,
    geometry: &Geometry,
    images: usize,
) -> Result<Option<CudaSlice<T>>> {
    let descriptors = Descriptors::new(device, geometry, images)?;
    let operation = ConvBackwardFilter {
        conv: &descriptors.convolution,
        x: &descriptors.input,
        dw: &descriptors.weight,
        dy: &descriptors.output,
    };
    let algorithm = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;
    let Some(bytes) = if_supported(operation.get_workspace_size(algorithm))? else {
        return Ok(None);
    };
    let mut workspace = unwritten::<u8>(device, bytes)?;
    let (height, width) = geometry.kernel;
    let length = geometry.outputs * geometry.channels * height * width;
    let mut result = unwritten::<T>(device, length)?;
    // SAFETY: as in `forward`.
    let outcome = unsafe {
        operation.launch(
            algorithm,
            Some(&mut workspace),
            overwriting::<T>(),
            input,
            &mut result,
            gradient,
        )
    };
    Ok(if_supported(outcome)?.map(|()| result))
}
