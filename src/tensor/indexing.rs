//! Parts of a tensor, and where they stand.

use super::Tensor;
use crate::Result;
use candle_core::shape::Dim;
use candle_core::{DType, IndexOp};
use std::ops::RangeBounds;

impl Tensor {
    /// A part, chosen as in Python's `x[1, :, 2:4]`: `x.i((1, .., 2..4))?`.
    pub fn i<I>(&self, index: I) -> Result<Tensor>
    where
        candle_core::Tensor: IndexOp<I>,
    {
        Ok(Self(self.0.i(index)?))
    }

    /// `len` elements from `start` along a dimension.
    pub fn narrow<D: Dim>(&self, dim: D, start: usize, len: usize) -> Result<Tensor> {
        Ok(Self(self.0.narrow(dim, start, len)?))
    }

    /// What stands at this place of the first dimension.
    pub fn get(&self, index: usize) -> Result<Tensor> {
        Ok(Self(self.0.get(index)?))
    }

    /// What stands at this place of a dimension.
    pub fn get_on_dim<D: Dim>(&self, dim: D, index: usize) -> Result<Tensor> {
        Ok(Self(self.0.get_on_dim(dim, index)?))
    }

    /// So many parts along a dimension, the last of them smaller if they are not even.
    pub fn chunk<D: Dim>(&self, chunks: usize, dim: D) -> Result<Vec<Tensor>> {
        let chunks = self.0.chunk(chunks, dim)?;
        Ok(chunks.into_iter().map(Self).collect())
    }

    /// What stands at these places, (N), of a dimension.
    pub fn index_select<D: Dim>(&self, indexes: &Tensor, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.index_select(&indexes.0, dim)?))
    }

    /// The rows of this table, (classes, features), that `ids` name.
    pub fn embedding(&self, ids: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.embedding(&ids.0)?))
    }

    /// For each element of `indexes`, what stands there along a dimension.
    pub fn gather<D: Dim>(&self, indexes: &Tensor, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.gather(&indexes.0, dim)?))
    }

    /// With `source` in place of the elements at `indexes`.
    ///
    /// No place may be named twice. (candle's own gives the replaced elements a gradient; here, as in PyTorch, they have none.)
    pub fn scatter<D: Dim>(&self, indexes: &Tensor, source: &Tensor, dim: D) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "scatter")?;
        let replaced = self.0.zeros_like()?.to_dtype(DType::U8)?;
        let ones = source.0.ones_like()?.to_dtype(DType::U8)?;
        let replaced = replaced.scatter(&indexes.0, &ones, dim)?;
        let sources = self.0.zeros_like()?.scatter(&indexes.0, &source.0, dim)?;
        Ok(Self(replaced.where_cond(&sources, &self.0)?))
    }

    /// With `source` added to the elements at `indexes`.
    ///
    /// (candle's own gives the elements it adds to no gradient; here, as in PyTorch, they have it.)
    pub fn scatter_add<D: Dim>(&self, indexes: &Tensor, source: &Tensor, dim: D) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "scatter_add")?;
        let places = self.places(indexes, dim)?;
        let sums = self
            .flatten_all()?
            .0
            .index_add(&places, &source.flatten_all()?.0, 0)?;
        Ok(Self(sums.reshape(self.shape())?))
    }

    /// Where the elements that `indexes` name along a dimension stand among all elements.
    fn places(&self, indexes: &Tensor, dim: usize) -> Result<candle_core::Tensor> {
        let count = self.elem_count() as i64;
        let all = candle_core::Tensor::arange(0, count, self.device())?.reshape(self.shape())?;
        let mut starts = all;
        for (axis, &size) in indexes.dims().iter().enumerate() {
            starts = starts.narrow(axis, 0, if axis == dim { 1 } else { size })?;
        }
        let step = self.dims()[dim + 1..].iter().product::<usize>() as f64;
        let steps = indexes.0.to_dtype(DType::I64)?.affine(step, 0.)?;
        Ok(steps.broadcast_add(&starts)?.flatten_all()?)
    }

    /// With the slices of `source` added at the places `indexes`, (N), of a dimension.
    pub fn index_add<D: Dim>(&self, indexes: &Tensor, source: &Tensor, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.index_add(&indexes.0, &source.0, dim)?))
    }

    /// With `source` in place of what stands from `start` on, along a dimension.
    pub fn slice_scatter<D: Dim>(&self, source: &Tensor, dim: D, start: usize) -> Result<Tensor> {
        Ok(Self(self.0.slice_scatter(&source.0, dim, start)?))
    }

    /// With `source` in place of the part that the ranges name, one for each dimension.
    pub fn slice_assign<R: RangeBounds<usize>>(
        &self,
        ranges: &[R],
        source: &Tensor,
    ) -> Result<Tensor> {
        Ok(Self(self.0.slice_assign(ranges, &source.0)?))
    }

    /// `on_true` where an element is not zero, `on_false` elsewhere. The elements are u8, u32 or i64.
    pub fn where_cond(&self, on_true: &Tensor, on_false: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.where_cond(&on_true.0, &on_false.0)?))
    }

    /// The elements of each row of the last dimension in order, and where they stood.
    pub fn sort_last_dim(&self, ascending: bool) -> Result<(Tensor, Tensor)> {
        let (sorted, places) = self.0.contiguous()?.sort_last_dim(ascending)?;
        Ok((Self(sorted), Self(places)))
    }

    /// Where the elements of each row of the last dimension stand, in the order of their values.
    pub fn arg_sort_last_dim(&self, ascending: bool) -> Result<Tensor> {
        Ok(Self(self.0.contiguous()?.arg_sort_last_dim(ascending)?))
    }
}
