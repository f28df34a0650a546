//! `+`, `-`, `*` and `/`, between tensors of one shape and with numbers.
//!
//! A tensor or the `Result` of an operation may stand on either side, so that `((&x * 2.)? + &y)?` can be `((&x * 2.) + &y)?`.
//! Between two `Result`s Rust's rules allow it only to candle: write a `?` behind one of them.

use super::Tensor;
use crate::Result;
use std::borrow::Borrow;
use std::ops::{Add, Div, Mul, Sub};

/// `$of_number` is the operation with a number on the right.
macro_rules! operator {
    ($trait:ident, $method:ident, |$tensor:ident, $number:ident| $of_number:expr, $from_number:expr) => {
        operator!(@ Tensor, $trait, $method, |$tensor, $number| $of_number, $from_number);
        operator!(@ &Tensor, $trait, $method, |$tensor, $number| $of_number, $from_number);
    };
    (@ $type:ty, $trait:ident, $method:ident, |$tensor:ident, $number:ident| $of_number:expr, $from_number:expr) => {
        impl<B: Borrow<Tensor>> $trait<B> for $type {
            type Output = Result<Tensor>;

            fn $method(self, other: B) -> Self::Output {
                Tensor::$method(&self, other.borrow())
            }
        }

        impl<B: Borrow<Tensor>> $trait<Result<B>> for $type {
            type Output = Result<Tensor>;

            fn $method(self, other: Result<B>) -> Self::Output {
                Tensor::$method(&self, other?.borrow())
            }
        }

        impl<B: Borrow<Tensor>> $trait<$type> for Result<B> {
            type Output = Result<Tensor>;

            fn $method(self, other: $type) -> Self::Output {
                Tensor::$method(self?.borrow(), &other)
            }
        }

        impl $trait<f64> for $type {
            type Output = Result<Tensor>;

            fn $method(self, $number: f64) -> Self::Output {
                let $tensor = &self;
                $of_number
            }
        }

        impl $trait<$type> for f64 {
            type Output = Result<Tensor>;

            fn $method(self, $tensor: $type) -> Self::Output {
                let $number = self;
                $from_number
            }
        }
    };
}

operator!(
    Add,
    add,
    |x, number| x.affine(1., number),
    x.affine(1., number)
);
operator!(
    Sub,
    sub,
    |x, number| x.affine(1., -number),
    x.affine(-1., number)
);
operator!(
    Mul,
    mul,
    |x, number| x.affine(number, 0.),
    x.affine(number, 0.)
);
operator!(
    Div,
    div,
    |x, number| x.affine(1. / number, 0.),
    x.recip()?.affine(number, 0.)
);
