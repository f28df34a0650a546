//! What a tensor is, and its elements.

use super::Tensor;
use crate::Result;
use candle_core::shape::Dim;
use candle_core::{DType, Device, Layout, Shape, TensorId, WithDType};

impl Tensor {
    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.0.dtype()
    }

    /// Where the elements are stored.
    pub fn device(&self) -> &Device {
        self.0.device()
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        self.0.shape()
    }

    /// The sizes of all dimensions.
    pub fn dims(&self) -> &[usize] {
        self.0.dims()
    }

    /// The size of one dimension: an index, or `D::Minus1` for the last.
    pub fn dim<D: Dim>(&self, dim: D) -> Result<usize> {
        Ok(self.0.dim(dim)?)
    }

    /// The size of exactly one dimension.
    pub fn dims1(&self) -> Result<usize> {
        Ok(self.0.dims1()?)
    }

    /// The sizes of exactly two dimensions.
    pub fn dims2(&self) -> Result<(usize, usize)> {
        Ok(self.0.dims2()?)
    }

    /// The sizes of exactly three dimensions.
    pub fn dims3(&self) -> Result<(usize, usize, usize)> {
        Ok(self.0.dims3()?)
    }

    /// The sizes of exactly four dimensions.
    pub fn dims4(&self) -> Result<(usize, usize, usize, usize)> {
        Ok(self.0.dims4()?)
    }

    /// The sizes of exactly five dimensions.
    pub fn dims5(&self) -> Result<(usize, usize, usize, usize, usize)> {
        Ok(self.0.dims5()?)
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.0.rank()
    }

    /// The number of elements.
    pub fn elem_count(&self) -> usize {
        self.0.elem_count()
    }

    /// How far apart neighbours lie in memory, for each dimension.
    pub fn stride(&self) -> &[usize] {
        self.0.stride()
    }

    /// Where the elements lie in memory.
    pub fn layout(&self) -> &Layout {
        self.0.layout()
    }

    /// Whether the elements lie in memory one behind the other.
    pub fn is_contiguous(&self) -> bool {
        self.0.is_contiguous()
    }

    /// What tells this tensor from all others.
    pub fn id(&self) -> TensorId {
        self.0.id()
    }

    /// Whether it is a variable, for which gradients are computed.
    pub fn is_variable(&self) -> bool {
        self.0.is_variable()
    }

    /// Whether gradients flow through it.
    pub fn track_op(&self) -> bool {
        self.0.track_op()
    }

    /// The only element of a tensor without dimensions.
    pub fn to_scalar<N: WithDType>(&self) -> Result<N> {
        Ok(self.0.to_scalar()?)
    }

    /// As [`to_scalar`](Self::to_scalar).
    pub fn to_vec0<N: WithDType>(&self) -> Result<N> {
        Ok(self.0.to_vec0()?)
    }

    /// The elements of (N).
    pub fn to_vec1<N: WithDType>(&self) -> Result<Vec<N>> {
        Ok(self.0.to_vec1()?)
    }

    /// The elements of (N, M), row by row.
    pub fn to_vec2<N: WithDType>(&self) -> Result<Vec<Vec<N>>> {
        Ok(self.0.to_vec2()?)
    }

    /// The elements of three dimensions.
    pub fn to_vec3<N: WithDType>(&self) -> Result<Vec<Vec<Vec<N>>>> {
        Ok(self.0.to_vec3()?)
    }
}
