//! The two number types that operations compute with.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// `f32` (training) and `f64` (gradient checks).
pub trait Scalar:
    candle_core::WithDType
    + PartialOrd
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    const ZERO: Self;
    const ONE: Self;
    fn exponential(self) -> Self;
    /// `exp(self) - 1`, exact near zero.
    fn exponential_minus_one(self) -> Self;
    /// `ln(1 + self)`, exact near zero.
    fn logarithm_plus_one(self) -> Self;
    fn absolute(self) -> Self;
    fn is_not_a_number(self) -> bool;
    fn of(value: f64) -> Self;
}

macro_rules! scalar {
    ($type:ty) => {
        impl Scalar for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            fn exponential(self) -> Self {
                self.exp()
            }
            fn exponential_minus_one(self) -> Self {
                self.exp_m1()
            }
            fn logarithm_plus_one(self) -> Self {
                self.ln_1p()
            }
            fn absolute(self) -> Self {
                self.abs()
            }
            fn is_not_a_number(self) -> bool {
                self.is_nan()
            }
            fn of(value: f64) -> Self {
                value as $type
            }
        }
    };
}

scalar!(f32);
scalar!(f64);
