//! Two-dimensional convolution (as in deep learning: cross-correlation).

use super::conv_kernel::{Geometry, forward, weight_gradient};
use super::scalar::Scalar;
use super::storage::{by_type, elements};
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Shape, Tensor};
use rayon::prelude::*;

/// Convolves `input` (N, C, H, W) with `weight` (O, C, KH, KW) and adds `bias` (O): (N, O, OH, OW), with
/// `OH = floor((H + 2 * padding - KH) / stride) + 1`, as PyTorch's `conv2d`.
///
/// With stride 1 on the CPU the operation is ours, forward and backward; for other strides and on CUDA it is candle's.
///
/// ```
/// use candle_core::{Device, DType, Tensor};
/// let image = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let weight = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let sums = eosin::ops::conv2d(&image, &weight, None, 1, 1)?;
/// assert_eq!(sums.squeeze(0)?.squeeze(0)?.to_vec2::<f32>()?, [[4., 6., 4.], [6., 9., 6.], [4., 6., 4.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit; the message names them and the rule.
pub fn conv2d(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    let refuse = |rule: String| {
        let (input, weight) = (input.shape(), weight.shape());
        Err(Error::Invalid(format!(
            "conv2d: input {input:?} does not fit weight {weight:?}: {rule}"
        )))
    };
    let (&[_, channels, height, width], &[outputs, wanted, kernel_height, kernel_width]) =
        (input.dims(), weight.dims())
    else {
        return refuse("the input is (N, C, H, W), the weight (O, C, KH, KW)".to_owned());
    };
    if channels != wanted {
        return refuse(format!(
            "the weight is for {wanted} input channels, the input has {channels}"
        ));
    }
    if stride == 0 || kernel_height == 0 || kernel_width == 0 {
        return refuse("stride and kernel must be at least 1".to_owned());
    }
    if height + 2 * padding < kernel_height || width + 2 * padding < kernel_width {
        return refuse(format!(
            "with padding {padding} the kernel is larger than the image"
        ));
    }
    if let Some(bias) = bias
        && bias.dims() != [outputs]
    {
        return refuse(format!(
            "the bias must be ({outputs}), it is {:?}",
            bias.shape()
        ));
    }
    if stride != 1 || !input.device().is_cpu() {
        let result = input.conv2d(weight, padding, stride, 1, 1)?;
        return Ok(match bias {
            Some(bias) => result.broadcast_add(&bias.reshape((1, outputs, 1, 1))?)?,
            None => result,
        });
    }
    let (input, weight) = (input.contiguous()?, weight.contiguous()?);
    let bias = match bias {
        Some(bias) => bias.contiguous()?,
        None => Tensor::zeros(outputs, input.dtype(), input.device())?,
    };
    Ok(input.apply_op3(
        &weight,
        &bias,
        Conv2d {
            padding: (padding, padding),
        },
    )?)
}

fn geometry(input: &[usize], weight: &[usize], padding: (usize, usize)) -> Geometry {
    Geometry {
        channels: input[1],
        outputs: weight[0],
        height: input[2],
        width: input[3],
        kernel: (weight[2], weight[3]),
        padding,
    }
}

struct Conv2d {
    padding: (usize, usize),
}

impl CustomOp3 for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            input: (&CpuStorage, &Layout),
            weight: (&CpuStorage, &Layout),
            bias: (&CpuStorage, &Layout),
            padding: (usize, usize),
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let geometry = geometry(input.1.dims(), weight.1.dims(), padding);
            let result = forward(
                elements::<T>(input.0, input.1)?,
                elements::<T>(weight.0, weight.1)?,
                elements::<T>(bias.0, bias.1)?,
                &geometry,
            );
            let shape = (
                input.1.dims()[0],
                geometry.outputs,
                geometry.output_height(),
                geometry.output_width(),
            );
            Ok((T::to_cpu_storage_owned(result), shape.into()))
        }
        by_type!(
            "conv2d",
            input,
            run(
                (input, input_layout),
                (weight, weight_layout),
                (bias, bias_layout),
                self.padding
            )
        )
    }

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        _bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let (_, _, kernel_height, kernel_width) = weight.dims4()?;
        let for_input = input_gradient(&gradient, weight, self.padding)?;
        let for_weight = if (kernel_height, kernel_width, self.padding) == (1, 1, (0, 0)) {
            // A matrix product: (O, HW) with (HW, C), summed over the images.
            gradient
                .flatten_from(2)?
                .matmul(&input.flatten_from(2)?.t()?)?
                .sum(0)?
                .reshape(weight.shape())?
        } else {
            let operation = WeightGradient {
                kernel: (kernel_height, kernel_width),
                padding: self.padding,
            };
            input.apply_op2_no_bwd(&gradient, &operation)?
        };
        let for_bias = gradient.apply_op1_no_bwd(&ChannelSum)?;
        Ok((Some(for_input), Some(for_weight), Some(for_bias)))
    }
}

/// The gradient of the input is a convolution too: of the output's gradient with the weight, its input and output
/// channels exchanged and its taps in reverse order (Dumoulin and Visin 2016, "A guide to convolution arithmetic", 4).
fn input_gradient(
    gradient: &Tensor,
    weight: &Tensor,
    padding: (usize, usize),
) -> candle_core::Result<Tensor> {
    let (_, channels, kernel_height, kernel_width) = weight.dims4()?;
    let reversed = weight
        .transpose(0, 1)?
        .contiguous()?
        .flip(&[2, 3])?
        .contiguous()?;
    let bias = Tensor::zeros(channels, weight.dtype(), weight.device())?;
    let around = (kernel_height - 1, kernel_width - 1);
    if padding.0 > around.0 || padding.1 > around.1 {
        // More padding than the kernel reaches: the outermost gradients belong to padding alone.
        let (cut_y, cut_x) = (
            padding.0.saturating_sub(around.0),
            padding.1.saturating_sub(around.1),
        );
        let (_, _, height, width) = gradient.dims4()?;
        let inner = gradient
            .narrow(2, cut_y, height - 2 * cut_y)?
            .narrow(3, cut_x, width - 2 * cut_x)?
            .contiguous()?;
        let padding = (
            around.0.saturating_sub(padding.0),
            around.1.saturating_sub(padding.1),
        );
        return inner.apply_op3_no_bwd(&reversed, &bias, &Conv2d { padding });
    }
    let padding = (around.0 - padding.0, around.1 - padding.1);
    gradient.apply_op3_no_bwd(&reversed, &bias, &Conv2d { padding })
}

