//! Two-dimensional convolution (as in deep learning: cross-correlation), and its transpose.

use super::conv_algorithm::{backward, forward, weight_gradient};
use super::conv_geometry::Geometry;
use super::conv_options::{ConvOptions, PaddingMode};
use super::conv_size::conv_output_size;
use super::epilogue::Epilogue;
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute1, compute2, stored};
use super::pad::replicate_pad2d;
use super::scalar::Scalar;
use super::simd::{Registers, vectorize};
use super::tape::{apply2, apply3};
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// Convolves `input` (N, C, H, W) with `weight` (O, C / groups, KH, KW) and adds `bias` (O): (N, O, OH, OW), with
/// `OH = floor((H + 2 * padding - dilation * (KH - 1) - 1) / stride) + 1`, as PyTorch's `conv2d`.
///
/// The operation is ours, forward and backward; on a GPU with the feature `cudnn` it is cuDNN's. (candle's `Tensor::conv2d` fails in
/// `backward` for images that are not square.)
///
/// ```
/// use candle_core::{Device, DType};
/// use eosin::Tensor;
/// use eosin::ops::{ConvOptions, conv2d};
/// let image = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let weight = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let sums = conv2d(&image, &weight, None, &ConvOptions::new().padding(1))?;
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
    options: &ConvOptions,
) -> Result<Tensor> {
    let output = output_size(input, weight, bias, options).map_err(|rule| {
        let (input, weight) = (input.shape(), weight.shape());
        Error::Invalid(format!(
            "conv2d: input {input:?} does not fit weight {weight:?}: {rule}"
        ))
    })?;
    let ConvOptions {
        stride,
        padding,
        dilation,
        groups,
        epilogue,
        ..
    } = *options;
    epilogue.check()?;
    if options.padding_mode == PaddingMode::Replicate {
        let padded = replicate_pad2d(input, padding)?;
        let options = options.padding(0).padding_mode(PaddingMode::Zeros);
        return conv2d(&padded, weight, bias, &options);
    }
    if groups > 1 {
        let options = ConvOptions {
            groups: 1,
            epilogue: Epilogue::default(),
            ..*options
        };
        let outputs = weight.dim(0)? / groups;
        let result = in_groups(weight, bias, groups, outputs, |group, weight, bias| {
            let channels = weight.dim(1)?;
            let input = input.narrow(1, group * channels, channels)?;
            conv2d(&input, weight, bias, &options)
        })?;
        return epilogue.forward(&result);
    }
    let (_, channels, height, width) = input.dims4()?;
    let (outputs, _, kernel_height, kernel_width) = weight.dims4()?;
    let geometry = Geometry {
        channels,
        outputs,
        input: (height, width),
        output,
        kernel: (kernel_height, kernel_width),
        stride: stride.into(),
        padding: padding.into(),
        dilation: dilation.into(),
    };
    let convolution = Convolution {
        geometry,
        direction: Direction::Forward,
        epilogue,
    };
    convolution.apply(input, weight, bias)
}

/// The size of the result; the error is the rule that is broken.
fn output_size(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvOptions,
) -> std::result::Result<(usize, usize), String> {
    let (&[_, channels, height, width], &[outputs, wanted, kernel_height, kernel_width]) =
        (input.dims(), weight.dims())
    else {
        return Err("the input is (N, C, H, W), the weight (O, C / groups, KH, KW)".to_owned());
    };
    if input.elem_count() == 0 && input.dims()[0] > 0 {
        return Err("the input has no pixels".to_owned());
    }
    let ConvOptions {
        stride,
        padding,
        dilation,
        groups,
        ..
    } = *options;
    if groups == 0 || !channels.is_multiple_of(groups) || !outputs.is_multiple_of(groups) {
        return Err(format!(
            "{groups} groups do not divide {channels} input and {outputs} output channels"
        ));
    }
    if channels != wanted * groups {
        return Err(format!(
            "the weight is for {} input channels, the input has {channels}",
            wanted * groups
        ));
    }
    if let Some(bias) = bias
        && bias.dims() != [outputs]
    {
        return Err(format!(
            "the bias must be ({outputs}), it is {:?}",
            bias.shape()
        ));
    }
    let along = |size: usize, kernel: usize, stride: usize, padding: usize, dilation: usize| {
        conv_output_size(size, kernel, stride, padding, dilation).map_err(|error| error.to_string())
    };
    Ok((
        along(height, kernel_height, stride.0, padding.0, dilation.0)?,
        along(width, kernel_width, stride.1, padding.1, dilation.1)?,
    ))
}

