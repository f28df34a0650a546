//! Comparisons, element by element.

use super::Tensor;
use crate::Result;
use candle_core::WithDType;

impl Tensor {
    /// 1 where an element is equal, 0 elsewhere (u8).
    pub fn eq<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.eq(&other.like(self)?)?))
    }

    /// As [`eq`](Self::eq), with dimensions of size 1 repeated.
    pub fn broadcast_eq(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_eq(&other.0)?))
    }

    /// 1 where an element is different, 0 elsewhere (u8).
    pub fn ne<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.ne(&other.like(self)?)?))
    }

    /// As [`ne`](Self::ne), with dimensions of size 1 repeated.
    pub fn broadcast_ne(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_ne(&other.0)?))
    }

    /// 1 where an element is smaller, 0 elsewhere (u8).
    pub fn lt<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.lt(&other.like(self)?)?))
    }

    /// As [`lt`](Self::lt), with dimensions of size 1 repeated.
    pub fn broadcast_lt(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_lt(&other.0)?))
    }

    /// 1 where an element is smaller or equal, 0 elsewhere (u8).
    pub fn le<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.le(&other.like(self)?)?))
    }

    /// As [`le`](Self::le), with dimensions of size 1 repeated.
    pub fn broadcast_le(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_le(&other.0)?))
    }

    /// 1 where an element is larger, 0 elsewhere (u8).
    pub fn gt<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.gt(&other.like(self)?)?))
    }

    /// As [`gt`](Self::gt), with dimensions of size 1 repeated.
    pub fn broadcast_gt(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_gt(&other.0)?))
    }

    /// 1 where an element is larger or equal, 0 elsewhere (u8).
    pub fn ge<T: TensorOrScalar>(&self, other: T) -> Result<Tensor> {
        Ok(Self(self.0.ge(&other.like(self)?)?))
    }

    /// As [`ge`](Self::ge), with dimensions of size 1 repeated.
    pub fn broadcast_ge(&self, other: &Tensor) -> Result<Tensor> {
        Ok(Self(self.0.broadcast_ge(&other.0)?))
    }
}

/// What an element can be compared with: the element of a tensor of the same shape, or a number.
pub trait TensorOrScalar {
    /// A tensor of the shape and type of `tensor`.
    ///
    /// # Errors
    /// When candle cannot make one.
    fn like(self, tensor: &Tensor) -> Result<candle_core::Tensor>;
}

impl TensorOrScalar for &Tensor {
    fn like(self, _tensor: &Tensor) -> Result<candle_core::Tensor> {
        Ok(self.0.clone())
    }
}

impl<N: WithDType> TensorOrScalar for N {
    fn like(self, tensor: &Tensor) -> Result<candle_core::Tensor> {
        let number = candle_core::Tensor::full(self, (), tensor.device())?;
        Ok(number
            .to_dtype(tensor.dtype())?
            .broadcast_as(tensor.shape())?)
    }
}
