//! Convolution in both directions, and the gradient of its weight, on a GPU: by cuDNN with the feature `cudnn` where cuDNN
//! supports it, otherwise by our own kernels.

#[cfg(feature = "cudnn")]
use super::convolution_by_cudnn as by_cudnn;
use super::direct_convolution;
use super::epilogue::{Bias, with_epilogue};
use super::numbers::{Number, Numbers, Output, elements, stored};
use crate::ops::by_type::by_type;
use crate::ops::conv_geometry::Geometry;
use crate::ops::conv2d::{Convolution, Direction, WeightGradient};
use candle_core::Result;
use candle_core::cuda::CudaDevice;
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView};

/// Two inputs, a geometry and a number of images to a result.
type Compute<T, R> = fn(&CudaDevice, &CudaView<T>, &CudaView<T>, &Geometry, usize) -> Result<R>;

/// The algorithms for one computation.
struct Algorithms<T> {
    #[cfg(feature = "cudnn")]
    by_cudnn: Compute<T, Option<CudaSlice<T>>>,
    direct: Compute<T, CudaSlice<T>>,
}

impl<T: Number> Algorithms<T> {
    fn compute(
        &self,
        device: &CudaDevice,
        first: &CudaView<T>,
        second: &CudaView<T>,
        geometry: &Geometry,
        images: usize,
    ) -> Result<CudaSlice<T>> {
        // An empty tensor is an error to cuDNN.
        #[cfg(feature = "cudnn")]
        if !first.is_empty()
            && !second.is_empty()
            && let Some(result) = (self.by_cudnn)(device, first, second, geometry, images)?
        {
            return Ok(result);
        }
        (self.direct)(device, first, second, geometry, images)
    }
}

/// The algorithms for the computation with this name.
macro_rules! algorithms {
    ($name:ident) => {
        Algorithms {
            #[cfg(feature = "cudnn")]
            by_cudnn: by_cudnn::$name,
            direct: direct_convolution::$name,
        }
    };
}

pub fn convolution(operation: &Convolution, [input, weight]: [Numbers; 2]) -> Output {
    by_type!("convolution", input.0, run(operation, input, weight, None))
}

pub fn convolution_with_bias(
    operation: &Convolution,
    [input, weight, bias]: [Numbers; 3],
) -> Output {
    let bias = Some(bias);
    by_type!("convolution", input.0, run(operation, input, weight, bias))
}

fn run<T: Number>(
    operation: &Convolution,
    input: Numbers,
    weight: Numbers,
    bias: Option<Numbers>,
) -> Output {
    let Convolution {
        geometry,
        direction,
        epilogue,
    } = operation;
    let device = &input.0.device;
    let images = input.1.dims()[0];
    let (numbers, weight) = (elements::<T>(input)?, elements::<T>(weight)?);
    let (algorithms, channels, (height, width)) = match direction {
        Direction::Forward => (algorithms!(forward), geometry.outputs, geometry.output),
        Direction::Backward => (algorithms!(backward), geometry.channels, geometry.input),
    };
    let shape = (images, channels, height, width);
    let result = algorithms.compute(device, &numbers, &weight, geometry, images)?;
    if bias.is_none() && epilogue.is_nothing() {
        return stored(device, result, shape);
    }
    let bias = bias.map(elements::<T>).transpose()?;
    let bias = bias.as_ref().map(|numbers| Bias {
        numbers,
        pixels: height * width,
    });
    let numbers = result.slice(..images * channels * height * width);
    stored(
        device,
        with_epilogue(device, &numbers, bias, epilogue)?,
        shape,
    )
}

pub fn weight_gradient(operation: &WeightGradient, [input, gradient]: [Numbers; 2]) -> Output {
    fn run<T: Number>(geometry: &Geometry, input: Numbers, gradient: Numbers) -> Output {
        let device = &input.0.device;
        let images = input.1.dims()[0];
        let (numbers, gradients) = (elements::<T>(input)?, elements::<T>(gradient)?);
        let result =
            algorithms!(weight_gradient).compute(device, &numbers, &gradients, geometry, images)?;
        let (height, width) = geometry.kernel;
        let shape = (geometry.outputs, geometry.channels, height, width);
        stored(device, result, shape)
    }
    by_type!("convolution", input.0, run(&operation.0, input, gradient))
}
