//! Which algorithm computes a convolution and its gradients: the one place where that is decided.
//!
//! - Direct convolution sums over the taps of the kernel: `conv_kernel.rs`. It computes everything.
//! - Winograd's filtering needs fewer multiplications, for 3x3 and 5x5 kernels with stride 1: `winograd/`. It pays where there are
//!   enough channels.
//! - The gradient of the weight is summed tap by tap or, with many outputs, as outer products: both in `conv_weight_gradient.rs`.
//!
//! All of them interleave small images pixel by pixel, so that registers stay full. On a GPU, `cuda/convolution.rs` decides.

use super::conv_geometry::Geometry;
use super::epilogue::Epilogue;
use super::outer_products::TASK;
use super::simd::{Registers, are_finite};
use super::{conv_kernel, conv_weight_gradient, winograd};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Direct,
    Winograd,
}

impl Algorithm {
    fn of(geometry: &Geometry) -> Self {
        // With fewer channels, transforming tiles costs more than it saves.
        let (channels, kernels) = match geometry.kernel {
            (3, 3) => (16, 512),
            (5, 5) => (32, 2048),
            _ => return Algorithm::Direct,
        };
        let suits = geometry.stride == (1, 1)
            && geometry.dilation == (1, 1)
            && geometry.padding.0.max(geometry.padding.1) < geometry.kernel.0
            && geometry.channels.min(geometry.outputs) >= channels
            && geometry.channels * geometry.outputs >= kernels;
        match suits {
            true => Algorithm::Winograd,
            false => Algorithm::Direct,
        }
    }
}

/// `input` (N, C, H, W) with `weight` (O, C, KH, KW) and one `bias` an output channel: (N, O, OH, OW).
pub fn forward<T: Registers>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Vec<T> {
    let direct = || conv_kernel::forward(input, weight, bias, geometry, epilogue);
    match Algorithm::of(geometry) {
        Algorithm::Direct => direct(),
        // It gives nothing when a result is not finite: direct convolution keeps infinities and NaN where they belong.
        Algorithm::Winograd => {
            winograd::forward(input, weight, bias, geometry, epilogue).unwrap_or_else(direct)
        }
    }
}

/// The gradient of the input from that of the output; with a bias, a transposed convolution.
pub fn backward<T: Registers>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Vec<T> {
    let direct = || conv_kernel::backward(gradient, weight, bias, geometry, epilogue);
    match Algorithm::of(geometry) {
        Algorithm::Direct => direct(),
        Algorithm::Winograd => {
            winograd::backward(gradient, weight, bias, geometry, epilogue).unwrap_or_else(direct)
        }
    }
}

/// The gradient of the weight (O, C, KH, KW) from `input` (N, C, H, W) and `gradient` (N, O, OH, OW).
pub fn weight_gradient<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    let outer_products = || conv_weight_gradient::outer_products(input, gradient, geometry);
    // Its zeros between rows meet inputs that no tap sees, and zero times infinity is NaN. Outer products meet only what is seen.
    let tap_by_tap = || {
        let result = conv_weight_gradient::tap_by_tap(input, gradient, geometry);
        Some(result).filter(|result| are_finite(result))
    };
    let direct = || match suits_outer_products(geometry) {
        true => outer_products(),
        false => tap_by_tap().unwrap_or_else(outer_products),
    };
    match Algorithm::of(geometry) {
        Algorithm::Direct => direct(),
        Algorithm::Winograd => {
            winograd::weight_gradient(input, gradient, geometry).unwrap_or_else(direct)
        }
    }
}

/// Whether outer products are faster than going tap by tap: interleaving outputs takes time, which only many of them win back.
fn suits_outer_products(geometry: &Geometry) -> bool {
    let weights_of_an_output = geometry.channels * geometry.kernel.0 * geometry.kernel.1;
    geometry.outputs >= 48 && weights_of_an_output >= 2 * TASK
}
