//! A tensor that can change.

use super::Tensor;
use crate::Result;
use candle_core::shape::ShapeWithOneHole;
use candle_core::{DType, Device, FloatDType, NdArray, Shape, WithDType};
use std::fmt;
use std::ops::Deref;

/// A tensor whose numbers can be replaced, and for which [`backward`](Tensor::backward) computes a gradient.
#[derive(Clone)]
pub struct Var {
    variable: candle_core::Var,
    tensor: Tensor,
}

impl Var {
    /// The numbers of an array, a slice or nested `Vec`s.
    ///
    /// # Errors
    /// When the rows have different lengths.
    pub fn new<A: NdArray>(array: A, device: &Device) -> Result<Self> {
        Ok(candle_core::Var::new(array, device)?.into())
    }

    /// The numbers of a tensor.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn from_tensor(tensor: &Tensor) -> Result<Self> {
        Ok(candle_core::Var::from_tensor(tensor.as_candle())?.into())
    }

    /// The numbers of a `Vec` in this shape.
    ///
    /// # Errors
    /// When their count is not that of the shape.
    pub fn from_vec<S: ShapeWithOneHole, N: WithDType>(
        numbers: Vec<N>,
        shape: S,
        device: &Device,
    ) -> Result<Self> {
        Self::from_tensor(&Tensor::from_vec(numbers, shape, device)?)
    }

    /// Zeros.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn zeros<S: Into<Shape>>(shape: S, dtype: DType, device: &Device) -> Result<Self> {
        Ok(candle_core::Var::zeros(shape, dtype, device)?.into())
    }

    /// Ones.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn ones<S: Into<Shape>>(shape: S, dtype: DType, device: &Device) -> Result<Self> {
        Ok(candle_core::Var::ones(shape, dtype, device)?.into())
    }

    /// Numbers drawn from a normal distribution.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn randn<S: Into<Shape>, N: FloatDType>(
        mean: N,
        std: N,
        shape: S,
        device: &Device,
    ) -> Result<Self> {
        Ok(candle_core::Var::randn(mean, std, shape, device)?.into())
    }

    /// Replaces its numbers by those of a tensor of the same shape.
    ///
    /// # Errors
    /// When the shapes differ, or `numbers` was computed from the variable and shares its memory.
    pub fn set(&self, numbers: &Tensor) -> Result<()> {
        Ok(self.variable.set(numbers.as_candle())?)
    }

    /// The tensor that has its numbers, now and after every change.
    pub fn as_tensor(&self) -> &Tensor {
        &self.tensor
    }

    /// As [`as_tensor`](Self::as_tensor), without a gradient.
    pub fn as_detached_tensor(&self) -> Tensor {
        self.tensor.detach()
    }

    /// candle's variable.
    pub fn as_candle_var(&self) -> &candle_core::Var {
        &self.variable
    }
}

impl From<candle_core::Var> for Var {
    fn from(variable: candle_core::Var) -> Self {
        let tensor = variable.as_tensor().clone().into();
        Self { variable, tensor }
    }
}

impl Deref for Var {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        &self.tensor
    }
}

impl AsRef<Tensor> for Var {
    fn as_ref(&self) -> &Tensor {
        self
    }
}

impl fmt::Debug for Var {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.tensor, formatter)
    }
}

impl fmt::Display for Var {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.tensor, formatter)
    }
}
