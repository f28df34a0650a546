//! Kernels to places of a tile, and back, several at a time.

use super::PLACES;
use crate::ops::scalar::Scalar;
use crate::ops::simd::vectorize;

/// `G g G'` for each of some kernels g, 3x3 numbers, to 4x4. The same number of all kernels stands side by side.
pub fn transform_weights<T: Scalar, const LANES: usize>(
    kernels: &[[T; LANES]; 9],
) -> [[T; LANES]; PLACES] {
    let mut places = [[T::ZERO; LANES]; PLACES];
    vectorize(|| {
        for lane in 0..LANES {
            let numbers = transform_weight(&std::array::from_fn(|tap| kernels[tap][lane]));
            for place in 0..PLACES {
                places[place][lane] = numbers[place];
            }
        }
    });
    places
}

#[inline(always)]
fn transform_weight<T: Scalar>(kernel: &[T; 9]) -> [T; PLACES] {
    let half = T::of(0.5);
    let four = |a: T, b: T, c: T| {
        let (ends, middle) = (half * (a + c), half * b);
        [a, ends + middle, ends - middle, c]
    };
    let columns: [[T; 4]; 3] =
        std::array::from_fn(|x| four(kernel[x], kernel[3 + x], kernel[6 + x]));
    let rows: [[T; 4]; 4] =
        std::array::from_fn(|y| four(columns[0][y], columns[1][y], columns[2][y]));
    std::array::from_fn(|place| rows[place / 4][place % 4])
}

/// `G' u G` for each of some u: back from the gradient of 4x4 numbers to that of the kernel.
pub fn restore_weights<T: Scalar, const LANES: usize>(
    places: &[[T; LANES]; PLACES],
) -> [[T; LANES]; 9] {
    let mut kernels = [[T::ZERO; LANES]; 9];
    vectorize(|| {
        for lane in 0..LANES {
            let numbers = restore_weight(&std::array::from_fn(|place| places[place][lane]));
            for tap in 0..9 {
                kernels[tap][lane] = numbers[tap];
            }
        }
    });
    kernels
}

#[inline(always)]
fn restore_weight<T: Scalar>(numbers: &[T; PLACES]) -> [T; 9] {
    let half = T::of(0.5);
    let three = |a: T, b: T, c: T, d: T| {
        let sum = half * (b + c);
        [a + sum, half * (b - c), sum + d]
    };
    let columns: [[T; 3]; 4] =
        std::array::from_fn(|x| three(numbers[x], numbers[4 + x], numbers[8 + x], numbers[12 + x]));
    let rows: [[T; 3]; 3] =
        std::array::from_fn(|y| three(columns[0][y], columns[1][y], columns[2][y], columns[3][y]));
    std::array::from_fn(|tap| rows[tap / 3][tap % 3])
}
