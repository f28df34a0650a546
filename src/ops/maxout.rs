//! Maxout (Goodfellow et al. 2013): an activation that is the largest of several linear functions.

use super::max_pool2d::max_pool2d;
use super::pool_options::PoolOptions;
use crate::{Error, Result, Tensor};

/// The largest of each group of `pieces` neighbouring channels: (N, C * pieces, ...) to (N, C, ...). As in [`max_pool2d`], the
/// gradient goes to the first of several equal ones, and NaN stays NaN. PyTorch has no such function; it is
/// `input.unflatten(1, (-1, pieces)).max(2).values`.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let channels = Tensor::new(&[[1f32, 3., -2., -5.]], &Device::Cpu)?;
/// assert_eq!(eosin::ops::maxout(&channels, 2)?.to_vec2::<f32>()?, [[3., -2.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When `pieces` does not divide the channels.
pub fn maxout(input: &Tensor, pieces: usize) -> Result<Tensor> {
    let &[count, channels, ..] = input.dims() else {
        return Err(Error::Invalid(format!(
            "maxout: input {:?} must be (N, C, ...)",
            input.shape()
        )));
    };
    if pieces == 0 || channels % pieces != 0 {
        return Err(Error::Invalid(format!(
            "maxout: {pieces} pieces do not divide {channels} channels"
        )));
    }
    let groups = channels / pieces;
    let pixels: usize = input.dims()[2..].iter().product();
    let columns = input.reshape((count, groups, pieces, pixels))?;
    let largest = max_pool2d(&columns, &PoolOptions::new((pieces, 1)))?;
    let shape = [&[count, groups], &input.dims()[2..]].concat();
    largest.reshape(shape)
}
