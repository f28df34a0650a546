//! Activation functions: what they are, and their derivatives.

use super::scalar::Scalar;
use super::simd::vectorize;
use crate::{Error, Result};

/// A function of one number, whose derivative can be computed from the function's value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Activation {
    /// The input itself.
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

impl Activation {
    pub(super) fn check(self) -> Result<()> {
        let (name, parameter, is_allowed, rule) = match self {
            Activation::LeakyRelu(slope) => {
                ("leaky_relu: the slope", slope, slope >= 0.0, "at least 0")
            }
            Activation::Elu(alpha) => ("elu: alpha", alpha, alpha >= 0.0, "at least 0"),
            Activation::Softplus(beta) => ("softplus: beta", beta, beta > 0.0, "above 0"),
            _ => return Ok(()),
        };
        match is_allowed {
            true => Ok(()),
            false => Err(Error::Invalid(format!(
                "{name} must be {rule}, it is {parameter}"
            ))),
        }
    }

    /// Applies the function to each number in place, with the best instructions of this processor. Not inlined: it is a lot of code.
    #[inline(never)]
    pub(super) fn run<T: Scalar>(self, numbers: &mut [T]) {
        vectorize(|| self.apply(numbers));
    }

    /// Applies the function to each number in place. The comparisons keep NaN as it is.
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

    /// Turns the gradients of the function's values into those of its inputs, in place.
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
