//! Transposed convolution: the way up in a U-Net.

use super::conv_geometry::Geometry;
use super::conv_options::ConvTransposeOptions;
use super::conv_size::conv_transpose_output_size;
use super::conv2d::{Convolution, Direction, in_groups};
use super::epilogue::Epilogue;
use crate::{Error, Result, Tensor};

/// Transposed convolution of `input` (N, C, H, W) with `weight` (C, O / groups, KH, KW) and `bias` (O), as PyTorch's
/// `conv_transpose2d`: (N, O, OH, OW) with
/// `OH = (H - 1) * stride - 2 * padding + dilation * (KH - 1) + output_padding + 1`.
///
/// It maps the gradient of a convolution's output to that of its input, and is computed as such.
///
/// ```
/// use candle_core::{Device, DType};
/// use eosin::Tensor;
/// use eosin::ops::{ConvTransposeOptions, conv_transpose2d};
/// let image = Tensor::ones((1, 3, 8, 8), DType::F32, &Device::Cpu)?;
/// let weight = Tensor::ones((3, 2, 2, 2), DType::F32, &Device::Cpu)?;
/// let larger = conv_transpose2d(&image, &weight, None, &ConvTransposeOptions::new().stride(2))?;
/// assert_eq!(larger.dims(), [1, 2, 16, 16]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn conv_transpose2d(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvTransposeOptions,
) -> Result<Tensor> {
    let geometry = geometry(input, weight, bias, options).map_err(|rule| {
        let (input, weight) = (input.shape(), weight.shape());
        Error::Invalid(format!(
            "conv_transpose2d: input {input:?} does not fit weight {weight:?}: {rule}"
        ))
    })?;
    if options.groups > 1 {
        return in_groups(
            weight,
            bias,
            options.groups,
            geometry.channels,
            |group, weight, bias| {
                let channels = weight.dim(0)?;
                let input = input.narrow(1, group * channels, channels)?;
                conv_transpose2d(&input, weight, bias, &options.groups(1))
            },
        );
    }
    let convolution = Convolution {
        geometry,
        direction: Direction::Backward,
        epilogue: Epilogue::default(),
    };
    convolution.apply(input, weight, bias)
}

/// The convolution that this is the transpose of: its output is our input. The error is the rule that is broken.
fn geometry(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvTransposeOptions,
) -> std::result::Result<Geometry, String> {
    let (&[_, channels, height, width], &[wanted, outputs, kernel_height, kernel_width]) =
        (input.dims(), weight.dims())
    else {
        return Err("the input is (N, C, H, W), the weight (C, O / groups, KH, KW)".to_owned());
    };
    if input.elem_count() == 0 && input.dims()[0] > 0 {
        return Err("the input has no pixels".to_owned());
    }
    let ConvTransposeOptions {
        stride,
        padding,
        output_padding,
        dilation,
        groups,
    } = *options;
    if channels != wanted {
        return Err(format!(
            "the weight is for {wanted} input channels, the input has {channels}"
        ));
    }
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(format!(
            "{groups} groups do not divide {channels} input channels"
        ));
    }
    if let Some(bias) = bias
        && bias.dims() != [outputs * groups]
    {
        return Err(format!(
            "the bias must be ({}), it is {:?}",
            outputs * groups,
            bias.shape()
        ));
    }
    let along = |size: usize, axis: [usize; 5]| {
        let [kernel, stride, padding, output_padding, dilation] = axis;
        conv_transpose_output_size(size, kernel, stride, padding, output_padding, dilation)
            .map_err(|error| error.to_string())
    };
    let rows = [
        kernel_height,
        stride.0,
        padding.0,
        output_padding.0,
        dilation.0,
    ];
    let columns = [
        kernel_width,
        stride.1,
        padding.1,
        output_padding.1,
        dilation.1,
    ];
    Ok(Geometry {
        channels: outputs,
        outputs: channels / groups,
        input: (along(height, rows)?, along(width, columns)?),
        output: (height, width),
        kernel: (kernel_height, kernel_width),
        stride: stride.into(),
        padding: padding.into(),
        dilation: dilation.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn values_agree_with_candle_and_gradients_with_differences() {
        let with = ConvTransposeOptions::new;
        for (input, weight, options) in [
            ([2, 3, 4, 5], [3, 2, 2, 2], with().stride(2)),
            ([1, 2, 1, 3], [2, 3, 3, 3], with().stride(3)),
            (
                [1, 2, 4, 3],
                [2, 2, 3, 3],
                with().stride(2).padding(1).output_padding(1),
            ),
            ([2, 1, 5, 4], [1, 2, 3, 2], with().dilation(2).padding(1)),
            ([1, 2, 3, 3], [2, 1, 1, 1], with().stride(2)),
        ] {
            let tensors = [
                normal(&input, 1),
                normal(&weight, 2),
                normal(&weight[1..2], 3),
            ];
            let ours = conv_transpose2d(&tensors[0], &tensors[1], None, &options).unwrap();
            let theirs = tensors[0]
                .conv_transpose2d(
                    &tensors[1],
                    options.padding.0,
                    options.output_padding.0,
                    options.stride.0,
                    options.dilation.0,
                )
                .unwrap();
            assert_eq!(ours.dims(), theirs.dims());
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
                conv_transpose2d(&inputs[0], &inputs[1], Some(&inputs[2]), &options)
            });
        }
        let grouped = [
            normal(&[1, 4, 3, 3], 1),
            normal(&[4, 1, 2, 2], 2),
            normal(&[2], 3),
        ];
        assert_gradients(&grouped, |inputs| {
            let options = with().stride(2).groups(2);
            conv_transpose2d(&inputs[0], &inputs[1], Some(&inputs[2]), &options)
        });
    }
}
