//! Steps of optimizers on a GPU.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Numbers, elements};
use candle_core::cuda::cudarc::driver::{CudaSlice, DeviceRepr};
use candle_core::{CudaStorage, Layout, Result};

const SOURCE: Source = source!("optimizer");

#[repr(transparent)]
struct Constants<R>(R);

// SAFETY: each kernel of `optimizer.cu` has a structure of its optimizer's constants, in the order of the rule's fields.
unsafe impl<R> DeviceRepr for Constants<R> {}

/// Changes a parameter and the optimizer's state of it, by the kernel with this name.
pub fn optimizer_step<R: Copy>(
    kernel: &str,
    rule: R,
    (parameter, layout): (&mut CudaStorage, &Layout),
    gradient: Numbers,
    state: &mut CudaSlice<f32>,
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
        &mut numbers, &gradients, state, &count, &Constants(rule),
    );
    Ok(())
}
