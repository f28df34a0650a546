//! How parameters follow their gradients.

use crate::nn::Parameters;
use crate::{Error, Result};
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, DType, InplaceOp2, Layout, Tensor, Var};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Changes parameters by their gradients.
pub trait Optimizer {
    /// One step; a parameter without a gradient stays.
    ///
    /// # Errors
    /// When a parameter is not f32 on the CPU, or a device fails.
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()>;

    fn learning_rate(&self) -> f64;

    fn set_learning_rate(&mut self, learning_rate: f64);
}

/// Numbers that one task works on.
const CHUNK: usize = 1 << 14;

/// Adam (Kingma and Ba 2015, algorithm 1), and with weight decay AdamW (Loshchilov and Hutter 2019, algorithm 2), with
/// PyTorch's defaults.
#[derive(Debug, Clone)]
pub struct Adam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    weight_decay: f64,
    step: i32,
    moments: Vec<Moments>,
}

/// Running means of a parameter's gradient and of its square.
#[derive(Debug, Clone)]
enum Moments {
    /// For f32 on the CPU, where all is updated in one pass over memory.
    Host {
        first: Vec<f32>,
        second: Vec<f32>,
    },
    /// The same for f32 on a GPU.
    #[cfg(feature = "cuda")]
    Device(crate::ops::AdamMoments),
    Tensors {
        first: Tensor,
        second: Tensor,
    },
}

impl Moments {
    fn new(variable: &Var) -> Result<Self> {
        if variable.device().is_cpu() && variable.dtype() == DType::F32 {
            let zeros = vec![0.0; variable.elem_count()];
            return Ok(Moments::Host {
                first: zeros.clone(),
                second: zeros,
            });
        }
        #[cfg(feature = "cuda")]
        if let (candle_core::Device::Cuda(device), DType::F32) =
            (variable.device(), variable.dtype())
        {
            let moments = crate::ops::AdamMoments::new(device, variable.elem_count())?;
            return Ok(Moments::Device(moments));
        }
        Ok(Moments::Tensors {
            first: variable.zeros_like()?,
            second: variable.zeros_like()?,
        })
    }
}

impl Adam {
    pub fn new(learning_rate: f64) -> Self {
        Adam {
            learning_rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            step: 0,
            moments: Vec::new(),
        }
    }

    /// Shrinks parameters by `weight_decay * learning_rate` of themselves each step (AdamW).
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    fn update(&self, variable: &Var, gradient: &Tensor, moments: &mut Moments) -> Result<()> {
        let correction1 = 1.0 - self.beta1.powi(self.step);
        let correction2 = 1.0 - self.beta2.powi(self.step);
        let rate = self.learning_rate / correction1;
        let decay = 1.0 - self.learning_rate * self.weight_decay;
        match moments {
            Moments::Host { first, second } => {
                let (beta1, beta2) = (self.beta1 as f32, self.beta2 as f32);
                let (rate, decay, epsilon) = (rate as f32, decay as f32, self.epsilon as f32);
                let root_correction = correction2.sqrt() as f32;
                let update = |parameters: &mut [f32],
                              gradients: &[f32],
                              first: &mut [f32],
                              second: &mut [f32]| {
                    for index in 0..parameters.len() {
                        let gradient = gradients[index];
                        first[index] = beta1 * first[index] + (1.0 - beta1) * gradient;
                        second[index] = beta2 * second[index] + (1.0 - beta2) * gradient * gradient;
                        let scale = second[index].sqrt() / root_correction + epsilon;
                        parameters[index] = parameters[index] * decay - rate * first[index] / scale;
                    }
                };
                update_in_one_pass(variable, gradient, |parameters, gradients| {
                    // Waking another thread takes longer than one chunk.
                    if parameters.len() <= CHUNK {
                        return update(parameters, gradients, first, second);
                    }
                    parameters
                        .par_chunks_mut(CHUNK)
                        .zip(gradients.par_chunks(CHUNK))
                        .zip(first.par_chunks_mut(CHUNK))
                        .zip(second.par_chunks_mut(CHUNK))
                        .for_each(|(((parameters, gradients), first), second)| {
                            update(parameters, gradients, first, second);
                        });
                })
            }
            #[cfg(feature = "cuda")]
            Moments::Device(moments) => {
                let step = crate::ops::AdamStep {
                    beta1: self.beta1 as f32,
                    beta2: self.beta2 as f32,
                    rate: rate as f32,
                    decay: decay as f32,
                    epsilon: self.epsilon as f32,
                    root_correction: correction2.sqrt() as f32,
                };
                moments.update(variable, gradient, step)
            }
            Moments::Tensors { first, second } => {
                *first = ((&*first * self.beta1)? + (gradient * (1.0 - self.beta1))?)?;
                *second = ((&*second * self.beta2)? + (gradient.sqr()? * (1.0 - self.beta2))?)?;
                let scale = ((&*second / correction2)?.sqrt()? + self.epsilon)?;
                let change = ((&*first / scale)? * rate)?;
                Ok(variable.set(&((variable.as_tensor() * decay)? - change)?)?)
            }
        }
    }
}

