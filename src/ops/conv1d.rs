//! Convolution along one dimension: signals such as an ECG.

use super::conv_options::{ConvOptions, Pair};
use super::conv2d::conv2d;
use crate::{Error, Result, Tensor};

/// Convolves `input` (N, C, L) with `weight` (O, C / groups, K) and adds `bias` (O): (N, O, M) with
/// `M = floor((L + 2 * padding - dilation * (K - 1) - 1) / stride) + 1`, as PyTorch's `conv1d`. It is [`conv2d`] of images with
/// one row, and uses the columns' part of each option.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::{ConvOptions, conv1d};
/// let signal = Tensor::new(&[[[1f32, 2., 4., 7.]]], &Device::Cpu)?;
/// let difference = Tensor::new(&[[[-1f32, 1.]]], &Device::Cpu)?;
/// let steps = conv1d(&signal, &difference, None, &ConvOptions::new())?;
/// assert_eq!(steps.flatten_all()?.to_vec1::<f32>()?, [1., 2., 3.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn conv1d(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvOptions,
) -> Result<Tensor> {
    if input.rank() != 3 || weight.rank() != 3 {
        return Err(Error::Invalid(format!(
            "conv1d: input {:?} and weight {:?} must be (N, C, L) and (O, C / groups, K)",
            input.shape(),
            weight.shape()
        )));
    }
    let along_columns = ConvOptions {
        stride: Pair(1, options.stride.1),
        padding: Pair(0, options.padding.1),
        dilation: Pair(1, options.dilation.1),
        ..*options
    };
    let result = conv2d(
        &input.unsqueeze(2)?,
        &weight.unsqueeze(2)?,
        bias,
        &along_columns,
    )?;
    result.squeeze(2)
}
