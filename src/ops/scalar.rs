//! The two number types that operations compute with.

use std::cell::Cell;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};
use std::thread::LocalKey;

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
    + MulAssign
{
    const ZERO: Self;
    const ONE: Self;
    fn exponential(self) -> Self;
    /// `exp(self) - 1` for numbers up to zero, exact near zero.
    fn exponential_minus_one(self) -> Self;
    /// `ln(1 + self)`, exact near zero.
    fn logarithm_plus_one(self) -> Self;
    fn absolute(self) -> Self;
    fn power(self, exponent: Self) -> Self;
    fn is_not_a_number(self) -> bool;
    fn of(value: f64) -> Self;
    /// Buffers that a thread keeps, for [`with_buffers`](super::memory::with_buffers).
    fn kept_buffers() -> &'static LocalKey<Cell<Vec<Vec<Self>>>>;
}

macro_rules! scalar {
    ($type:ty, $exponential_minus_one:path) => {
        impl Scalar for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn exponential(self) -> Self {
                self.exp()
            }
            #[inline(always)]
            fn exponential_minus_one(self) -> Self {
                $exponential_minus_one(self)
            }
            fn logarithm_plus_one(self) -> Self {
                self.ln_1p()
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                self.abs()
            }
            fn power(self, exponent: Self) -> Self {
                self.powf(exponent)
            }
            #[inline(always)]
            fn is_not_a_number(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            fn kept_buffers() -> &'static LocalKey<Cell<Vec<Vec<Self>>>> {
                thread_local!(static BUFFERS: Cell<Vec<Vec<$type>>> = const { Cell::new(Vec::new()) });
                &BUFFERS
            }
        }
    };
}

scalar!(f32, exponential_minus_one);
scalar!(f64, f64::exp_m1);

/// `exp(x) - 1` for `x <= 0`, without a branch, so that a loop computes many at a time: with `x = n ln 2 + r` it is
/// `2^n (exp(r) - 1) + 2^n - 1`, and `exp(r) - 1` is its Taylor polynomial, as `|r| < 0.35` (Muller et al. 2018, "Handbook of
/// Floating-Point Arithmetic", 10.2).
#[inline(always)]
fn exponential_minus_one(x: f32) -> f32 {
    // Added to a number, it leaves the nearest integer in the last bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Below, all are -1; the comparison keeps NaN.
    let x = if x < -87.0 { -87.0 } else { x };
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut polynomial = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5] {
        polynomial = polynomial * r + coefficient;
    }
    let small = polynomial * r * r + r;
    let exponent = (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let power = f32::from_bits((exponent.wrapping_add(127) as u32) << 23);
    power * small + (power - 1.0)
}
