//! Arithmetic, element by element and with matrices.

use super::{Tensor, TensorOrScalar};
use crate::Result;

impl Tensor {
    /// Sum of tensors of one shape, element by element.
    pub fn add(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.add(&other.0)?))
    }

    /// Difference of tensors of one shape, element by element.
    pub fn sub(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.sub(&other.0)?))
    }

    /// Product of tensors of one shape, element by element.
    pub fn mul(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.mul(&other.0)?))
    }

    /// Quotient of tensors of one shape, element by element.
    pub fn div(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.div(&other.0)?))
    }

    /// Sum of tensors, each repeated along dimensions of size 1 where the other is larger.
    pub fn broadcast_add(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_add(&other.0)?))
    }

    /// Difference of tensors, each repeated along dimensions of size 1 where the other is larger.
    pub fn broadcast_sub(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_sub(&other.0)?))
    }

    /// Product of tensors, each repeated along dimensions of size 1 where the other is larger.
    pub fn broadcast_mul(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_mul(&other.0)?))
    }

    /// Quotient of tensors, each repeated along dimensions of size 1 where the other is larger.
    pub fn broadcast_div(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_div(&other.0)?))
    }

    /// The larger of tensors, each repeated along dimensions of size 1 where the other is larger.
    pub fn broadcast_maximum(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_maximum(&other.0)?))
    }

    /// The smaller of tensors, each repeated along dimensions of size 1 where the other is larger.
    pub fn broadcast_minimum(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_minimum(&other.0)?))
    }

    /// The larger of each pair of elements. Where both are the same, each gets half of the gradient.
    pub fn maximum<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.maximum(&other.like(self)?)?))
    }

    /// The smaller of each pair of elements. Where both are the same, each gets half of the gradient.
    pub fn minimum<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.minimum(&other.like(self)?)?))
    }

    /// Elements below `low` or above `high` become `low` or `high`, and get no gradient.
    pub fn clamp<L: TensorOrScalar, H: TensorOrScalar>(&self, low: L, high: H) -> Result<Tensor> {
        let (low, high) = (low.like(self)?, high.like(self)?);
        let inside = self.0.ge(&low)?.mul(&self.0.le(&high)?)?;
        let limited = self.0.maximum(&low)?.minimum(&high)?;
        Ok(Self(inside.where_cond(&self.0, &limited)?))
    }

    /// `mul * x + add`.
    pub fn affine(&self, mul: f64, add: f64) -> Result<Tensor> {
        Ok(Self(self.0.affine(mul, add)?))
    }

    /// 1 / x.
    pub fn recip(&self) -> Result<Tensor> {
        Ok(Self(self.0.recip()?))
    }

    /// -x.
    pub fn neg(&self) -> Result<Tensor> {
        Ok(Self(self.0.neg()?))
    }

    /// e to the power of x.
    pub fn exp(&self) -> Result<Tensor> {
        Ok(Self(self.0.exp()?))
    }

    /// The natural logarithm.
    pub fn log(&self) -> Result<Tensor> {
        Ok(Self(self.0.log()?))
    }

    /// The sine.
    pub fn sin(&self) -> Result<Tensor> {
        Ok(Self(self.0.sin()?))
    }

    /// The cosine.
    pub fn cos(&self) -> Result<Tensor> {
        Ok(Self(self.0.cos()?))
    }

    /// x * x.
    pub fn sqr(&self) -> Result<Tensor> {
        Ok(Self(self.0.sqr()?))
    }

    /// x to the power of `exponent`.
    pub fn powf(&self, exponent: f64) -> Result<Tensor> {
        match exponent {
            0.0 => self.ones_like(),
            _ => Ok(Self(self.0.powf(exponent)?)),
        }
    }

    /// The square root. Its gradient at 0 is infinite.
    pub fn sqrt(&self) -> Result<Tensor> {
        Ok(Self(self.0.sqrt()?))
    }

    /// The error function.
    pub fn erf(&self) -> Result<Tensor> {
        Ok(Self(self.0.erf()?))
    }

    /// The Gaussian error linear unit, by its approximation with tanh.
    pub fn gelu(&self) -> Result<Tensor> {
        Ok(Self(self.0.gelu()?))
    }

    /// The Gaussian error linear unit.
    pub fn gelu_erf(&self) -> Result<Tensor> {
        Ok(Self(self.0.gelu_erf()?))
    }

    /// x * sigmoid(x).
    pub fn silu(&self) -> Result<Tensor> {
        Ok(Self(self.0.silu()?))
    }

    /// The next whole number above. No gradient flows through it.
    pub fn ceil(&self) -> Result<Tensor> {
        Ok(Self(self.0.ceil()?))
    }

    /// The next whole number below. No gradient flows through it.
    pub fn floor(&self) -> Result<Tensor> {
        Ok(Self(self.0.floor()?))
    }

    /// The nearest whole number. No gradient flows through it.
    pub fn round(&self) -> Result<Tensor> {
        Ok(Self(self.0.round()?))
    }

    /// -1, 0 or 1. No gradient flows through it.
    pub fn sign(&self) -> Result<Tensor> {
        Ok(Self(self.0.sign()?))
    }

    /// Rounded to so many decimals. No gradient flows through it.
    pub fn round_to(&self, decimals: i32) -> Result<Tensor> {
        Ok(Self(self.0.round_to(decimals)?))
    }

    /// The absolute value; its gradient at 0 is 0. (That of candle's own is 1.)
    pub fn abs(&self) -> Result<Tensor> {
        Ok(Self(self.0.mul(&self.0.sign()?)?))
    }

    /// Product of matrices, (…, n, k) and (…, k, m), with the same other dimensions.
    pub fn matmul(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.matmul(&other.0)?))
    }

    /// Product of matrices, whose other dimensions are repeated where their size is 1.
    pub fn broadcast_matmul(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_matmul(&other.0)?))
    }

    /// Sum of the products of two vectors, (n).
    pub fn dot(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.dot(&other.0)?))
    }

    /// Product of a matrix, (n, m), and a vector, (m).
    pub fn mv(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.mv(&other.0)?))
    }
}
