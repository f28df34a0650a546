//! A fully connected layer as a convolution.

use crate::{Error, Result, Tensor};

/// The weight (outputs, channels * height * width) of a fully connected layer after `flatten`, as the weight of a convolution,
/// (outputs, channels, height, width): the same numbers in the same order, because `flatten` writes channel by channel and row by
/// row.
///
/// Where the fully connected layer takes feature maps of exactly `height` x `width`, the convolution takes larger ones, too, and
/// computes the layer's outputs for every window of that size (Long et al. 2015, section 3.1).
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::{Tensor, ops};
/// let weight = Tensor::zeros((500, 3200), DType::F32, &Device::Cpu)?;
/// assert_eq!(ops::linear_as_convolution(&weight, 128, 5, 5)?.dims(), [500, 128, 5, 5]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the weight is not (outputs, channels * height * width).
pub fn linear_as_convolution(
    weight: &Tensor,
    channels: usize,
    height: usize,
    width: usize,
) -> Result<Tensor> {
    match *weight.dims() {
        [outputs, inputs] if inputs == channels * height * width => {
            weight.reshape((outputs, channels, height, width))
        }
        _ => Err(Error::Invalid(format!(
            "linear_as_convolution: weight {:?}: for {channels} channels of {height} x {width} it must be (outputs, {})",
            weight.shape(),
            channels * height * width
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::{ConvOptions, conv2d, flatten, linear};
    use candle_core::{DType, Device};

    #[test]
    fn a_convolution_gives_the_fully_connected_layers_outputs_for_every_window() {
        let weight = Tensor::arange(0f32, 60., &Device::Cpu).unwrap();
        let weight = (weight.sin().unwrap() * 3.0)
            .unwrap()
            .reshape((5, 12))
            .unwrap();
        let maps = Tensor::arange(0f32, 40., &Device::Cpu).unwrap();
        let maps = maps.cos().unwrap().reshape((1, 2, 4, 5)).unwrap();
        let kernel = linear_as_convolution(&weight, 2, 2, 3).unwrap();
        let everywhere = conv2d(&maps, &kernel, None, &ConvOptions::new()).unwrap();
        assert_eq!(everywhere.dims(), [1, 5, 3, 3]);
        for (row, column) in [(0, 0), (1, 2), (2, 1)] {
            let window = maps
                .narrow(2, row, 2)
                .unwrap()
                .narrow(3, column, 3)
                .unwrap();
            let here = linear(
                &flatten(&window.contiguous().unwrap()).unwrap(),
                &weight,
                None,
            )
            .unwrap();
            let there = everywhere
                .narrow(2, row, 1)
                .unwrap()
                .narrow(3, column, 1)
                .unwrap();
            let difference = (here.flatten_all().unwrap() - there.flatten_all().unwrap()).unwrap();
            let largest = difference
                .abs()
                .unwrap()
                .max_all()
                .unwrap()
                .to_scalar::<f32>()
                .unwrap();
            assert!(largest < 1e-5, "{largest}");
        }
    }

    #[test]
    fn a_weight_of_another_size_is_refused_with_the_size_that_fits() {
        let weight = Tensor::zeros((500, 3200), DType::F32, &Device::Cpu).unwrap();
        let message = linear_as_convolution(&weight, 128, 8, 8)
            .unwrap_err()
            .to_string();
        assert!(message.contains("must be (outputs, 8192)"), "{message}");
    }
}
