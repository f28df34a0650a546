//! Adam on a GPU, in one pass over memory.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::elements;
use crate::Result;
use candle_core::cuda::CudaDevice;
use candle_core::cuda::cudarc::driver::{CudaSlice, DeviceRepr};
use candle_core::{CpuStorage, CudaStorage, InplaceOp2, Layout, Tensor, Var};
use std::sync::{Mutex, PoisonError};

const SOURCE: Source = source!("adam");

/// The numbers of one step.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    pub beta1: f32,
    pub beta2: f32,
    pub rate: f32,
    pub decay: f32,
    pub epsilon: f32,
    pub root_correction: f32,
}

// SAFETY: `adam.cu` has the same structure, by C's rules.
unsafe impl DeviceRepr for AdamStep {}

/// Running means of a parameter's gradient and of its square.
#[derive(Debug, Clone)]
pub struct AdamMoments {
    first: CudaSlice<f32>,
    second: CudaSlice<f32>,
}

impl AdamMoments {
    /// For so many numbers.
    pub fn new(device: &CudaDevice, length: usize) -> Result<Self> {
        Ok(AdamMoments {
            first: device.alloc_zeros(length.max(1))?,
            second: device.alloc_zeros(length.max(1))?,
        })
    }

    pub fn update(&mut self, parameter: &Var, gradient: &Tensor, step: AdamStep) -> Result<()> {
        let operation = Update {
            step,
            moments: Mutex::new(self),
        };
        Ok(parameter.inplace_op2(&gradient.contiguous()?, &operation)?)
    }
}

/// candle lends numbers for change only to an operation, and calls that by a shared reference.
struct Update<'a> {
    step: AdamStep,
    moments: Mutex<&'a mut AdamMoments>,
}

impl InplaceOp2 for Update<'_> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn cpu_fwd(
        &self,
        _: &mut CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<()> {
        candle_core::bail!("adam: the moments are on a GPU, the parameter is not")
    }

    fn cuda_fwd(
        &self,
        parameter: &mut CudaStorage,
        parameter_layout: &Layout,
        gradient: &CudaStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<()> {
        let Some((start, end)) = parameter_layout.contiguous_offsets() else {
            candle_core::bail!("adam: parameters must be contiguous")
        };
        let device = parameter.device.clone();
        let mut parameters = parameter.as_cuda_slice_mut::<f32>()?.slice_mut(start..end);
        let gradients = elements::<f32>((gradient, gradient_layout))?;
        let length = count(end - start)?;
        let mut moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        let AdamMoments { first, second } = &mut **moments;
        launch!(
            SOURCE.kernel::<f32>(&device, "adam")?, a_thread_each(length);
            &mut parameters, &gradients, first, second, &length, &self.step,
        );
        Ok(())
    }
}