struct WeightGradient {
    kernel: (usize, usize),
    padding: (usize, usize),
}

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "conv2d-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            input: (&CpuStorage, &Layout),
            gradient: (&CpuStorage, &Layout),
            operation: &WeightGradient,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let (channels, outputs) = (input.1.dims()[1], gradient.1.dims()[1]);
            let weight = [outputs, channels, operation.kernel.0, operation.kernel.1];
            let geometry = geometry(input.1.dims(), &weight, operation.padding);
            let result = weight_gradient(
                elements::<T>(input.0, input.1)?,
                elements::<T>(gradient.0, gradient.1)?,
                &geometry,
            );
            Ok((T::to_cpu_storage_owned(result), weight.to_vec().into()))
        }
        by_type!(
            "conv2d",
            input,
            run((input, input_layout), (gradient, gradient_layout), self)
        )
    }
}

/// The sum of each channel over images and pixels: (N, C, H, W) to (C).
struct ChannelSum;

impl CustomOp1 for ChannelSum {
    fn name(&self) -> &'static str {
        "conv2d-bias-gradient"
    }

    fn cpu_fwd(
        &self,
        gradient: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            gradient: &CpuStorage,
            layout: &Layout,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let numbers = elements::<T>(gradient, layout)?;
            let (images, channels, height, width) = layout.shape().dims4()?;
            let plane = height * width;
            let sum = |channel: usize| {
                // Many sums side by side: one alone would lose digits, and wait for itself.
                let mut lanes = [T::ZERO; 32];
                for image in 0..images {
                    let start = (image * channels + channel) * plane;
                    for numbers in numbers[start..start + plane].chunks(lanes.len()) {
                        for (lane, &number) in lanes.iter_mut().zip(numbers) {
                            *lane += number;
                        }
                    }
                }
                lanes.into_iter().fold(T::ZERO, |sum, lane| sum + lane)
            };
            let sums: Vec<T> = (0..channels).into_par_iter().map(sum).collect();
            Ok((T::to_cpu_storage_owned(sums), channels.into()))
        }
        by_type!("conv2d", gradient, run(gradient, layout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    const SHAPES: [([usize; 4], [usize; 4], usize); 7] = [
        ([2, 3, 5, 7], [4, 3, 3, 3], 1),
        ([1, 1, 1, 1], [1, 1, 1, 1], 0),
        ([1, 2, 4, 4], [9, 2, 1, 1], 0),
        ([2, 1, 6, 5], [3, 1, 5, 5], 2),
        ([1, 2, 9, 3], [2, 2, 3, 2], 0),
        ([1, 1, 3, 3], [2, 1, 1, 1], 2),
        ([1, 2, 3, 20], [2, 2, 2, 3], 1),
    ];

    #[test]
    fn gradients_agree_with_differences() {
        for (seed, (input, weight, padding)) in SHAPES.into_iter().enumerate() {
            let inputs = [
                normal(&input, seed as u64),
                normal(&weight, 10),
                normal(&weight[..1], 20),
            ];
            assert_gradients(&inputs, |inputs| {
                conv2d(&inputs[0], &inputs[1], Some(&inputs[2]), 1, padding)
            });
        }
    }

    #[test]
    fn values_agree_with_candle_also_for_views() {
        for (input, weight, padding) in
            SHAPES
                .into_iter()
                .chain([([2, 16, 33, 70], [20, 16, 3, 3], 1)])
        {
            let [n, c, h, w] = input;
            let input = normal(&[n, c, w, h], 1)
                .to_dtype(candle_core::DType::F32)
                .unwrap()
                .transpose(2, 3)
                .unwrap();
            let weight = normal(&weight, 2)
                .to_dtype(candle_core::DType::F32)
                .unwrap();
            let ours = conv2d(&input, &weight, None, 1, padding).unwrap();
            let theirs = input
                .contiguous()
                .unwrap()
                .conv2d(&weight, padding, 1, 1, 1)
                .unwrap();
            assert_eq!(ours.dims(), theirs.dims());
            let worst = (ours - theirs)
                .unwrap()
                .abs()
                .unwrap()
                .max_all()
                .unwrap()
                .to_scalar::<f32>()
                .unwrap();
            assert!(worst < 1e-4, "{n} {c} {h} {w}: {worst}");
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_told_with_the_rule() {
        let zeros =
            |shape: &[usize]| Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu).unwrap();
        let message = |input: &[usize], weight: &[usize]| {
            conv2d(&zeros(input), &zeros(weight), None, 1, 0)
                .unwrap_err()
                .to_string()
        };
        assert!(
            message(&[1, 3, 8, 8], &[4, 1, 3, 3]).contains("for 1 input channels, the input has 3")
        );
        assert!(message(&[3, 8, 8], &[4, 3, 3, 3]).contains("(N, C, H, W)"));
        assert!(message(&[1, 3, 2, 8], &[4, 3, 3, 3]).contains("larger than the image"));
    }
}
