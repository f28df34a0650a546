//! Bias, activation and dropout on a GPU, and sums with an activation.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::activation::Activation;
use crate::ops::add::Add;
use crate::ops::finish::Finish;
use crate::ops::storage::by_type;
use candle_core::Result;
use candle_core::cuda::CudaDevice;
use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView, DeviceRepr};

const SOURCE: Source = source!("finish");

/// A [`Finish`] as kernels know it.
#[repr(C)]
struct Parameters {
    seed: u64,
    threshold: u64,
    scale: f64,
    parameter: f64,
    activation: u32,
}

// SAFETY: `finish.cu` has the same structure, by C's rules.
unsafe impl DeviceRepr for Parameters {}

impl Parameters {
    fn new(finish: &Finish) -> Self {
        let (activation, parameter) = match finish.activation {
            Activation::Identity => (0, 0.0),
            Activation::Relu => (1, 0.0),
            Activation::LeakyRelu(slope) => (2, slope),
            Activation::Elu(alpha) => (3, alpha),
            Activation::Sigmoid => (4, 0.0),
            Activation::Tanh => (5, 0.0),
            Activation::Softplus(beta) => (6, beta),
        };
        Parameters {
            seed: finish.dropout.map_or(0, |mask| mask.seed),
            threshold: finish.dropout.map_or(0, |mask| mask.threshold()),
            scale: finish.dropout.map_or(1.0, |mask| mask.scale()),
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

/// Adds a bias, and finishes.
pub fn finished<T: Number>(
    device: &CudaDevice,
    numbers: &CudaView<T>,
    bias: Option<Bias<T>>,
    finish: &Finish,
) -> Result<CudaSlice<T>> {
    let length = count(numbers.len())?;
    let mut result = unwritten::<T>(device, numbers.len())?;
    // Without channels the bias is not read.
    let (bias, channels, pixels) = match &bias {
        Some(bias) => (bias.numbers, bias.numbers.len(), bias.pixels),
        None => (numbers, 0, 1),
    };
    launch!(
        SOURCE.kernel::<T>(device, "finish")?, a_thread_each(length);
        numbers, bias, &mut result, &length, &count(channels)?, &count(pixels)?, &Parameters::new(finish),
    );
    Ok(result)
}

pub fn add(Add(finish): &Add, first: Numbers, second: Numbers) -> Output {
    by_type!("add", first.0, of_two("add", finish, first, second))
}

pub fn finish_gradient(finish: &Finish, values: Numbers, gradient: Numbers) -> Output {
    let kernel = "finish_gradient";
    by_type!(
        "activation",
        values.0,
        of_two(kernel, finish, values, gradient)
    )
}

/// From each two numbers a third, by the kernel with this name.
fn of_two<T: Number>(kernel: &str, finish: &Finish, first: Numbers, second: Numbers) -> Output {
    let device = &first.0.device;
    let (numbers, others) = (elements::<T>(first)?, elements::<T>(second)?);
    let length = count(numbers.len())?;
    let mut result = unwritten::<T>(device, numbers.len())?;
    launch!(
        SOURCE.kernel::<T>(device, kernel)?, a_thread_each(length);
        &numbers, &others, &mut result, &length, &Parameters::new(finish),
    );
    stored(device, result, first.1.shape())
}
