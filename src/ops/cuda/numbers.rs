//! Reading and making candle's storage on a GPU.

use crate::ops::scalar::Scalar;
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView, DeviceRepr, ValidAsZeroBits};
use candle_core::cuda::{CudaDType, CudaDevice};
use candle_core::{CudaStorage, Layout, Result, Shape};

/// A tensor's numbers as an operation gets them.
pub type Numbers<'a> = (&'a CudaStorage, &'a Layout);

/// What an operation gives back.
pub type Output = Result<(CudaStorage, Shape)>;

#[cfg(feature = "cudnn")]
use candle_core::cuda::cudarc::cudnn::CudnnDataType;

/// Types that cuDNN knows: without cuDNN, any.
#[cfg(not(feature = "cudnn"))]
pub trait CudnnDataType {}
#[cfg(not(feature = "cudnn"))]
impl<T> CudnnDataType for T {}

/// `f32` and `f64`, as kernels have them.
pub trait Number: Scalar + CudaDType + DeviceRepr + ValidAsZeroBits + CudnnDataType {
    /// The type's name in C++.
    const NAME: &'static str;
}

impl Number for f32 {
    const NAME: &'static str = "float";
}

impl Number for f64 {
    const NAME: &'static str = "double";
}

/// The elements of a contiguous tensor.
///
/// # Errors
/// When the tensor is not contiguous: operations make their inputs contiguous before they begin.
pub fn elements<'a, T: CudaDType>((storage, layout): Numbers<'a>) -> Result<CudaView<'a, T>> {
    let all = storage.as_cuda_slice::<T>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(all.slice(start..end)),
        None => candle_core::bail!("the input is not contiguous"),
    }
}

/// Memory for `length` numbers, all of which the next kernel writes.
pub fn unwritten<T: DeviceRepr>(device: &CudaDevice, length: usize) -> Result<CudaSlice<T>> {
    // SAFETY: a result is returned only after the launch of the kernel that writes all of it, and the device keeps the order.
    // (An empty allocation would be an error.)
    unsafe { device.alloc::<T>(length.max(1)) }
}

/// Numbers as candle stores them.
pub fn stored<T: CudaDType>(
    device: &CudaDevice,
    numbers: CudaSlice<T>,
    shape: impl Into<Shape>,
) -> Output {
    let storage = CudaStorage::wrap_cuda_slice(numbers, device.clone());
    Ok((storage, shape.into()))
}
