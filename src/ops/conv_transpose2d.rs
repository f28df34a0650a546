//! Transposed convolution: the way up in a U-Net.

use super::{conv2d, pixel_shuffle};
use crate::{Error, Result};
use candle_core::Tensor;

/// Transposed convolution of `input` (N, C, H, W) with `weight` (C, O, KH, KW) and `bias` (O), as PyTorch's
/// `conv_transpose2d` without padding: (N, O, (H - 1) * stride + KH, (W - 1) * stride + KW).
///
/// With a kernel as large as its stride the patches do not overlap: then it is a 1x1 convolution to all pixels of a
/// patch, and a rearrangement. Other kernels go to candle's operation.
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn conv_transpose2d(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: usize,
) -> Result<Tensor> {
    let refuse = |rule: String| {
        let (input, weight) = (input.shape(), weight.shape());
        Err(Error::Invalid(format!(
            "conv_transpose2d: input {input:?} does not fit weight {weight:?}: {rule}"
        )))
    };
    let (&[_, channels, _, _], &[wanted, outputs, kernel_height, kernel_width]) =
        (input.dims(), weight.dims())
    else {
        return refuse("the input is (N, C, H, W), the weight (C, O, KH, KW)".to_owned());
    };
    if channels != wanted {
        return refuse(format!(
            "the weight is for {wanted} input channels, the input has {channels}"
        ));
    }
    if stride == 0 {
        return refuse("the stride must be at least 1".to_owned());
    }
    if let Some(bias) = bias
        && bias.dims() != [outputs]
    {
        return refuse(format!(
            "the bias must be ({outputs}), it is {:?}",
            bias.shape()
        ));
    }
    let result = if (kernel_height, kernel_width) == (stride, stride) {
        let patch = stride * stride;
        let pixels = weight
            .flatten_from(1)?
            .t()?
            .reshape((outputs * patch, channels, 1, 1))?;
        let biases = bias
            .map(|bias| {
                bias.reshape((outputs, 1))?
                    .broadcast_as((outputs, patch))?
                    .flatten_all()
            })
            .transpose()?;
        return pixel_shuffle(&conv2d(input, &pixels, biases.as_ref(), 1, 0)?, stride);
    } else {
        input.conv_transpose2d(weight, 0, 0, stride, 1)?
    };
    Ok(match bias {
        Some(bias) => result.broadcast_add(&bias.reshape((1, outputs, 1, 1))?)?,
        None => result,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn values_agree_with_candle_and_gradients_with_differences() {
        for (input, weight, stride) in [
            ([2, 3, 4, 5], [3, 2, 2, 2], 2),
            ([1, 2, 1, 3], [2, 3, 3, 3], 3),
        ] {
            let tensors = [
                normal(&input, 1),
                normal(&weight, 2),
                normal(&weight[1..2], 3),
            ];
            let ours = conv_transpose2d(&tensors[0], &tensors[1], None, stride).unwrap();
            let theirs = tensors[0]
                .conv_transpose2d(&tensors[1], 0, 0, stride, 1)
                .unwrap();
            let worst = (ours - theirs)
                .unwrap()
                .abs()
                .unwrap()
                .max_all()
                .unwrap()
                .to_scalar::<f64>()
                .unwrap();
            assert!(worst < 1e-12, "{worst}");
            assert_gradients(&tensors, |inputs| {
                conv_transpose2d(&inputs[0], &inputs[1], Some(&inputs[2]), stride)
            });
        }
    }
}
