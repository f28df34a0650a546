//! Activation functions, element by element.

use super::finish::Finish;
use super::memory::changed;
use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::simd::vectorize;
use super::storage::{by_type, elements};
use super::tape::apply1;
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

/// A function of one number whose derivative follows from its value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Activation {
    /// The number itself.
    #[default]
    Identity,
    /// See [`relu`].
    Relu,
    /// See [`leaky_relu`], with its slope.
    LeakyRelu(f64),
    /// See [`elu`], with its alpha.
    Elu(f64),
    /// See [`sigmoid`].
    Sigmoid,
    /// See [`tanh`].
    Tanh,
    /// See [`softplus`], with its beta.
    Softplus(f64),
}

/// `x` where it is positive, else 0 (Nair and Hinton 2010). The derivative at 0 is 0, as in PyTorch.
///
/// # Errors
/// When the numbers are neither f32 nor f64; so for all functions here.
pub fn relu(input: &Tensor) -> Result<Tensor> {
    Activation::Relu.forward(input)
}

/// `x` where it is positive, else `slope * x` (Maas et al. 2013).
///
/// # Errors
/// When the slope is negative.
pub fn leaky_relu(input: &Tensor, slope: f64) -> Result<Tensor> {
    Activation::LeakyRelu(slope).forward(input)
}

/// The exponential linear unit (Clevert et al. 2016, eq. 15): `x` where it is positive, else `alpha * (exp(x) - 1)`.
///
/// # Errors
/// When alpha is negative.
pub fn elu(input: &Tensor, alpha: f64) -> Result<Tensor> {
    Activation::Elu(alpha).forward(input)
}

/// The logistic function `1 / (1 + exp(-x))`.
///
/// # Errors
/// As [`relu`].
pub fn sigmoid(input: &Tensor) -> Result<Tensor> {
    Activation::Sigmoid.forward(input)
}

/// The hyperbolic tangent.
///
/// # Errors
/// As [`relu`].
pub fn tanh(input: &Tensor) -> Result<Tensor> {
    Activation::Tanh.forward(input)
}

/// A smooth [`relu`] (Dugas et al. 2001): `ln(1 + exp(beta * x)) / beta`.
///
/// # Errors
/// When beta is not positive.
pub fn softplus(input: &Tensor, beta: f64) -> Result<Tensor> {
    Activation::Softplus(beta).forward(input)
}

impl Activation {
    /// The function of each number.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use eosin::ops::Activation;
    /// let x = Tensor::new(&[-2f32, 0., 3.], &Device::Cpu)?;
    /// assert_eq!(Activation::Relu.forward(&x)?.to_vec1::<f32>()?, [0., 0., 3.]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the parameter is out of its range, or the numbers are neither f32 nor f64.
    pub fn forward(self, input: &Tensor) -> Result<Tensor> {
        self.check()?;
        if self == Activation::Identity {
            return Ok(input.clone());
        }
        apply1(&input.contiguous()?, self)
    }

    pub(super) fn check(self) -> Result<()> {
        let (name, parameter, allowed) = match self {
            Activation::LeakyRelu(slope) => ("leaky_relu: the slope", slope, slope >= 0.0),
            Activation::Elu(alpha) => ("elu: alpha", alpha, alpha >= 0.0),
            Activation::Softplus(beta) => ("softplus: beta", beta, beta > 0.0),
            _ => return Ok(()),
        };
        match allowed {
            true => Ok(()),
            false => Err(Error::Invalid(format!(
                "{name} must be positive, it is {parameter}"
            ))),
        }
    }

    /// The function of each number, in its place, with the best instructions of this processor. Not inlined: it is much code.
    #[inline(never)]
    pub(super) fn run<T: Scalar>(self, numbers: &mut [T]) {
        vectorize(|| self.apply(numbers));
    }

    /// The function of each number, in its place. Comparisons are such that NaN stays NaN.
    #[inline(always)]
    pub(super) fn apply<T: Scalar>(self, numbers: &mut [T]) {
        let each = |numbers: &mut [T], function: &dyn Fn(T) -> T| {
            numbers.iter_mut().for_each(|x| *x = function(*x));
        };
        match self {
            Activation::Identity => {}
            Activation::Relu => numbers.iter_mut().for_each(|x| {
                if *x < T::ZERO {
                    *x = T::ZERO;
                }
            }),
            Activation::LeakyRelu(slope) => {
                let slope = T::of(slope);
                each(numbers, &|x| if x < T::ZERO { x * slope } else { x });
            }
            Activation::Elu(alpha) => {
                let alpha = T::of(alpha);
                for x in numbers {
                    let below = alpha * x.exponential_minus_one();
                    *x = if *x > T::ZERO { *x } else { below };
                }
            }
            Activation::Sigmoid => {
                for x in numbers {
                    let small = (-x.absolute()).exponential_minus_one() + T::ONE;
                    let above = T::ONE / (T::ONE + small);
                    *x = if *x < T::ZERO { small * above } else { above };
                }
            }
            Activation::Tanh => {
                for x in numbers {
                    let small = (T::of(-2.0) * x.absolute()).exponential_minus_one();
                    let above = -small / (small + T::of(2.0));
                    *x = if *x < T::ZERO { -above } else { above };
                }
            }
            Activation::Softplus(beta) => {
                let beta = T::of(beta);
                each(numbers, &|x| {
                    let scaled = x * beta;
                    let positive = if scaled < T::ZERO { T::ZERO } else { scaled };
                    let rest = (-scaled.absolute()).exponential().logarithm_plus_one();
                    (positive + rest) / beta
                });
            }
        }
    }

