//! What can be checked: values of many types, and closures that compute one.

use super::value::Value;
use crate::{Result, Tensor, Var};
use candle_core::{DType, Shape};

/// A type whose values can be an answer: tensors, numbers, `bool`, text, and vectors, arrays and tuples of these.
pub trait Answer {
    /// The answer in a form that can be compared.
    ///
    /// # Errors
    /// When a tensor cannot be read.
    fn value(&self) -> Result<Value>;
}

/// Marks an attempt that is a value.
pub struct Given;

/// Marks an attempt that is a closure.
pub struct Computed;

/// What [`check`](super::check) takes: an [`Answer`], or a closure that computes one. A closure's errors and panics are
/// part of the verdict, so it suits functions that the learner writes.
pub trait Attempt<Kind> {
    /// The answer.
    ///
    /// # Errors
    /// Whatever error the closure ended with.
    fn attempt(self) -> Result<Value>;
}

impl<T: Answer> Attempt<Given> for T {
    fn attempt(self) -> Result<Value> {
        self.value()
    }
}

impl<F, T> Attempt<Computed> for F
where
    F: FnOnce() -> Result<T>,
    T: Answer,
{
    fn attempt(self) -> Result<Value> {
        self()?.value()
    }
}

impl<T: Answer + ?Sized> Answer for &T {
    fn value(&self) -> Result<Value> {
        (**self).value()
    }
}

impl Answer for Tensor {
    fn value(&self) -> Result<Value> {
        let numbers = self.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
        Ok(Value::Tensor {
            shape: self.dims().to_vec(),
            dtype: self.dtype().as_str().to_owned(),
            numbers,
        })
    }
}

impl Answer for Var {
    fn value(&self) -> Result<Value> {
        self.as_tensor().value()
    }
}

impl Answer for Shape {
    fn value(&self) -> Result<Value> {
        self.dims().value()
    }
}

impl Answer for DType {
    fn value(&self) -> Result<Value> {
        self.as_str().value()
    }
}

impl Answer for bool {
    fn value(&self) -> Result<Value> {
        Ok(Value::Truth(*self))
    }
}

impl Answer for str {
    fn value(&self) -> Result<Value> {
        Ok(Value::Text(self.to_owned()))
    }
}

impl Answer for String {
    fn value(&self) -> Result<Value> {
        self.as_str().value()
    }
}

impl<T: Answer> Answer for [T] {
    fn value(&self) -> Result<Value> {
        let values = self.iter().map(Answer::value).collect::<Result<_>>()?;
        Ok(Value::List(values))
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn value(&self) -> Result<Value> {
        self.as_slice().value()
    }
}

impl<T: Answer, const N: usize> Answer for [T; N] {
    fn value(&self) -> Result<Value> {
        self.as_slice().value()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Answer for $number {
            fn value(&self) -> Result<Value> {
                Ok(Value::Number(*self as f64))
            }
        })*
    };
}

numbers!(f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

macro_rules! tuples {
    ($(($($part:ident $at:tt),+)),*) => {
        $(impl<$($part: Answer),+> Answer for ($($part,)+) {
            fn value(&self) -> Result<Value> {
                Ok(Value::List(vec![$(self.$at.value()?),+]))
            }
        })*
    };
}

tuples!(
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4)
);
