//! Winograd's minimal filtering along one axis.
//!
//! A tile of six inputs meets a kernel of three (which gives four results) or of five (which gives two). Both are polynomial
//! products, transposed, and Toom and Cook compute those from the values of the factors at six points: [`evaluate`] goes to the
//! points, the values are multiplied there, and [`gather`] comes back. Any points give the same results, but not the same rounding
//! errors: with the common 0, ±1, ±2 and infinity they are three to four times those of direct convolution, with 0, ±2/3, ±3/2
//! and infinity up to twice (root mean squares; Barabasz et al. 2020, "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
//! Neural Networks", says where they come from).

use crate::ops::scalar::Scalar;
use crate::ops::simd::{Register, unrolled};

/// Inputs of a tile along one axis, and as many points.
pub const SIDE: usize = 6;
/// Places of a tile of inputs.
pub const PLACES: usize = SIDE * SIDE;
/// Powers of a point: as many as a loop can be unrolled for.
const MOST: usize = 8;
/// The points are, in this order: 0, then each of these with both signs, then infinity.
const POINTS: [f64; 2] = [2.0 / 3.0, 3.0 / 2.0];
const POWERS: [[f64; MOST]; 2] = [powers_of(POINTS[0]), powers_of(POINTS[1])];
/// What the values of a kernel are multiplied by: one over the product of a point's distances from the other ones.
const SCALES: [f64; SIDE] = {
    let [p, q] = [POWERS[0][2], POWERS[1][2]];
    let (of_p, of_q) = (0.5 / (p * (p - q)), 0.5 / (q * (q - p)));
    [1.0, of_p, of_p, of_q, of_q, 1.0]
};

const fn powers_of(point: f64) -> [f64; MOST] {
    let mut powers = [1.0; MOST];
    let mut power = 1;
    while power < MOST {
        powers[power] = powers[power - 1] * point;
        power += 1;
    }
    powers
}

/// `A y`: the values at all points of the polynomial with these coefficients; at infinity the last one.
///
/// # Safety
/// Of this and the following: the processor must have the instructions of `R`.
#[inline(always)]
pub unsafe fn evaluate<T: Scalar, R: Register<T>, const N: usize>(
    coefficients: [R; N],
) -> [R; SIDE] {
    let mut values = [coefficients[0]; SIDE];
    values[SIDE - 1] = coefficients[N - 1];
    // SAFETY: as the caller promises.
    unsafe {
        let (one, zero) = (R::splat(T::ONE), R::splat(T::ZERO));
        unrolled!(pair, 2, {
            let mut parts = [coefficients[0], zero];
            unrolled!(power, N, {
                if power > 0 {
                    let factor = R::splat(T::of(POWERS[pair][power]));
                    parts[power % 2] = coefficients[power].multiply_add(factor, parts[power % 2]);
                }
            });
            let [even, odd] = parts;
            values[1 + 2 * pair] = odd.multiply_add(one, even);
            values[2 + 2 * pair] = odd.multiply_add(R::splat(-T::ONE), even);
        });
    }
    values
}

/// `A' m`: [`evaluate`] transposed.
#[inline(always)]
pub unsafe fn gather<T: Scalar, R: Register<T>, const N: usize>(values: [R; SIDE]) -> [R; N] {
    // SAFETY: as the caller promises.
    unsafe {
        let (one, minus) = (R::splat(T::ONE), R::splat(-T::ONE));
        let mut gathered = [values[0]; N];
        let mut parts = [[values[0]; 2]; 2];
        unrolled!(pair, 2, {
            let (plus, less) = (values[1 + 2 * pair], values[2 + 2 * pair]);
            parts[pair] = [less.multiply_add(one, plus), less.multiply_add(minus, plus)];
        });
        unrolled!(power, N, {
            let mut sum = match power {
                0 => values[0],
                _ if power == N - 1 => values[SIDE - 1],
                _ => R::splat(T::ZERO),
            };
            unrolled!(pair, 2, {
                let factor = R::splat(T::of(POWERS[pair][power]));
                sum = parts[pair][power % 2].multiply_add(factor, sum);
            });
            gathered[power] = sum;
        });
        gathered
    }
}

/// `G g`: the scaled values of a kernel.
#[inline(always)]
pub unsafe fn evaluate_kernel<T: Scalar, R: Register<T>, const N: usize>(
    kernel: [R; N],
) -> [R; SIDE] {
    // SAFETY: as the caller promises.
    unsafe { scaled(evaluate::<T, R, N>(kernel)) }
}

/// `G' u`.
#[inline(always)]
pub unsafe fn gather_kernel<T: Scalar, R: Register<T>, const N: usize>(
    values: [R; SIDE],
) -> [R; N] {
    // SAFETY: as the caller promises.
    unsafe { gather::<T, R, N>(scaled(values)) }
}

#[inline(always)]
unsafe fn scaled<T: Scalar, R: Register<T>>(mut values: [R; SIDE]) -> [R; SIDE] {
    unrolled!(point, SIDE, {
        // SAFETY: as the caller promises.
        unsafe {
            let scale = R::splat(T::of(SCALES[point]));
            values[point] = values[point].multiply_add(scale, R::splat(T::ZERO));
        }
    });
    values
}

/// `B' d`: inputs against the polynomials that are zero at all points but one; for infinity, at all others.
#[inline(always)]
pub unsafe fn enter<T: Scalar, R: Register<T>>([a, b, c, d, e, f]: [R; SIDE]) -> [R; SIDE] {
    // SAFETY: as the caller promises.
    unsafe {
        let one = R::splat(T::ONE);
        let squares = R::splat(T::of(-(POWERS[0][2] + POWERS[1][2])));
        let mut places = [
            c.multiply_add(squares, e.multiply_add(one, a)),
            a,
            a,
            a,
            a,
            d.multiply_add(squares, f.multiply_add(one, b)),
        ];
        unrolled!(pair, 2, {
            let point = T::of(POINTS[pair]);
            let other = R::splat(T::of(-POWERS[1 - pair][2]));
            let (even, odd) = (c.multiply_add(other, e), b.multiply_add(other, d));
            places[1 + 2 * pair] = odd.multiply_add(R::splat(point), even);
            places[2 + 2 * pair] = odd.multiply_add(R::splat(-point), even);
        });
        places
    }
}
