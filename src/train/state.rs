//! Optimizer state: what an optimizer keeps for each parameter, updated with it in one pass over memory.

use super::saved_state::SavedState;
use crate::nn::Parameters;
use crate::ops::memory::CHUNK;
use crate::{Error, Gradients, Result, Tensor, Var};
use candle_core::{CpuStorage, Device, InplaceOp2, Layout};
#[cfg(feature = "cuda")]
use candle_core::{CudaStorage, cuda::cudarc::driver::CudaSlice};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How an optimizer changes one element of a parameter, given its gradient and `N` numbers of state. The rule's fields are the
/// constants of the step, all of them f32, as the kernel for GPUs has them too.
pub(super) trait Rule<const N: usize>: Copy + Send + Sync {
    /// Also that of the kernel in `ops/cuda/optimizer.cu` that does the same.
    const NAME: &'static str;

    /// The changed element, and its state from now on.
    fn update(self, element: f32, gradient: f32, state: [f32; N]) -> (f32, [f32; N]);
}

/// `N` numbers, 0 at first, for each element of a model's parameters.
#[derive(Debug, Clone)]
pub(super) struct State<const N: usize> {
    of_parameters: Vec<ParameterState<N>>,
}

#[derive(Debug, Clone)]
enum ParameterState<const N: usize> {
    Host([Vec<f32>; N]),
    /// The first number of each element, then the second of each, and so on.
    #[cfg(feature = "cuda")]
    Device(CudaSlice<f32>),
}

impl<const N: usize> Default for State<N> {
    fn default() -> Self {
        State {
            of_parameters: Vec::new(),
        }
    }
}

impl<const N: usize> State<N> {
    /// Changes each parameter that has a gradient.
    pub fn step(
        &mut self,
        parameters: &Parameters,
        gradients: &Gradients,
        rule: impl Rule<N>,
    ) -> Result<()> {
        if self.of_parameters.is_empty() {
            let new = parameters
                .iter()
                .map(|(_, variable)| ParameterState::new(variable));
            self.of_parameters = new.collect::<Result<_>>()?;
        }
        let (known, count) = (self.of_parameters.len(), parameters.iter().count());
        if known != count {
            return Err(Error::Invalid(format!(
                "this optimizer has worked on a model of {known} parameters, and this one has {count}: make a new optimizer"
            )));
        }
        for ((_, variable), state) in parameters.iter().zip(&mut self.of_parameters) {
            if let Some(gradient) = gradients.get(variable) {
                let state = Mutex::new(state);
                let gradient = gradient.contiguous()?;
                let step = Step { rule, state };
                variable
                    .as_candle()
                    .inplace_op2(gradient.as_candle(), &step)?;
            }
        }
        Ok(())
    }

    /// What is kept of these parameters, (N, elements) each by the parameter's name; nothing before the first step.
    pub fn save(&self, parameters: &Parameters) -> Result<SavedState> {
        let mut saved = SavedState::default();
        for ((name, variable), state) in parameters.iter().zip(&self.of_parameters) {
            let numbers = state.numbers(variable)?;
            let shape = (N, numbers.len() / N.max(1));
            saved.set(name, Tensor::from_vec(numbers, shape, &Device::Cpu)?);
        }
        Ok(saved)
    }

    /// Goes on from what [`save`](Self::save) gave. Nothing is changed unless all of it fits.
    pub fn load(&mut self, parameters: &Parameters, saved: &SavedState) -> Result<()> {
        let mut of_parameters = Vec::new();
        if N > 0 && !saved.is_empty() {
            for (name, variable) in parameters.iter() {
                let numbers = saved.get(name)?;
                let wanted = [N, variable.elem_count()];
                if numbers.dims() != wanted {
                    return Err(Error::Invalid(format!(
                        "what the optimizer has kept of parameter `{name}` has shape {:?}, and {wanted:?} is needed",
                        numbers.dims()
                    )));
                }
                let numbers = numbers.flatten_all()?.to_vec1()?;
                of_parameters.push(ParameterState::from_numbers(variable, numbers)?);
            }
        }
        self.of_parameters = of_parameters;
        Ok(())
    }
}