    /// Gradients of the inputs from the function's values and their gradients, in the place of these.
    #[inline(always)]
    pub(super) fn differentiate<T: Scalar>(self, values: &[T], gradients: &mut [T]) {
        let pairs = gradients.iter_mut().zip(values);
        match self {
            Activation::Identity => {}
            Activation::Relu => pairs.for_each(|(gradient, &y)| {
                if y <= T::ZERO {
                    *gradient = T::ZERO;
                }
            }),
            Activation::LeakyRelu(slope) => {
                let slope = T::of(slope);
                pairs.for_each(|(gradient, &y)| {
                    if y <= T::ZERO {
                        *gradient *= slope;
                    }
                });
            }
            Activation::Elu(alpha) => {
                let alpha = T::of(alpha);
                pairs.for_each(|(gradient, &y)| {
                    let slope = if y > T::ZERO { T::ONE } else { y + alpha };
                    *gradient *= slope;
                });
            }
            Activation::Sigmoid => {
                pairs.for_each(|(gradient, &y)| *gradient *= y * (T::ONE - y));
            }
            Activation::Tanh => {
                pairs.for_each(|(gradient, &y)| *gradient *= T::ONE - y * y);
            }
            Activation::Softplus(beta) => {
                let beta = T::of(beta);
                pairs.for_each(|(gradient, &y)| {
                    *gradient *= T::ONE - (-beta * y).exponential();
                });
            }
        }
    }
}

impl CustomOp1 for Activation {
    fn name(&self) -> &'static str {
        "activation"
    }

    on_cuda!(1, activation);

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            storage: &CpuStorage,
            layout: &Layout,
            activation: Activation,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let numbers = changed(elements::<T>(storage, layout)?, |_, numbers| {
                vectorize(|| activation.apply(numbers));
            });
            Ok((T::to_cpu_storage_owned(numbers), layout.shape().clone()))
        }
        by_type!("activation", storage, run(storage, layout, *self))
    }

    fn bwd(
        &self,
        _: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<Option<Tensor>> {
        let finish = Finish {
            activation: *self,
            dropout: None,
        };
        finish.gradient(result, gradient).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::{DType, Device};

    const ALL: [Activation; 6] = [
        Activation::Relu,
        Activation::LeakyRelu(0.1),
        Activation::Elu(0.5),
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus(2.0),
    ];

    #[test]
    fn gradients_agree_with_differences() {
        for activation in ALL {
            for input in [normal(&[3, 5], 1), normal(&[4, 2], 2).t().unwrap()] {
                assert_gradients(&[input], |inputs| activation.forward(&inputs[0]));
            }
        }
    }

    #[test]
    fn single_precision_is_as_good_as_its_type() {
        let wide: Vec<f64> = (-2000..2000).map(|step| f64::from(step) / 100.0).collect();
        let wide = Tensor::new(wide, &Device::Cpu).unwrap();
        for activation in ALL {
            let exact: Vec<f64> = activation.forward(&wide).unwrap().to_vec1().unwrap();
            let narrow = wide.to_dtype(DType::F32).unwrap();
            let found: Vec<f32> = activation.forward(&narrow).unwrap().to_vec1().unwrap();
            for (exact, found) in exact.iter().zip(found) {
                let error = (f64::from(found) - exact).abs() / exact.abs().max(0.1);
                assert!(error < 1e-6, "{activation:?}: {found} is not {exact}");
            }
        }
    }

    #[test]
    fn not_a_number_stays_so_and_infinity_has_its_limit() {
        let numbers = [f32::NAN, f32::NEG_INFINITY, f32::INFINITY];
        let input = Tensor::new(&numbers, &Device::Cpu).unwrap();
        for activation in ALL {
            let found: Vec<f32> = activation.forward(&input).unwrap().to_vec1().unwrap();
            assert!(found[0].is_nan(), "{activation:?}: {found:?}");
            let limits = match activation {
                Activation::LeakyRelu(_) => [f32::NEG_INFINITY, f32::INFINITY],
                Activation::Elu(_) => [-0.5, f32::INFINITY],
                Activation::Sigmoid => [0.0, 1.0],
                Activation::Tanh => [-1.0, 1.0],
                _ => [0.0, f32::INFINITY],
            };
            assert_eq!(found[1..], limits, "{activation:?}");
        }
        assert!(elu(&input, -1.0).is_err());
    }
}
