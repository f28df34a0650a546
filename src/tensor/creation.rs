//! How tensors come to be.

use super::Tensor;
use crate::Result;
use candle_core::shape::{Dim, ShapeWithOneHole};
use candle_core::{DType, Device, FloatDType, NdArray, Shape, WithDType};

impl Tensor {
    /// The numbers of an array, a slice or nested `Vec`s.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::Tensor;
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// assert_eq!(x.dims(), [2, 2]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    pub fn new<A: NdArray>(array: A, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::new(array, device)?))
    }

    /// A tensor of zeros.
    pub fn zeros<S: Into<Shape>>(shape: S, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::zeros(shape, dtype, device)?))
    }

    /// A tensor of ones.
    pub fn ones<S: Into<Shape>>(shape: S, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::ones(shape, dtype, device)?))
    }

    /// A tensor in which all elements have this value.
    pub fn full<N: WithDType, S: Into<Shape>>(
        value: N,
        shape: S,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::full(value, shape, device)?))
    }

    /// The identity matrix, (n, n).
    pub fn eye(n: usize, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::eye(n, dtype, device)?))
    }

    /// Ones on and below the diagonal, zeros above it, (n, n).
    pub fn tril2(n: usize, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::tril2(n, dtype, device)?))
    }

    /// Ones on and above the diagonal, zeros below it, (n, n).
    pub fn triu2(n: usize, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::triu2(n, dtype, device)?))
    }

    /// The numbers of an iterator, (N).
    pub fn from_iter<N: WithDType>(
        numbers: impl IntoIterator<Item = N>,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::from_iter(numbers, device)?))
    }

    /// The numbers from `start` up to but without `end`.
    pub fn arange<N: WithDType>(start: N, end: N, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::arange(start, end, device)?))
    }

    /// The numbers from `start` up to but without `end`, `step` apart.
    pub fn arange_step<N: WithDType>(start: N, end: N, step: N, device: &Device) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::arange_step(
            start, end, step, device,
        )?))
    }

    /// The numbers of a `Vec` in this shape; one dimension may be `()`, and follows from the count.
    pub fn from_vec<S: ShapeWithOneHole, N: WithDType>(
        numbers: Vec<N>,
        shape: S,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::from_vec(numbers, shape, device)?))
    }

    /// The numbers of a slice in this shape; one dimension may be `()`, and follows from the count.
    pub fn from_slice<S: ShapeWithOneHole, N: WithDType>(
        numbers: &[N],
        shape: S,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::from_slice(
            numbers, shape, device,
        )?))
    }

    /// Numbers drawn evenly from `low` to `high`. They cannot be seeded on the CPU; the layers of [`nn`](crate::nn) can.
    pub fn rand<S: Into<Shape>, N: FloatDType>(
        low: N,
        high: N,
        shape: S,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::rand(low, high, shape, device)?))
    }

    /// Numbers drawn from a normal distribution. They cannot be seeded on the CPU; the layers of [`nn`](crate::nn) can.
    pub fn randn<S: Into<Shape>, N: FloatDType>(
        mean: N,
        std: N,
        shape: S,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(Self(candle_core::Tensor::randn(mean, std, shape, device)?))
    }

    /// Zeros, in this tensor's shape and type.
    pub fn zeros_like(&self) -> Result<Tensor> {
        Ok(Self(self.0.zeros_like()?))
    }

    /// Ones, in this tensor's shape and type.
    pub fn ones_like(&self) -> Result<Tensor> {
        Ok(Self(self.0.ones_like()?))
    }

    /// Numbers drawn evenly from `low` to `high`, in this tensor's shape and type.
    pub fn rand_like(&self, low: f64, high: f64) -> Result<Tensor> {
        Ok(Self(self.0.rand_like(low, high)?))
    }

    /// Numbers drawn from a normal distribution, in this tensor's shape and type.
    pub fn randn_like(&self, mean: f64, std: f64) -> Result<Tensor> {
        Ok(Self(self.0.randn_like(mean, std)?))
    }

    /// Tensors one behind the other along a dimension they have.
    pub fn cat<A: AsRef<Tensor>, D: Dim>(tensors: &[A], dim: D) -> Result<Tensor> {
        let tensors: Vec<_> = tensors.iter().map(|tensor| &tensor.as_ref().0).collect();
        Ok(Self(candle_core::Tensor::cat(&tensors, dim)?))
    }

    /// Tensors of one shape, along a new dimension.
    pub fn stack<A: AsRef<Tensor>, D: Dim>(tensors: &[A], dim: D) -> Result<Tensor> {
        let tensors: Vec<_> = tensors.iter().map(|tensor| &tensor.as_ref().0).collect();
        Ok(Self(candle_core::Tensor::stack(&tensors, dim)?))
    }

    /// The coordinates of a grid, one tensor for each axis.
    pub fn meshgrid<A: AsRef<Tensor>>(axes: &[A], xy_indexing: bool) -> Result<Vec<Tensor>> {
        let axes: Vec<_> = axes.iter().map(|axis| &axis.as_ref().0).collect();
        let grids = candle_core::Tensor::meshgrid(&axes, xy_indexing)?;
        Ok(grids.into_iter().map(Self).collect())
    }
}
