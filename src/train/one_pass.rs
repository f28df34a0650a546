//! What optimizers remember of each parameter, changed with it in one pass over memory.

use crate::nn::Parameters;
use crate::ops::memory::CHUNK;
use crate::{Error, Result};
use candle_core::{CpuStorage, InplaceOp2, Layout, Var, backprop::GradStore};
#[cfg(feature = "cuda")]
use candle_core::{CudaStorage, cuda::cudarc::driver::CudaSlice};
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How an optimizer changes a number, by some constants, its gradient, and `N` numbers that are remembered of it.
pub(super) trait Rule<const N: usize, const CONSTANTS: usize> {
    /// Also that of the kernel in `ops/cuda/optimizer.cu` that does the same.
    const NAME: &'static str;

    /// The changed number, and what is remembered from now on.
    fn change(
        constants: [f32; CONSTANTS],
        number: f32,
        gradient: f32,
        remembered: [f32; N],
    ) -> (f32, [f32; N]);
}

/// Remembers `N` numbers, 0 at first, for each number of a model's parameters.
#[derive(Debug, Clone)]
pub(super) struct Memory<const N: usize> {
    of_parameters: Vec<Remembered<N>>,
}

#[derive(Debug, Clone)]
enum Remembered<const N: usize> {
    Host([Vec<f32>; N]),
    /// All first ones, then all second ones.
    #[cfg(feature = "cuda")]
    Device(CudaSlice<f32>),
}

impl<const N: usize> Default for Memory<N> {
    fn default() -> Self {
        Memory {
            of_parameters: Vec::new(),
        }
    }
}

impl<const N: usize> Memory<N> {
    /// Changes each parameter that has a gradient.
    pub fn step<R: Rule<N, CONSTANTS>, const CONSTANTS: usize>(
        &mut self,
        parameters: &Parameters,
        gradients: &GradStore,
        constants: [f64; CONSTANTS],
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
            let step = Step::<R, N, CONSTANTS> {
                rule: PhantomData,
                constants: constants.map(|constant| constant as f32),
                remembered: Mutex::new(remembered),
            };
            variable.inplace_op2(&gradient.contiguous()?, &step)?;
        }
        Ok(())
    }
}

impl<const N: usize> Remembered<N> {
    fn new(variable: &Var) -> Result<Self> {
        let count = variable.elem_count();
        match variable.device() {
            #[cfg(feature = "cuda")]
            candle_core::Device::Cuda(device) => {
                // An allocation of nothing would be an error.
                Ok(Remembered::Device(device.alloc_zeros((N * count).max(1))?))
            }
            _ => Ok(Remembered::Host(std::array::from_fn(|_| vec![0.0; count]))),
        }
    }
}

/// A step of one parameter. candle lends its numbers for change only to an operation, which it calls by a shared reference.
struct Step<'a, R, const N: usize, const CONSTANTS: usize> {
    rule: PhantomData<R>,
    constants: [f32; CONSTANTS],
    remembered: Mutex<&'a mut Remembered<N>>,
}

impl<'a, R, const N: usize, const CONSTANTS: usize> Step<'a, R, N, CONSTANTS> {
    fn remembered(&self) -> MutexGuard<'_, &'a mut Remembered<N>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Rule<N, CONSTANTS>, const N: usize, const CONSTANTS: usize> InplaceOp2
    for Step<'_, R, N, CONSTANTS>
{
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn cpu_fwd(
        &self,
        parameter: &mut CpuStorage,
        parameter_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<()> {
        let (CpuStorage::F32(parameter), CpuStorage::F32(gradient)) = (parameter, gradient) else {
            candle_core::bail!("{}: parameters and gradients must be f32", R::NAME)
        };
        let (Some((start, end)), Some((from, to))) = (
            parameter_layout.contiguous_offsets(),
            gradient_layout.contiguous_offsets(),
        ) else {
            candle_core::bail!("{}: parameters and gradients must be contiguous", R::NAME)
        };
        match &mut **self.remembered() {
            Remembered::Host(remembered) => in_parallel::<R, N, CONSTANTS>(
                self.constants,
                &mut parameter[start..end],
                &gradient[from..to],
                remembered.each_mut().map(Vec::as_mut_slice),
            ),
            #[cfg(feature = "cuda")]
            Remembered::Device(_) => {
                candle_core::bail!("{}: parameters were on another device before", R::NAME)
            }
        }
        Ok(())
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        parameter: &mut CudaStorage,
        parameter_layout: &Layout,
        gradient: &CudaStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<()> {
        match &mut **self.remembered() {
            Remembered::Device(remembered) => crate::ops::optimizer_step(
                R::NAME,
                self.constants,
                (parameter, parameter_layout),
                (gradient, gradient_layout),
                remembered,
            ),
            Remembered::Host(_) => {
                candle_core::bail!("{}: parameters were on another device before", R::NAME)
            }
        }
    }
}

/// Halves the numbers until they are few enough for one task.
fn in_parallel<R: Rule<N, CONSTANTS>, const N: usize, const CONSTANTS: usize>(
    constants: [f32; CONSTANTS],
    parameters: &mut [f32],
    gradients: &[f32],
    remembered: [&mut [f32]; N],
) {
    if parameters.len() <= CHUNK {
        return in_order::<R, N, CONSTANTS>(constants, parameters, gradients, remembered);
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
        || in_parallel::<R, N, CONSTANTS>(constants, parameters.0, gradients.0, first),
        || in_parallel::<R, N, CONSTANTS>(constants, parameters.1, gradients.1, second),
    );
}

fn in_order<R: Rule<N, CONSTANTS>, const N: usize, const CONSTANTS: usize>(
    constants: [f32; CONSTANTS],
    parameters: &mut [f32],
    gradients: &[f32],
    remembered: [&mut [f32]; N],
) {
    let count = parameters.len();
    // Of one length, as the compiler should know.
    let gradients = &gradients[..count];
    let remembered = remembered.map(|numbers| &mut numbers[..count]);
    for index in 0..count {
        let before = std::array::from_fn(|kind| remembered[kind][index]);
        let (number, after) = R::change(constants, parameters[index], gradients[index], before);
        parameters[index] = number;
        for kind in 0..N {
            remembered[kind][index] = after[kind];
        }
    }
}
