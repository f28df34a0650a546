//! Convolution of volumes: scans made of stacked slices.

use super::conv_options::ConvOptions;
use super::conv2d::conv2d;
use crate::{Error, Result, Tensor};

/// Options of [`conv3d`]: its own along the depth, those of [`ConvOptions`] within slices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv3dOptions {
    /// The distance from one output slice to the next, in input slices.
    pub depth_stride: usize,
    /// Slices of zeros added at each end.
    pub depth_padding: usize,
    /// The distance from one tap of the kernel to the next, in input slices.
    pub depth_dilation: usize,
    pub within_slices: ConvOptions,
}

impl Default for Conv3dOptions {
    fn default() -> Self {
        Conv3dOptions {
            depth_stride: 1,
            depth_padding: 0,
            depth_dilation: 1,
            within_slices: ConvOptions::new(),
        }
    }
}

/// Convolves `input` (N, C, D, H, W) with `weight` (O, C, KD, KH, KW) and adds `bias` (O): (N, O, OD, OH, OW), each size as in
/// [`conv2d`], as PyTorch's `conv3d` with one group. Each output slice is a [`conv2d`] of the slices that its taps see, with
/// their channels concatenated.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::ops::conv3d;
/// let scan = Tensor::ones((1, 1, 3, 4, 4), DType::F32, &Device::Cpu)?;
/// let weight = Tensor::ones((2, 1, 2, 2, 2), DType::F32, &Device::Cpu)?;
/// let sums = conv3d(&scan, &weight, None, &Default::default())?;
/// assert_eq!(sums.dims(), [1, 2, 2, 3, 3]);
/// assert_eq!(sums.max_all()?.to_scalar::<f32>()?, 8.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn conv3d(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &Conv3dOptions,
) -> Result<Tensor> {
    let refuse = |rule: &str| {
        Err(Error::Invalid(format!(
            "conv3d: input {:?} does not fit weight {:?}: {rule}",
            input.shape(),
            weight.shape()
        )))
    };
    let (&[_, channels, depth, _, _], &[_, wanted, kernel, _, _]) = (input.dims(), weight.dims())
    else {
        return refuse("the input is (N, C, D, H, W), the weight (O, C, KD, KH, KW)");
    };
    let Conv3dOptions {
        depth_stride,
        depth_padding,
        depth_dilation,
        within_slices,
    } = *options;
    if channels != wanted || within_slices.groups != 1 {
        return refuse("both must have the same channels, in one group");
    }
    if [depth, kernel, depth_stride, depth_dilation].contains(&0) {
        return refuse("depth, kernel, stride and dilation must be at least 1");
    }
    let reach = depth_dilation * (kernel - 1) + 1;
    let Some(spare) = (depth + 2 * depth_padding).checked_sub(reach) else {
        return refuse("the kernel is deeper than the padded input");
    };
    let empty = input.narrow(2, 0, 1)?.squeeze(2)?.zeros_like()?;
    let slices = (0..=spare / depth_stride).map(|output| {
        let seen = (0..kernel).map(|tap| {
            let slice = (output * depth_stride + tap * depth_dilation).checked_sub(depth_padding);
            match slice.filter(|&slice| slice < depth) {
                Some(slice) => input.narrow(2, slice, 1)?.squeeze(2),
                None => Ok(empty.clone()),
            }
        });
        let seen = Tensor::cat(&seen.collect::<Result<Vec<_>>>()?, 1)?;
        // (O, C, KD, KH, KW) to (O, KD * C, KH, KW): slice after slice, in the order of the channels.
        let weight = weight.transpose(1, 2)?.flatten(1, 2)?;
        conv2d(&seen, &weight, bias, &within_slices)
    });
    Tensor::stack(&slices.collect::<Result<Vec<_>>>()?, 2)
}
