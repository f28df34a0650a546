//! The same elements in other shapes, orders and types.

use super::Tensor;
use crate::{Error, Result};
use candle_core::shape::{Dim, Dims, ShapeWithOneHole};
use candle_core::{DType, Device, Shape};

impl Tensor {
    /// The same elements in another shape; one dimension may be `()`, and follows from the count.
    pub fn reshape<S: ShapeWithOneHole>(&self, shape: S) -> Result<Tensor> {
        Ok(Self(self.0.reshape(shape)?))
    }

    /// Without a dimension of size 1.
    pub fn squeeze<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.squeeze(dim)?))
    }

    /// With a new dimension of size 1.
    pub fn unsqueeze<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.unsqueeze(dim)?))
    }

    /// With these dimensions and all between them made one.
    pub fn flatten<D1: Dim, D2: Dim>(&self, start_dim: D1, end_dim: D2) -> Result<Tensor> {
        Ok(Self(self.0.flatten(start_dim, end_dim)?))
    }

    /// With all dimensions up to this one made one.
    pub fn flatten_to<D: Dim>(&self, end_dim: D) -> Result<Tensor> {
        Ok(Self(self.0.flatten_to(end_dim)?))
    }

    /// With this and all later dimensions made one.
    pub fn flatten_from<D: Dim>(&self, start_dim: D) -> Result<Tensor> {
        Ok(Self(self.0.flatten_from(start_dim)?))
    }

    /// All elements in one dimension.
    pub fn flatten_all(&self) -> Result<Tensor> {
        Ok(Self(self.0.flatten_all()?))
    }

    /// With the last two dimensions exchanged: a matrix's transpose.
    pub fn t(&self) -> Result<Tensor> {
        Ok(Self(self.0.t()?))
    }

    /// With two dimensions exchanged.
    pub fn transpose<D1: Dim, D2: Dim>(&self, dim1: D1, dim2: D2) -> Result<Tensor> {
        Ok(Self(self.0.transpose(dim1, dim2)?))
    }

    /// With the dimensions in this order.
    pub fn permute<D: Dims>(&self, dims: D) -> Result<Tensor> {
        Ok(Self(self.0.permute(dims)?))
    }

    /// Repeated, without a copy, to fill this shape: new dimensions stand on the left, and those of size 1 grow.
    pub fn broadcast_as<S: Into<Shape>>(&self, shape: S) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_as(shape)?))
    }

    /// As [`broadcast_as`](Self::broadcast_as).
    pub fn expand<S: Into<Shape>>(&self, shape: S) -> Result<Tensor> {
        Ok(Self(self.0.expand(shape)?))
    }

    /// Repeated along new dimensions on the left.
    pub fn broadcast_left<S: Into<Shape>>(&self, left_shape: S) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_left(left_shape)?))
    }

    /// Copies side by side, so many along each dimension.
    pub fn repeat<S: Into<Shape>>(&self, shape: S) -> Result<Tensor> {
        Ok(Self(self.0.repeat(shape)?))
    }

    /// With its elements one behind the other in memory.
    pub fn contiguous(&self) -> Result<Tensor> {
        Ok(Self(self.0.contiguous()?))
    }

    /// A copy with its elements one behind the other in memory.
    pub fn force_contiguous(&self) -> Result<Tensor> {
        Ok(Self(self.0.force_contiguous()?))
    }

    /// A copy.
    pub fn copy(&self) -> Result<Tensor> {
        Ok(Self(self.0.copy()?))
    }

    /// The same elements, through which no gradient flows.
    pub fn detach(&self) -> Tensor {
        Self(self.0.detach())
    }

    /// In another type. No gradient flows through a type of whole numbers.
    pub fn to_dtype(&self, dtype: DType) -> Result<Tensor> {
        Ok(Self(self.0.to_dtype(dtype)?))
    }

    /// On another device.
    pub fn to_device(&self, device: &Device) -> Result<Tensor> {
        Ok(Self(self.0.to_device(device)?))
    }

    /// With zeros before and behind, along a dimension.
    pub fn pad_with_zeros<D: Dim>(&self, dim: D, left: usize, right: usize) -> Result<Tensor> {
        Ok(Self(self.0.pad_with_zeros(dim, left, right)?))
    }

    /// With the first and the last element repeated before and behind, along a dimension.
    pub fn pad_with_same<D: Dim>(&self, dim: D, left: usize, right: usize) -> Result<Tensor> {
        Ok(Self(self.0.pad_with_same(dim, left, right)?))
    }

    /// In reverse order along these dimensions.
    pub fn flip(&self, dims: &[usize]) -> Result<Tensor> {
        Ok(Self(self.0.flip(dims)?))
    }

    /// Moved along a dimension; what leaves at one end comes back at the other.
    pub fn roll<D: Dim + Clone>(&self, shift: i32, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.roll(shift, dim)?))
    }

    /// Windows of `size` elements, `step` apart, along a dimension; the elements of a window are a new last dimension.
    /// (candle's own has no gradient.)
    pub fn unfold<D: Dim>(&self, dim: D, size: usize, step: usize) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "unfold")?;
        let length = self.dims()[dim];
        if step == 0 || size > length {
            return Err(Error::Invalid(format!(
                "unfold: windows of {size}, {step} apart, do not fit dimension {dim} of {:?}; a window has at most {length} \
                 elements and a step at least 1",
                self.shape()
            )));
        }
        let starts = (0..=length - size).step_by(step);
        let places: Vec<u32> = starts
            .flat_map(|start| start..start + size)
            .map(|place| place as u32)
            .collect();
        let mut sizes = self.dims().to_vec();
        sizes[dim] = places.len() / size.max(1);
        sizes.insert(dim + 1, size);
        let mut axes: Vec<usize> = (0..sizes.len()).collect();
        let elements = axes.remove(dim + 1);
        axes.push(elements);
        let places = Tensor::new(places, self.device())?;
        self.index_select(&places, dim)?
            .reshape(sizes)?
            .permute(axes)
    }
}
