//! Kernels to places of a tile, and back, several at a time.

use super::PLACES;
use super::points::{SIDE, evaluate_kernel, gather_kernel};
use crate::ops::scalar::Scalar;
use crate::ops::simd::vectorize;
use std::array::from_fn;

/// The most numbers of a kernel.
pub const TAPS: usize = 25;

/// `G g G'` for each of some kernels g. The same number of all kernels stands side by side.
pub fn transform_weights<T: Scalar, const KERNEL: usize, const LANES: usize>(
    kernels: &[[T; LANES]; TAPS],
) -> [[T; LANES]; PLACES] {
    let mut places = [[T::ZERO; LANES]; PLACES];
    vectorize(|| {
        // SAFETY: arrays need no particular instructions.
        unsafe {
            let mut lines = [[[T::ZERO; LANES]; SIDE]; KERNEL];
            for (y, line) in lines.iter_mut().enumerate() {
                *line = evaluate_kernel::<T, _, KERNEL>(from_fn(|x| kernels[y * KERNEL + x]));
            }
            for column in 0..SIDE {
                let values = evaluate_kernel::<T, _, KERNEL>(from_fn(|y| lines[y][column]));
                for (row, value) in values.into_iter().enumerate() {
                    places[row * SIDE + column] = value;
                }
            }
        }
    });
    places
}

/// `G' u G` for each of some u: back from the gradient of all places to that of the kernel.
pub fn restore_weights<T: Scalar, const KERNEL: usize, const LANES: usize>(
    places: &[[T; LANES]; PLACES],
) -> [[T; LANES]; TAPS] {
    let mut kernels = [[T::ZERO; LANES]; TAPS];
    vectorize(|| {
        // SAFETY: as above.
        unsafe {
            let mut lines = [[[T::ZERO; LANES]; KERNEL]; SIDE];
            for (row, line) in lines.iter_mut().enumerate() {
                *line =
                    gather_kernel::<T, _, KERNEL>(from_fn(|column| places[row * SIDE + column]));
            }
            for x in 0..KERNEL {
                let numbers = gather_kernel::<T, _, KERNEL>(from_fn(|row| lines[row][x]));
                for (y, number) in numbers.into_iter().enumerate() {
                    kernels[y * KERNEL + x] = number;
                }
            }
        }
    });
    kernels
}
