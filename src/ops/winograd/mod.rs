//! Convolution with kernels of 3x3 and many channels, with fewer multiplications: Winograd's minimal filtering F(2x2, 3x3)
//! (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", 4.1).
//!
//! The result is made in tiles of 2x2. Each is reached from a tile of 4x4 inputs, and is `A' [(G g G') * (B' d B)] A` for a
//! kernel g and inputs d: 16 multiplications in the place of 36. Summed over channels, they are 16 matrix products, one for each
//! place of the tile. The gradient of the input is such a convolution, too; that of the weight takes the same steps backward.
//!
//! Rounding errors are about those of the definition. Of an infinite input some sums would be NaN where the definition says
//! infinite: what comes out not finite is not given, and to be computed by the definition.

mod filtering;
mod kernels;
mod loops;
mod tiles;
mod weight_gradient;

#[cfg(test)]
mod tests;

use super::conv_geometry::Geometry;
pub use filtering::{backward, forward};
pub use weight_gradient::weight_gradient;

/// With fewer channels on one side, going to tiles and back costs more than it saves.
const MANY: usize = 48;
/// Places of a tile of inputs.
const PLACES: usize = 16;

/// Whether a convolution can be computed so, and is faster.
pub fn suits(geometry: &Geometry) -> bool {
    geometry.kernel == (3, 3)
        && geometry.stride == (1, 1)
        && geometry.dilation == (1, 1)
        && geometry.padding.0.max(geometry.padding.1) <= 2
        && geometry.channels.min(geometry.outputs) >= MANY
}