/// Convolves each group of `outputs` channels separately; `weight` is divided along its first dimension.
pub(super) fn in_groups(
    weight: &Tensor,
    bias: Option<&Tensor>,
    groups: usize,
    outputs: usize,
    convolve: impl Fn(usize, &Tensor, Option<&Tensor>) -> Result<Tensor>,
) -> Result<Tensor> {
    let size = weight.dim(0)? / groups;
    let results = (0..groups).map(|group| {
        let weight = weight.narrow(0, group * size, size)?;
        let bias = bias
            .map(|bias| bias.narrow(0, group * outputs, outputs))
            .transpose()?;
        convolve(group, &weight, bias.as_ref())
    });
    Tensor::cat(&results.collect::<Result<Vec<_>>>()?, 1)
}

/// From the input of a convolution to its output, or the other way, as its gradient and a transposed convolution go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// A convolution in either direction: the gradient of its input is the convolution in the other one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Convolution {
    pub geometry: Geometry,
    pub direction: Direction,
    pub epilogue: Epilogue,
}

impl Convolution {
    pub fn apply(self, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        match bias {
            Some(bias) => apply3(input, weight, bias, self),
            None => apply2(input, weight, self),
        }
    }

    fn run<T: Registers>(
        &self,
        input: Input<'_>,
        weight: Input<'_>,
        bias: Option<Input<'_>>,
    ) -> Output {
        let images = input.dims()[0];
        let bias = bias.map(Input::elements::<T>).transpose()?;
        let input = input.elements::<T>()?;
        let weight = weight.elements::<T>()?;
        let Convolution {
            geometry, epilogue, ..
        } = *self;
        let (compute, channels, (height, width)) = match self.direction {
            Direction::Forward => (
                forward::<T> as fn(_, _, _, _, _) -> _,
                geometry.outputs,
                geometry.output,
            ),
            Direction::Backward => (
                backward::<T> as fn(_, _, _, _, _) -> _,
                geometry.channels,
                geometry.input,
            ),
        };
        let result: Vec<T> = compute(input, weight, bias, &geometry, epilogue);
        stored(result, (images, channels, height, width))
    }

    /// Gradients of input and weight; none for an input that needs none, such as an image.
    fn of_factors(
        &self,
        input: &Tensor,
        weight: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let (back, source, target) = match self.direction {
            Direction::Forward => (Direction::Backward, input, gradient),
            Direction::Backward => (Direction::Forward, gradient, input),
        };
        let for_input = input.track_op().then(|| {
            let back = Convolution {
                geometry: self.geometry,
                direction: back,
                epilogue: Epilogue::default(),
            };
            compute2(gradient, weight, back)
        });
        let for_weight = weight
            .track_op()
            .then(|| compute2(source, target, WeightGradient(self.geometry)));
        Ok([for_input.transpose()?, for_weight.transpose()?])
    }
}

impl Operation<2> for Convolution {
    const NAME: &'static str = "convolution";

    on_cuda!(2, convolution);

    fn compute<T: Registers>(&self, [input, weight]: [Input<'_>; 2]) -> Output {
        self.run::<T>(input, weight, None)
    }

    fn gradients(
        &self,
        [input, weight]: [&Tensor; 2],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        self.of_factors(input, weight, &self.epilogue.gradient(result, gradient)?)
    }
}

impl Operation<3> for Convolution {
    const NAME: &'static str = "convolution";

    on_cuda!(3, convolution_with_bias);

    fn compute<T: Registers>(&self, [input, weight, bias]: [Input<'_>; 3]) -> Output {
        self.run::<T>(input, weight, Some(bias))
    }

    fn gradients(
        &self,
        [input, weight, _]: [&Tensor; 3],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let gradient = self.epilogue.gradient(result, gradient)?;
        let [of_input, of_weight] = self.of_factors(input, weight, &gradient)?;
        let of_bias = compute1(&gradient, ChannelSum)?;
        Ok([of_input, of_weight, Some(of_bias)])
    }
}

/// From the input and the output's gradient to the weight's gradient.
pub(super) struct WeightGradient(pub Geometry);

impl Operation<2> for WeightGradient {
    const NAME: &'static str = "gradient of a convolution's weight";

    on_cuda!(2, weight_gradient);

