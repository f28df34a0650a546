//! Sums, means, extremes: fewer numbers from many.

use super::Tensor;
use crate::Result;
use candle_core::shape::{Dim, Dims};

impl Tensor {
    /// Sums over dimensions: an index, `D::Minus1`, or a tuple of them.
    pub fn sum<D: Dims>(&self, dims: D) -> Result<Tensor> {
        Ok(Self(self.0.sum(dims)?))
    }

    /// Sums over dimensions, which stay with size 1.
    pub fn sum_keepdim<D: Dims>(&self, dims: D) -> Result<Tensor> {
        Ok(Self(self.0.sum_keepdim(dims)?))
    }

    /// Sum of all elements.
    pub fn sum_all(&self) -> Result<Tensor> {
        Ok(Self(self.0.sum_all()?))
    }

    /// Means over dimensions: an index, `D::Minus1`, or a tuple of them.
    pub fn mean<D: Dims>(&self, dims: D) -> Result<Tensor> {
        Ok(Self(self.0.mean(dims)?))
    }

    /// Means over dimensions, which stay with size 1.
    pub fn mean_keepdim<D: Dims>(&self, dims: D) -> Result<Tensor> {
        Ok(Self(self.0.mean_keepdim(dims)?))
    }

    /// Mean of all elements.
    pub fn mean_all(&self) -> Result<Tensor> {
        Ok(Self(self.0.mean_all()?))
    }

    /// Variances over a dimension, with n - 1 in the denominator.
    pub fn var<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.var(dim)?))
    }

    /// Variances over a dimension, which stays with size 1.
    pub fn var_keepdim<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.var_keepdim(dim)?))
    }

    /// The largest elements along a dimension. Where several are largest, the first gets the gradient. NaN in a row is its
    /// result. (candle's own gives all of the gradient to each, and passes over NaN.)
    pub fn max<D: Dim>(&self, dim: D) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "max")?;
        self.max_keepdim(dim)?.squeeze(dim)
    }

    /// The largest elements along a dimension, which stays with size 1.
    pub fn max_keepdim<D: Dim>(&self, dim: D) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "max")?;
        let places = self.0.argmax_keepdim(dim)?;
        Ok(Self(self.nan_or(self.0.gather(&places, dim)?, dim)?))
    }

    /// The largest of all elements. Where several are, the first gets the gradient. (PyTorch divides it among them.)
    pub fn max_all(&self) -> Result<Tensor> {
        self.flatten_all()?.max(0)
    }

    /// Where the largest elements stand along a dimension.
    pub fn argmax<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.argmax(dim)?))
    }

    /// Where the largest elements stand along a dimension, which stays with size 1.
    pub fn argmax_keepdim<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.argmax_keepdim(dim)?))
    }

    /// The smallest elements along a dimension. Where several are smallest, the first gets the gradient. NaN in a row is its
    /// result. (candle's own gives all of the gradient to each, and passes over NaN.)
    pub fn min<D: Dim>(&self, dim: D) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "min")?;
        self.min_keepdim(dim)?.squeeze(dim)
    }

    /// The smallest elements along a dimension, which stays with size 1.
    pub fn min_keepdim<D: Dim>(&self, dim: D) -> Result<Tensor> {
        let dim = dim.to_index(self.shape(), "min")?;
        let places = self.0.argmin_keepdim(dim)?;
        Ok(Self(self.nan_or(self.0.gather(&places, dim)?, dim)?))
    }

    /// The smallest of all elements. Where several are, the first gets the gradient. (PyTorch divides it among them.)
    pub fn min_all(&self) -> Result<Tensor> {
        self.flatten_all()?.min(0)
    }

    /// Where the smallest elements stand along a dimension.
    pub fn argmin<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.argmin(dim)?))
    }

    /// Where the smallest elements stand along a dimension, which stays with size 1.
    pub fn argmin_keepdim<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.argmin_keepdim(dim)?))
    }

    /// Running sums along a dimension.
    pub fn cumsum<D: Dim>(&self, dim: D) -> Result<Tensor> {
        Ok(Self(self.0.cumsum(dim)?))
    }

    /// The logarithm of the sum of exponentials over dimensions.
    pub fn log_sum_exp<D: Dims>(&self, dims: D) -> Result<Tensor> {
        Ok(Self(self.0.log_sum_exp(dims)?))
    }

    /// The square root of the sum of all squares; its gradient at 0 is 0.
    pub fn norm(&self) -> Result<Tensor> {
        let squares = self.0.sqr()?.sum_all()?;
        let zero = squares.eq(0f64)?;
        let root = zero.where_cond(&squares.ones_like()?, &squares)?.sqrt()?;
        Ok(Self(zero.where_cond(&squares.zeros_like()?, &root)?))
    }

    /// NaN where a row along this dimension holds NaN, which candle passes over; the extreme elsewhere.
    fn nan_or(&self, extreme: candle_core::Tensor, dim: usize) -> Result<candle_core::Tensor> {
        if self.dtype().is_int() {
            return Ok(extreme);
        }
        let nan = extreme.zeros_like()?.affine(1., f64::NAN)?;
        let has_nan = self.0.ne(&self.0)?.max_keepdim(dim)?;
        Ok(has_nan.where_cond(&nan, &extreme)?)
    }
}