impl<const N: usize> ParameterState<N> {
    /// The first number of each element of the parameter, then the second of each, and so on.
    fn numbers(&self, variable: &Var) -> Result<Vec<f32>> {
        match (self, variable.device()) {
            (ParameterState::Host(state), _) => Ok(state.concat()),
            #[cfg(feature = "cuda")]
            (ParameterState::Device(state), Device::Cuda(device)) => {
                let mut numbers = device.clone_dtoh(state)?;
                // The allocation is never empty.
                numbers.truncate(N * variable.elem_count());
                Ok(numbers)
            }
            #[cfg(feature = "cuda")]
            (ParameterState::Device(_), _) => Err(Error::Invalid(
                "the parameters were on another device before".to_owned(),
            )),
        }
    }

    /// On the device of the parameter, from what [`numbers`](Self::numbers) gave.
    fn from_numbers(variable: &Var, numbers: Vec<f32>) -> Result<Self> {
        let count = variable.elem_count();
        match variable.device() {
            #[cfg(feature = "cuda")]
            Device::Cuda(device) if !numbers.is_empty() => {
                Ok(ParameterState::Device(device.clone_htod(&numbers)?))
            }
            #[cfg(feature = "cuda")]
            Device::Cuda(_) => Self::new(variable),
            _ => Ok(ParameterState::Host(std::array::from_fn(|kind| {
                numbers[kind * count..][..count].to_vec()
            }))),
        }
    }

    fn new(variable: &Var) -> Result<Self> {
        let count = variable.elem_count();
        match variable.device() {
            #[cfg(feature = "cuda")]
            Device::Cuda(device) => {
                // An empty allocation would be an error.
                let zeros = device.alloc_zeros((N * count).max(1))?;
                Ok(ParameterState::Device(zeros))
            }
            _ => Ok(ParameterState::Host(std::array::from_fn(|_| {
                vec![0.0; count]
            }))),
        }
    }
}

/// The step of one parameter. candle hands out a parameter's elements for change only to an operation, which it calls by a shared
/// reference: hence the lock.
struct Step<'a, R, const N: usize> {
    rule: R,
    state: Mutex<&'a mut ParameterState<N>>,
}

impl<'a, R, const N: usize> Step<'a, R, N> {
    fn state(&self) -> MutexGuard<'_, &'a mut ParameterState<N>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Rule<N>, const N: usize> InplaceOp2 for Step<'_, R, N> {
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
        match &mut **self.state() {
            ParameterState::Host(state) => in_parallel(
                self.rule,
                &mut parameter[start..end],
                &gradient[from..to],
                state.each_mut().map(Vec::as_mut_slice),
            ),
            #[cfg(feature = "cuda")]
            ParameterState::Device(_) => {
                candle_core::bail!("{}: the parameters were on another device before", R::NAME)
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
        match &mut **self.state() {
            ParameterState::Device(state) => crate::ops::optimizer_step(
                R::NAME,
                self.rule,
                (parameter, parameter_layout),
                (gradient, gradient_layout),
                state,
            ),
            ParameterState::Host(_) => {
                candle_core::bail!("{}: the parameters were on another device before", R::NAME)
            }
        }
    }
}

/// Halves the elements until they are few enough for one task.
fn in_parallel<R: Rule<N>, const N: usize>(
    rule: R,
    parameters: &mut [f32],
    gradients: &[f32],
    state: [&mut [f32]; N],
) {
    if parameters.len() <= CHUNK {
        return in_order(rule, parameters, gradients, state);
    }
    let half = parameters.len() / 2;
    let parameters = parameters.split_at_mut(half);
    let gradients = gradients.split_at(half);
    let mut second: [&mut [f32]; N] = std::array::from_fn(|_| Default::default());
    let mut seconds = second.iter_mut();
    let first = state.map(|numbers| {
        let (first, rest) = numbers.split_at_mut(half);
        if let Some(second) = seconds.next() {
            *second = rest;
        }
        first
    });
    rayon::join(
        || in_parallel(rule, parameters.0, gradients.0, first),
        || in_parallel(rule, parameters.1, gradients.1, second),
    );
}

fn in_order<R: Rule<N>, const N: usize>(
    rule: R,
    parameters: &mut [f32],
    gradients: &[f32],
    state: [&mut [f32]; N],
) {
    let count = parameters.len();
    // All of one length, which lets the compiler drop the checks of the loop.
    let gradients = &gradients[..count];
    let state = state.map(|numbers| &mut numbers[..count]);
    for index in 0..count {
        let before = std::array::from_fn(|kind| state[kind][index]);
        let (element, after) = rule.update(parameters[index], gradients[index], before);
        parameters[index] = element;
        for kind in 0..N {
            state[kind][index] = after[kind];
        }
    }
}
