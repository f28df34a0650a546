//! Convolution with kernels of 3x3 or 5x5 and many channels, with fewer multiplications: Winograd's minimal filtering
//! F(4x4, 3x3) and F(2x2, 5x5) (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", 4).
//!
//! The result is made in tiles. Each is reached from a tile of 6x6 inputs, and is `A' [(G g G') * (B' d B)] A` for a kernel g and
//! inputs d: 36 multiplications in the place of 144 for 4x4 results of 3x3, or of 100 for 2x2 results of 5x5. Summed over
//! channels, they are 36 matrix products, one for each place of the tile. The gradient of the input is such a convolution,
//! too; that of the weight takes the same steps backward.
//!
//! Rounding errors are up to twice those of the definition. Of an infinite input some sums would be NaN where the definition says
//! infinite, and NaN would reach the whole tile: what comes out not finite is not given, and to be computed by the definition.

mod filtering;
mod loops;
mod points;
mod tiles;
mod weight_gradient;

#[cfg(test)]
mod tests;

use super::conv_geometry::Geometry;
use super::finish::Finish;
use super::simd::Registers;
use points::SIDE;

/// Places of a tile of inputs.
const PLACES: usize = SIDE * SIDE;

/// Whether a convolution can be computed so, and is faster.
fn suits(geometry: &Geometry) -> bool {
    // With fewer, going to tiles and back costs more than it saves.
    let (few, kernels) = match geometry.kernel {
        (3, 3) => (16, 512),
        (5, 5) => (32, 2048),
        _ => return false,
    };
    geometry.stride == (1, 1)
        && geometry.dilation == (1, 1)
        && geometry.padding.0.max(geometry.padding.1) < geometry.kernel.0
        && geometry.channels.min(geometry.outputs) >= few
        && geometry.channels * geometry.outputs >= kernels
}

/// As [`conv_kernel::forward`](super::conv_kernel::forward); none where that is faster, and when a result is not finite.
pub fn forward<T: Registers>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    finish: Finish,
) -> Option<Vec<T>> {
    match geometry.kernel.0 {
        _ if !suits(geometry) => None,
        3 => filtering::forward::<T, 3, 4>(input, weight, bias, geometry, finish),
        _ => filtering::forward::<T, 5, 2>(input, weight, bias, geometry, finish),
    }
}

/// As [`conv_kernel::backward`](super::conv_kernel::backward); none as for [`forward`].
pub fn backward<T: Registers>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    finish: Finish,
) -> Option<Vec<T>> {
    match geometry.kernel.0 {
        _ if !suits(geometry) => None,
        3 => filtering::backward::<T, 3, 4>(gradient, weight, bias, geometry, finish),
        _ => filtering::backward::<T, 5, 2>(gradient, weight, bias, geometry, finish),
    }
}

/// As [`conv_weight_gradient::weight_gradient`](super::conv_weight_gradient::weight_gradient); none as for [`forward`].
pub fn weight_gradient<T: Registers>(
    input: &[T],
    gradient: &[T],
    geometry: &Geometry,
) -> Option<Vec<T>> {
    match geometry.kernel.0 {
        _ if !suits(geometry) => None,
        3 => weight_gradient::weight_gradient::<T, 3, 4>(input, gradient, geometry),
        _ => weight_gradient::weight_gradient::<T, 5, 2>(input, gradient, geometry),
    }
}