    fn compute<T: Registers>(&self, [input, gradient]: [Input<'_>; 2]) -> Output {
        let WeightGradient(geometry) = self;
        let (input, gradient) = (input.elements::<T>()?, gradient.elements::<T>()?);
        let (height, width) = geometry.kernel;
        let shape = (geometry.outputs, geometry.channels, height, width);
        let result = match input.is_empty() {
            true => vec![T::ZERO; geometry.outputs * geometry.channels * height * width],
            false => weight_gradient(input, gradient, geometry),
        };
        stored(result, shape)
    }
}

/// The sum of each channel over images and pixels: (N, C, H, W) to (C).
pub(super) struct ChannelSum;

impl Operation<1> for ChannelSum {
    const NAME: &'static str = "gradient of a convolution's bias";

    on_cuda!(1, channel_sum);

    fn compute<T: Registers>(&self, [gradient]: [Input<'_>; 1]) -> Output {
        let numbers = gradient.elements::<T>()?;
        let (images, channels, height, width) = gradient.shape().dims4()?;
        let plane = height * width;
        let sum = |channel: usize| {
            // Many partial sums at a time: a single one would lose digits and wait for itself.
            let mut lanes = [T::ZERO; 64];
            for image in 0..images {
                let plane = &numbers[(image * channels + channel) * plane..][..plane];
                vectorize(|| add_up(plane, &mut lanes));
            }
            lanes.into_iter().fold(T::ZERO, |sum, lane| sum + lane)
        };
        let sums: Vec<T> = (0..channels).into_par_iter().map(sum).collect();
        stored(sums, channels)
    }
}

#[inline(always)]
fn add_up<T: Scalar>(numbers: &[T], lanes: &mut [T; 64]) {
    let (whole, rest) = numbers.as_chunks::<64>();
    for numbers in whole {
        for (lane, &number) in lanes.iter_mut().zip(numbers) {
            *lane += number;
        }
    }
    for (lane, &number) in lanes.iter_mut().zip(rest) {
        *lane += number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Var;
    use crate::ops::Activation;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    #[test]
    fn a_batch_without_images_gives_none_and_gradients_of_zero() {
        for options in [ConvOptions::new(), ConvOptions::new().groups(2).padding(1)] {
            let groups = options.groups;
            let input = Var::from_tensor(&normal(&[0, 4, 6, 6], 1)).unwrap();
            let weight = Var::from_tensor(&normal(&[8, 4 / groups, 3, 3], 2)).unwrap();
            let bias = Var::from_tensor(&normal(&[8], 3)).unwrap();
            let result = conv2d(&input, &weight, Some(&bias), &options).unwrap();
            assert_eq!(result.dims()[..2], [0, 8]);
            let gradients = result.sum_all().unwrap().backward().unwrap();
            for variable in [&weight, &bias] {
                let gradient = gradients.get(variable).unwrap();
                assert_eq!(gradient.dims(), variable.dims());
                let largest = gradient.abs().unwrap().max_all().unwrap();
                assert_eq!(largest.to_scalar::<f64>().unwrap(), 0.0);
            }
        }
    }

    /// Input, weight and options: odd sizes, size 1, a stride beyond the kernel, more padding than the kernel reaches.
    fn cases() -> Vec<([usize; 4], [usize; 4], ConvOptions)> {
        let with = ConvOptions::new;
        vec![
            ([2, 3, 5, 7], [4, 3, 3, 3], with().padding(1)),
            ([1, 1, 1, 1], [1, 1, 1, 1], with()),
            ([1, 2, 4, 4], [9, 2, 1, 1], with()),
            ([2, 1, 6, 5], [3, 1, 5, 5], with().padding(2)),
            ([1, 2, 9, 3], [2, 2, 3, 2], with()),
            ([1, 1, 3, 3], [2, 1, 1, 1], with().padding(2)),
            ([1, 2, 3, 20], [2, 2, 2, 3], with().padding(1)),
            ([2, 3, 7, 8], [2, 3, 3, 3], with().stride(2).padding(1)),
            ([1, 2, 9, 9], [3, 2, 1, 1], with().stride(2)),
            ([1, 2, 11, 10], [3, 2, 2, 2], with().stride(3)),
            ([1, 2, 9, 11], [2, 2, 3, 3], with().dilation(2).padding(2)),
            (
                [1, 1, 12, 9],
                [2, 1, 3, 2],
                with().stride((2, 3)).dilation((3, 2)).padding((1, 2)),
            ),
            ([1, 4, 5, 5], [6, 2, 3, 3], with().groups(2).padding(1)),
            ([2, 3, 6, 5], [3, 1, 3, 3], with().groups(3).stride(2)),
            (
                [1, 2, 4, 5],
                [2, 2, 3, 3],
                with().padding((1, 2)).padding_mode(PaddingMode::Replicate),
            ),
            ([1, 50, 3, 4], [49, 50, 2, 2], with().padding(1)),
            (
                [2, 2, 5, 4],
                [3, 2, 3, 3],
                with()
                    .padding(1)
                    .activation(Activation::Elu(1.0))
                    .dropout(0.3, 5),
            ),
            (
                [1, 4, 5, 5],
                [2, 2, 3, 3],
                with().groups(2).activation(Activation::Tanh),
            ),
        ]
    }

    #[test]
    fn gradients_agree_with_differences() {
        for (seed, (input, weight, options)) in cases().into_iter().enumerate() {
            if weight.iter().product::<usize>() > 1000 {
                continue;
            }
            let inputs = [
                normal(&input, seed as u64),
                normal(&weight, 10),
                normal(&weight[..1], 20),
            ];
            assert_gradients(&inputs, |inputs| {
                conv2d(&inputs[0], &inputs[1], Some(&inputs[2]), &options)
            });
        }
    }

    /// The direct convolution, one sum at a time.
    fn by_definition(input: &Tensor, weight: &Tensor, options: &ConvOptions) -> Vec<f64> {
        let (n, c, h, w) = input.dims4().unwrap();
        let (o, per_group, kh, kw) = weight.dims4().unwrap();
        let numbers: Vec<f64> = input.flatten_all().unwrap().to_vec1().unwrap();
        let weights: Vec<f64> = weight.flatten_all().unwrap().to_vec1().unwrap();
        let ConvOptions {
            stride,
            padding,
            dilation,
            groups,
            padding_mode,
            ..
        } = *options;
        let (oh, ow) = output_size(input, weight, None, options).unwrap();
        let at = |place: usize, size: usize, padding: usize| {
            let place = place as isize - padding as isize;
            let edge = place.clamp(0, size as isize - 1);
            (place == edge || padding_mode == PaddingMode::Replicate).then_some(edge as usize)
        };
        let mut result = Vec::new();
        for image in 0..n {
            for output in 0..o {
                for y in 0..oh {
                    for x in 0..ow {
                        let mut sum = 0.0;
                        for channel in 0..per_group {
                            let from = output / (o / groups) * per_group + channel;
                            for ky in 0..kh {
                                for kx in 0..kw {
                                    let y = at(y * stride.0 + ky * dilation.0, h, padding.0);
                                    let x = at(x * stride.1 + kx * dilation.1, w, padding.1);
                                    if let (Some(y), Some(x)) = (y, x) {
                                        sum += numbers[((image * c + from) * h + y) * w + x]
                                            * weights[((output * per_group + channel) * kh + ky)
                                                * kw
                                                + kx];
                                    }
                                }
                            }
                        }
                        result.push(sum);
                    }
                }
            }
        }
        result
    }

    #[test]
    fn values_are_those_of_the_definition_also_for_views() {
        for (input, weight, options) in cases() {
            let [n, c, h, w] = input;
            let input = normal(&[n, c, w, h], 1).transpose(2, 3).unwrap();
            let weight = normal(&weight, 2);
            let ours = conv2d(&input, &weight, None, &options).unwrap();
            let ours: Vec<f64> = ours.flatten_all().unwrap().to_vec1().unwrap();
            let shape = conv2d(&input, &weight, None, &options)
                .unwrap()
                .shape()
                .clone();
            let wanted = Tensor::from_vec(
                by_definition(&input, &weight, &options),
                shape,
                &Device::Cpu,
            );
            let wanted = options
                .epilogue
                .activation
                .forward(&wanted.unwrap())
                .unwrap();
            let wanted = match options.epilogue.dropout {
                Some(mask) => crate::ops::dropout(&wanted, mask.probability, mask.seed).unwrap(),
                None => wanted,
            };
            let wanted: Vec<f64> = wanted.flatten_all().unwrap().to_vec1().unwrap();
            assert_eq!(ours.len(), wanted.len());
            for (ours, wanted) in ours.iter().zip(&wanted) {
                assert!(
                    (ours - wanted).abs() < 1e-10,
                    "{input:?} {options:?}: {ours} {wanted}"
                );
            }
        }
    }

    /// A convolution is linear in input and in weight: with `g` the gradient of the sum of `r * conv2d(x, w)`, the sum of `g * v` is
    /// that of `r * conv2d(x, v)` for any `v` instead of `w`, and likewise for `x`.
    #[test]
    fn gradients_with_many_outputs_are_those_of_the_sums_that_they_belong_to() {
        let with = ConvOptions::new;
        for (input, weight, options) in [
            ([5, 6, 13, 9], [70, 6, 5, 5], with().padding(2)),
            ([9, 40, 7, 7], [65, 40, 3, 3], with().stride(2).padding(1)),
            ([3, 20, 28, 9], [100, 20, 2, 3], with().stride((2, 1))),
            ([2, 100, 8, 7], [50, 100, 1, 1], with().stride(2)),
            ([70, 30, 3, 1], [48, 30, 3, 3], with().padding((1, 3))),
        ] {
            let weight_of = |seed| normal(&weight, seed);
            let (x, w) = (normal(&input, 1), weight_of(2));
            let convolved = |x: &Tensor, w: &Tensor| conv2d(x, w, None, &options).unwrap();
            let factors = normal(convolved(&x, &w).dims(), 3);
            let sum = |a: &Tensor, b: &Tensor| (a * b).unwrap().sum_all().unwrap();
            let (x, w) = (Var::from_tensor(&x).unwrap(), Var::from_tensor(&w).unwrap());
            let gradients = sum(&convolved(&x, &w), &factors).backward().unwrap();
            let (u, v) = (normal(&input, 4), weight_of(5));
            for (gradient, direction, wanted) in [
                (gradients.get(&x), &u, convolved(&u, &w)),
                (gradients.get(&w), &v, convolved(&x, &v)),
            ] {
                let found = sum(gradient.unwrap(), direction)
                    .to_scalar::<f64>()
                    .unwrap();
                let wanted = sum(&wanted, &factors).to_scalar::<f64>().unwrap();
                assert!(
                    (found - wanted).abs() < 1e-9 * wanted.abs().max(1.0),
                    "{input:?} {weight:?}: {found} {wanted}"
                );
            }
        }
    }

    #[test]
    fn an_infinite_pixel_reaches_the_gradients_of_those_taps_that_see_it() {
        let mut numbers = vec![1.0; 20];
        numbers[0] = f64::INFINITY;
        let input = Tensor::from_vec(numbers, (1, 1, 4, 5), &Device::Cpu).unwrap();
        let weight = Var::from_tensor(&normal(&[2, 1, 3, 3], 1)).unwrap();
        let output = conv2d(&input, &weight, None, &ConvOptions::new().padding(1)).unwrap();
        let gradients = output.sum_all().unwrap().backward().unwrap();
        let gradient = gradients.get(&weight).unwrap().flatten_all().unwrap();
        let seeing = [true, true, false, true, true, false, false, false, false];
        let is_infinite = gradient.to_vec1::<f64>().unwrap().into_iter();
        let is_infinite: Vec<bool> = is_infinite.map(|number| number == f64::INFINITY).collect();
        assert_eq!(is_infinite, [seeing, seeing].concat());
        let finite = gradient.to_vec1::<f64>().unwrap().into_iter();
        assert_eq!(finite.filter(|number| number.is_finite()).count(), 10);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused_with_the_rule() {
        let zeros =
            |shape: &[usize]| Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu).unwrap();
        let message = |input: &[usize], weight: &[usize]| {
            conv2d(&zeros(input), &zeros(weight), None, &ConvOptions::new())
                .unwrap_err()
                .to_string()
        };
        assert!(
            message(&[1, 3, 8, 8], &[4, 1, 3, 3]).contains("for 1 input channels, the input has 3")
        );
        assert!(message(&[3, 8, 8], &[4, 3, 3, 3]).contains("(N, C, H, W)"));
        assert!(message(&[1, 3, 2, 8], &[4, 3, 3, 3]).contains("larger than the image"));
        assert!(message(&[1, 3, 0, 8], &[4, 3, 1, 1]).contains("no pixels"));
        let dropout = ConvOptions::new().dropout(1.0, 1);
        assert!(conv2d(&zeros(&[1, 3, 2, 2]), &zeros(&[4, 3, 1, 1]), None, &dropout).is_err());
    }
}
