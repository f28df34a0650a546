//! The images that a model takes: one check and one message for all models.

use crate::{Error, Result, Tensor};

/// Which heights and widths fit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sides {
    Any,
    Exactly(usize),
    AtLeast(usize),
    /// Halved so many times.
    Halved(u32),
}

/// Refuses what is not (N, channels, H, W) with sides that fit.
pub(super) fn check_images(
    model: &str,
    input: &Tensor,
    channels: usize,
    sides: Sides,
) -> Result<()> {
    let fits = |side: usize| match sides {
        Sides::Any => true,
        Sides::Exactly(wanted) => side == wanted,
        Sides::AtLeast(least) => side >= least,
        Sides::Halved(times) => side > 0 && side.is_multiple_of(1 << times),
    };
    if let [_, found, height, width] = *input.dims()
        && found == channels
        && fits(height)
        && fits(width)
    {
        return Ok(());
    }
    let rule = match sides {
        Sides::Any => format!("(N, {channels}, H, W)"),
        Sides::Exactly(side) => format!("(N, {channels}, {side}, {side})"),
        Sides::AtLeast(least) => {
            format!("(N, {channels}, H, W) with H and W of at least {least}")
        }
        Sides::Halved(times) => format!(
            "(N, {channels}, H, W) with H and W multiples of {} (they are halved {times} times)",
            1 << times
        ),
    };
    Err(Error::Invalid(format!(
        "{model}: input {:?}: images must be {rule}",
        input.shape()
    )))
}
