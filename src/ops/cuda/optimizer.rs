//! Steps of optimizers on a GPU.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Numbers, elements};
use candle_core::cuda::cudarc::driver::{CudaSlice, DeviceRepr};
use candle_core::{CudaStorage, Layout, Result};

const SOURCE: Source = source!("optimizer");

#[repr(C)]
struct Constants<const COUNT: usize>([f32; COUNT]);

// SAFETY: each kernel of `optimizer.cu` has a structure of its optimizer's constants, in their order.
unsafe impl<const COUNT: usize> DeviceRepr for Constants<COUNT> {}

/// Changes a parameter, and what is remembered of it, by the kernel with this name.
pub fn optimizer_step<const COUNT: usize>(
    kernel: &str,
    constants: [f32; COUNT],
    (parameter, layout): (&mut CudaStorage, &Layout),
    gradient: Numbers,
    remembered: &mut CudaSlice<f32>,
) -> Result<()> {
    let device = &parameter.device.clone();
    let gradients = elements::<f32>(gradient)?;
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("{kernel}: the parameter is not contiguous")
    };
    let mut numbers = parameter.as_cuda_slice_mut::<f32>()?.slice_mut(start..end);
    let count = count(end - start)?;
    launch!(
        SOURCE.kernel::<f32>(device, kernel)?, a_thread_each(count);
        &mut numbers, &gradients, remembered, &count, &Constants(constants),
    );
    Ok(())
}
