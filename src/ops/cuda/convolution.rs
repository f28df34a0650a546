//! Convolution in both directions, and the gradient of its weight, on a GPU.

#[cfg(feature = "cudnn")]
use super::convolution_by_cudnn as engine;
#[cfg(not(feature = "cudnn"))]
use super::convolution_by_definition as engine;
use super::finish::{Bias, finished};
use super::numbers::{Number, Numbers, Output, elements, stored};
use crate::ops::conv2d::{Convolution, Direction, WeightGradient};
use crate::ops::storage::by_type;

pub fn convolution(convolution: &Convolution, input: Numbers, weight: Numbers) -> Output {
    convolve(convolution, input, weight, None)
}

pub fn convolution_with_bias(
    convolution: &Convolution,
    input: Numbers,
    weight: Numbers,
    bias: Numbers,
) -> Output {
    convolve(convolution, input, weight, Some(bias))
}

fn convolve(
    convolution: &Convolution,
    input: Numbers,
    weight: Numbers,
    bias: Option<Numbers>,
) -> Output {
    fn run<T: Number>(
        convolution: &Convolution,
        input: Numbers,
        weight: Numbers,
        bias: Option<Numbers>,
    ) -> Output {
        let Convolution {
            geometry,
            direction,
            finish,
        } = convolution;
        let device = &input.0.device;
        let images = input.1.dims()[0];
        let (numbers, weight) = (elements::<T>(input)?, elements::<T>(weight)?);
        let (compute, channels, (height, width)) = match direction {
            Direction::Forward => (
                engine::forward as fn(_, _, _, _, _) -> _,
                geometry.outputs,
                geometry.output,
            ),
            Direction::Backward => (
                engine::backward as fn(_, _, _, _, _) -> _,
                geometry.channels,
                geometry.input,
            ),
        };
        let shape = (images, channels, height, width);
        let result = compute(device, &numbers, &weight, geometry, images)?;
        if bias.is_none() && finish.is_nothing() {
            return stored(device, result, shape);
        }
        let bias = bias.map(elements::<T>).transpose()?;
        let bias = bias.as_ref().map(|numbers| Bias {
            numbers,
            pixels: height * width,
        });
        let numbers = result.slice(..images * channels * height * width);
        stored(device, finished(device, &numbers, bias, finish)?, shape)
    }
    by_type!(
        "convolution",
        input.0,
        run(convolution, input, weight, bias)
    )
}

pub fn weight_gradient(operation: &WeightGradient, input: Numbers, gradient: Numbers) -> Output {
    fn run<T: Number>(operation: &WeightGradient, input: Numbers, gradient: Numbers) -> Output {
        let geometry = &operation.0;
        let device = &input.0.device;
        let result = engine::weight_gradient(
            device,
            &elements::<T>(input)?,
            &elements::<T>(gradient)?,
            geometry,
            input.1.dims()[0],
        )?;
        let (height, width) = geometry.kernel;
        stored(
            device,
            result,
            (geometry.outputs, geometry.channels, height, width),
        )
    }
    by_type!("convolution", input.0, run(operation, input, gradient))
}