impl Optimizer for Adam {
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()> {
        if self.moments.is_empty() {
            self.moments = parameters
                .iter()
                .map(|(_, variable)| Moments::new(variable))
                .collect::<Result<_>>()?;
        }
        self.step += 1;
        let mut moments = std::mem::take(&mut self.moments);
        let count = parameters.iter().count();
        if moments.len() != count {
            return Err(Error::Invalid(format!(
                "Adam: it has followed a model of {} parameters and is given one of {count}; make a new optimizer",
                moments.len()
            )));
        }
        let outcome =
            parameters
                .iter()
                .zip(&mut moments)
                .try_for_each(|((_, variable), moments)| match gradients.get(variable) {
                    Some(gradient) => self.update(variable, gradient, moments),
                    None => Ok(()),
                });
        self.moments = moments;
        outcome
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

/// Stochastic gradient descent with momentum (Sutskever et al. 2013), as PyTorch's `SGD`.
#[derive(Debug, Clone)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    velocities: Vec<Option<Tensor>>,
}

impl Sgd {
    pub fn new(learning_rate: f64) -> Self {
        Sgd {
            learning_rate,
            momentum: 0.0,
            velocities: Vec::new(),
        }
    }

    /// Keeps this share of the last step's velocity.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, parameters: &Parameters, gradients: &GradStore) -> Result<()> {
        self.velocities.resize(parameters.iter().count(), None);
        for ((_, variable), velocity) in parameters.iter().zip(&mut self.velocities) {
            let Some(gradient) = gradients.get(variable) else {
                continue;
            };
            let step = match velocity.take() {
                Some(velocity) => ((velocity * self.momentum)? + gradient)?,
                None => gradient.clone(),
            };
            variable.set(&(variable.as_tensor() - (&step * self.learning_rate)?)?)?;
            if self.momentum != 0.0 {
                *velocity = Some(step);
            }
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

/// Lends the numbers of a parameter and its gradient to `update`.
fn update_in_one_pass(
    variable: &Var,
    gradient: &Tensor,
    update: impl FnOnce(&mut [f32], &[f32]),
) -> Result<()> {
    let operation = InOnePass {
        update: Mutex::new(Some(update)),
    };
    Ok(variable.inplace_op2(&gradient.contiguous()?, &operation)?)
}

/// candle lends numbers for change only to an operation, and calls that by a shared reference.
struct InOnePass<F> {
    update: Mutex<Option<F>>,
}

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
        if let Some(update) = self
            .update
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            update(&mut parameter[start..end], &gradient[from..to]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Builder;
    use candle_core::Device;

    /// Steps on `sum(c * w^2)` from w = (1, -2), with c = (1, 3).
    fn after_steps(optimizer: &mut dyn Optimizer, steps: usize) -> Vec<f32> {
        let mut builder = Builder::new(0, &Device::Cpu);
        builder.uniform("w", 2, 1.0).unwrap();
        let parameters = builder.finish();
        let (_, variable) = parameters.iter().next().unwrap();
        variable
            .set(&Tensor::new(&[1f32, -2.], &Device::Cpu).unwrap())
            .unwrap();
        let c = Tensor::new(&[1f32, 3.], &Device::Cpu).unwrap();
        for _ in 0..steps {
            let loss = (variable.sqr().unwrap() * &c).unwrap().sum_all().unwrap();
            optimizer
                .step(&parameters, &loss.backward().unwrap())
                .unwrap();
        }
        variable.to_vec1().unwrap()
    }

    fn assert_close(found: &[f32], wanted: [f64; 2]) {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(
                (f64::from(*found) - wanted).abs() < 1e-5,
                "{found} is not {wanted}"
            );
        }
    }

    #[test]
    fn steps_are_those_of_the_papers() {
        // Adam's algorithm 1 in f64, written out.
        let adam = |decay: f64| {
            let (mut w, mut m, mut v) = ([1.0f64, -2.0], [0.0; 2], [0.0; 2]);
            for t in 1..=5 {
                for i in 0..2 {
                    let g = 2.0 * [1.0, 3.0][i] * w[i];
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    let (mean, square) = (
                        m[i] / (1.0 - 0.9f64.powi(t)),
                        v[i] / (1.0 - 0.999f64.powi(t)),
                    );
                    w[i] = w[i] * (1.0 - 0.1 * decay) - 0.1 * mean / (square.sqrt() + 1e-8);
                }
            }
            w
        };
        assert_close(&after_steps(&mut Adam::new(0.1), 5), adam(0.0));
        assert_close(
            &after_steps(&mut Adam::new(0.1).weight_decay(0.5), 5),
            adam(0.5),
        );

        let (mut w, mut velocity) = ([1.0f64, -2.0], [0.0; 2]);
        for _ in 0..3 {
            for i in 0..2 {
                velocity[i] = 0.9 * velocity[i] + 2.0 * [1.0, 3.0][i] * w[i];
                w[i] -= 0.05 * velocity[i];
            }
        }
        assert_close(&after_steps(&mut Sgd::new(0.05).momentum(0.9), 3), w);
    }
}
