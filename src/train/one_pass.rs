//! What optimizers remember of each parameter, changed with it in one pass over memory.

use crate::nn::Parameters;
use crate::ops::memory::CHUNK;
use crate::{Error, Result};
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, DType, InplaceOp2, Layout, Tensor, Var};
use std::sync::{Mutex, PoisonError};

/// Numbers to change and to remember on a device, after a step.
pub(super) type Changed<const N: usize> = (Tensor, [Tensor; N]);

/// Remembers `N` numbers, 0 at first, for each number of a model's parameters.
#[derive(Debug, Clone)]
pub(super) struct Memory<const N: usize> {
    of_parameters: Vec<Remembered<N>>,
}

#[derive(Debug, Clone)]
enum Remembered<const N: usize> {
    /// For f32 on the CPU.
    Host([Vec<f32>; N]),
    Device([Tensor; N]),
}

impl<const N: usize> Default for Memory<N> {
    fn default() -> Self {
        Memory {
            of_parameters: Vec::new(),
        }
    }
}

impl<const N: usize> Memory<N> {
    /// Changes each parameter that has a gradient. `on_host` is lent some of its numbers, their gradients and what is remembered
    /// of them; `on_device` gives new tensors for all.
    pub fn step(
        &mut self,
        parameters: &Parameters,
        gradients: &GradStore,
        on_host: impl Fn(&mut [f32], &[f32], [&mut [f32]; N]) + Sync,
        on_device: impl Fn(&Tensor, &Tensor, &[Tensor; N]) -> Result<Changed<N>>,
    ) -> Result<()> {
        if self.of_parameters.is_empty() {
            self.of_parameters = parameters
                .iter()
                .map(|(_, variable)| Remembered::new(variable))
                .collect::<Result<_>>()?;
        }
        let (known, count) = (self.of_parameters.len(), parameters.iter().count());
        if known != count {
            return Err(Error::Invalid(format!(
                "the optimizer has followed a model of {known} parameters and is given one of {count}; make a new optimizer"
            )));
        }
        for ((_, variable), remembered) in parameters.iter().zip(&mut self.of_parameters) {
            let Some(gradient) = gradients.get(variable) else {
                continue;
            };
            match remembered {
                Remembered::Host(numbers) => {
                    let numbers = numbers.each_mut().map(Vec::as_mut_slice);
                    let operation = InOnePass(Mutex::new(Some(
                        |parameters: &mut [f32], gradients: &[f32]| {
                            in_parallel(parameters, gradients, numbers, &on_host);
                        },
                    )));
                    variable.inplace_op2(&gradient.contiguous()?, &operation)?;
                }
                Remembered::Device(tensors) => {
                    let (changed, remembered) = on_device(variable, gradient, tensors)?;
                    *tensors = remembered;
                    variable.set(&changed)?;
                }
            }
        }
        Ok(())
    }
}

impl<const N: usize> Remembered<N> {
    fn new(variable: &Var) -> Result<Self> {
        if variable.device().is_cpu() && variable.dtype() == DType::F32 {
            let zeros = || vec![0.0; variable.elem_count()];
            return Ok(Remembered::Host(std::array::from_fn(|_| zeros())));
        }
        let zeros = variable.zeros_like()?;
        Ok(Remembered::Device(std::array::from_fn(|_| zeros.clone())))
    }
}

/// Halves the numbers until they are few enough for one task.
fn in_parallel<const N: usize>(
    parameters: &mut [f32],
    gradients: &[f32],
    remembered: [&mut [f32]; N],
    change: &(impl Fn(&mut [f32], &[f32], [&mut [f32]; N]) + Sync),
) {
    if parameters.len() <= CHUNK {
        return change(parameters, gradients, remembered);
    }
    let half = parameters.len() / 2;
    let parameters = parameters.split_at_mut(half);
    let gradients = gradients.split_at(half);
    let mut second: [&mut [f32]; N] = std::array::from_fn(|_| Default::default());
    let mut seconds = second.iter_mut();
    let first = remembered.map(|numbers| {
        let (first, rest) = numbers.split_at_mut(half);
        if let Some(second) = seconds.next() {
            *second = rest;
        }
        first
    });
    rayon::join(
        || in_parallel(parameters.0, gradients.0, first, change),
        || in_parallel(parameters.1, gradients.1, second, change),
    );
}

/// candle lends numbers for change only to an operation, and calls that by a shared reference.
struct InOnePass<F>(Mutex<Option<F>>);

impl<F: FnOnce(&mut [f32], &[f32])> InplaceOp2 for InOnePass<F> {
    fn name(&self) -> &'static str {
        "optimizer step"
    }

    fn cpu_fwd(
        &self,
        parameter: &mut CpuStorage,
        parameter_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<()> {
        let (CpuStorage::F32(parameter), CpuStorage::F32(gradient)) = (parameter, gradient) else {
            candle_core::bail!("parameters and gradients must be f32")
        };
        let (Some((start, end)), Some((from, to))) = (
            parameter_layout.contiguous_offsets(),
            gradient_layout.contiguous_offsets(),
        ) else {
            candle_core::bail!("parameters and gradients must be contiguous")
        };
        let change = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(change) = change {
            change(&mut parameter[start..end], &gradient[from..to]);
        }
        Ok(())
    }
}
