//! Activation functions of tensors, element by element.

use super::activation::Activation;
use super::epilogue::Epilogue;
use crate::{Result, Tensor};

/// `x` where it is positive, else 0 (Nair and Hinton 2010). The derivative at 0 is 0, as in PyTorch.
///
/// # Errors
/// When the elements are neither f32 nor f64; the same holds for all functions here.
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
    /// The function of each element.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::Tensor;
    /// use eosin::ops::Activation;
    /// let x = Tensor::new(&[-2f32, 0., 3.], &Device::Cpu)?;
    /// assert_eq!(Activation::Relu.forward(&x)?.to_vec1::<f32>()?, [0., 0., 3.]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the parameter is out of range, or the elements are neither f32 nor f64.
    pub fn forward(self, input: &Tensor) -> Result<Tensor> {
        Epilogue::from(self).forward(input)
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
