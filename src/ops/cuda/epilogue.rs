//! Bias, activation and dropout on a GPU, and sums with an epilogue.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::activation::Activation;
use crate::ops::add::Add;
use crate::ops::by_type::by_type;
use crate::ops::epilogue::{Epilogue, EpilogueGradient};
use candle_core::Result;
use candle_core::cuda::CudaDevice;
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView, DeviceRepr};

const SOURCE: Source = source!("epilogue");

/// An [`Epilogue`] as kernels know it.
#[repr(C)]
struct Parameters {
    seed: u64,
    threshold: u64,
    scale: f64,
    parameter: f64,
    activation: u32,
}

// SAFETY: `epilogue.cu` has the same structure, by C's rules.
unsafe impl DeviceRepr for Parameters {}

impl Parameters {
    fn new(epilogue: &Epilogue) -> Self {
        let (activation, parameter) = match epilogue.activation {
            Activation::Identity => (0, 0.0),
            Activation::Relu => (1, 0.0),
            Activation::LeakyRelu(slope) => (2, slope),
            Activation::Elu(alpha) => (3, alpha),
            Activation::Sigmoid => (4, 0.0),
            Activation::Tanh => (5, 0.0),
            Activation::Softplus(beta) => (6, beta),
        };
        Parameters {
            seed: epilogue.dropout.map_or(0, |mask| mask.seed),
            threshold: epilogue.dropout.map_or(0, |mask| mask.threshold()),
            scale: epilogue.dropout.map_or(1.0, |mask| mask.scale()),
            parameter,
            activation,
        }
    }
}

/// One number for each channel of `pixels` numbers.
pub struct Bias<'a, T> {
    pub numbers: &'a CudaView<'a, T>,
    pub pixels: usize,
}

/// Adds a bias, then applies the epilogue.
pub fn with_epilogue<T: Number>(
    device: &CudaDevice,
    numbers: &CudaView<T>,
    bias: Option<Bias<T>>,
    epilogue: &Epilogue,
) -> Result<CudaSlice<T>> {
    let length = count(numbers.len())?;
    let mut result = unwritten::<T>(device, numbers.len())?;
    // Without channels the bias is not read.
    let (bias, channels, pixels) = match &bias {
        Some(bias) => (bias.numbers, bias.numbers.len(), bias.pixels),
        None => (numbers, 0, 1),
    };
    launch!(
        SOURCE.kernel::<T>(device, "epilogue")?, a_thread_each(length);
        numbers, bias, &mut result, &length, &count(channels)?, &count(pixels)?, &Parameters::new(epilogue),
    );
    Ok(result)
}

/// Activation and dropout as an operation of their own.
pub fn epilogue(epilogue: &Epilogue, [input]: [Numbers; 1]) -> Output {
    fn run<T: Number>(epilogue: &Epilogue, input: Numbers) -> Output {
        let device = &input.0.device;
        let result = with_epilogue(device, &elements::<T>(input)?, None, epilogue)?;
        stored(device, result, input.1.shape())
    }
    by_type!("activation", input.0, run(epilogue, input))
}

pub fn add(Add(epilogue): &Add, [first, second]: [Numbers; 2]) -> Output {
    by_type!("add", first.0, of_two("add", epilogue, first, second))
}

pub fn epilogue_gradient(
    EpilogueGradient(epilogue): &EpilogueGradient,
    [values, gradient]: [Numbers; 2],
) -> Output {
    let kernel = "epilogue_gradient";
    by_type!(
        "activation",
        values.0,
        of_two(kernel, epilogue, values, gradient)
    )
}

/// One result from two numbers each, by the kernel with this name.
fn of_two<T: Number>(kernel: &str, epilogue: &Epilogue, first: Numbers, second: Numbers) -> Output {
    let device = &first.0.device;
    let (numbers, others) = (elements::<T>(first)?, elements::<T>(second)?);
    let length = count(numbers.len())?;
    let mut result = unwritten::<T>(device, numbers.len())?;
    launch!(
        SOURCE.kernel::<T>(device, kernel)?, a_thread_each(length);
        &numbers, &others, &mut result, &length, &Parameters::new(epilogue),
    );
    stored(device, result, first.1.shape())
}
