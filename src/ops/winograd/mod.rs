//! Convolution with kernels of 3x3 or 5x5 and many channels, with fewer multiplications: Winograd's minimal filtering
//! F(4x4, 3x3) and F(2x2, 5x5) (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", 4).
//!
//! The result is computed in tiles. Each comes from a tile of 6x6 inputs, and is `A' [(G g G') * (B' d B)] A` for a kernel g and
//! inputs d: 36 multiplications instead of 144 for 4x4 results of a 3x3 kernel, or of 100 for 2x2 results of a 5x5 one. Summed over
//! channels, they are 36 matrix products, one for each place of the tile. The gradient of the input is such a convolution as well;
//! that of the weight takes the same steps in reverse.
//!
//! Rounding errors are up to twice those of direct convolution. With an infinite input some sums would be NaN where direct
//! convolution gives infinity, and NaN would spread over the whole tile. So direct convolution computes what is not finite here.

mod filtering;
mod loops;
mod points;
mod tiles;
mod weight_gradient;

#[cfg(test)]
mod tests;

use super::conv_geometry::Geometry;
use super::epilogue::Epilogue;
use super::simd::Registers;

/// See [`conv_algorithm::forward`](super::conv_algorithm::forward); nothing when an element of the result is not finite.
pub fn forward<T: Registers>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Option<Vec<T>> {
    match geometry.kernel.0 {
        3 => filtering::forward::<T, 3, 4>(input, weight, bias, geometry, epilogue),
        _ => filtering::forward::<T, 5, 2>(input, weight, bias, geometry, epilogue),
    }
}

/// See [`conv_algorithm::backward`](super::conv_algorithm::backward); nothing as for [`forward`].
pub fn backward<T: Registers>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Option<Vec<T>> {
    match geometry.kernel.0 {
        3 => filtering::backward::<T, 3, 4>(gradient, weight, bias, geometry, epilogue),
        _ => filtering::backward::<T, 5, 2>(gradient, weight, bias, geometry, epilogue),
    }
}

/// See [`conv_algorithm::weight_gradient`](super::conv_algorithm::weight_gradient); nothing as for [`forward`].
pub fn weight_gradient<T: Registers>(
    input: &[T],
    gradient: &[T],
    geometry: &Geometry,
) -> Option<Vec<T>> {
    match geometry.kernel.0 {
        3 => weight_gradient::weight_gradient::<T, 3, 4>(input, gradient, geometry),
        _ => weight_gradient::weight_gradient::<T, 5, 2>(input, gradient, geometry),
    }
}
