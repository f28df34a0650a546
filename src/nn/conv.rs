//! Convolution layers.

use super::init::Init;
use super::layer_kind::{LayerKind, Window};
use super::layers::{Layers, Visitor};
use super::module::Module;
use super::parameter::Parameter;
use super::trace::traced;
use crate::ops::{
    self, Activation, ConvOptions, ConvTransposeOptions, Epilogue, PaddingMode, Pair,
};
use crate::{Result, Tensor};

/// A two-dimensional convolution, (N, inputs, H, W) to (N, outputs, OH, OW), with the sizes of [`ops::conv2d`].
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Conv2d, Layers, Module};
/// let halve = Conv2d::new(3, 16, 3).stride(2).padding(1).init(42, &Device::Cpu)?;
/// let image = Tensor::zeros((1, 3, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(halve.forward(&image)?.dims(), [1, 16, 16, 16]);
/// assert_eq!(halve.parameters().count(), 16 * 3 * 3 * 3 + 16);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct Conv2d {
    inputs: usize,
    options: ConvOptions,
    activation: Activation,
    weight: Parameter,
    bias: Option<Parameter>,
}

impl Conv2d {
    /// From `inputs` to `outputs` channels, with a kernel of this side (or of these rows and columns), stride 1, no padding, and a
    /// bias.
    pub fn new(inputs: usize, outputs: usize, kernel: impl Into<Pair>) -> Self {
        let Pair(height, width) = kernel.into();
        let weight = Parameter::weight((outputs, inputs, height, width));
        Conv2d {
            inputs,
            options: ConvOptions::new(),
            activation: Activation::Identity,
            bias: Some(Parameter::bias(outputs, &weight)),
            weight,
        }
    }

    /// The distance from one window to the next, in input pixels.
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.options = self.options.stride(stride);
        self
    }

    /// Pixels added at each edge.
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.options = self.options.padding(padding);
        self
    }

    /// What the added pixels hold: zeros, unless you say otherwise.
    pub fn padding_mode(mut self, mode: PaddingMode) -> Self {
        self.options = self.options.padding_mode(mode);
        self
    }

    /// The distance from one tap of the kernel to the next, in input pixels.
    pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
        self.options = self.options.dilation(dilation);
        self
    }

    /// Groups of channels that are convolved separately; both numbers of channels must be multiples of `groups`.
    pub fn groups(mut self, groups: usize) -> Self {
        self.options = self.options.groups(groups);
        let (outputs, kernel) = self.sizes();
        // Groups that do not divide the channels are an error of `forward`, which knows how to say it.
        let inputs = self.inputs / groups.max(1);
        self.weight = self.weight.reshaped((outputs, inputs, kernel.0, kernel.1));
        let bias = self.bias.is_some();
        self.bias(bias)
    }

    /// Without a bias when `false`, as before a normalisation, which has one of its own.
    pub fn bias(mut self, bias: bool) -> Self {
        let (outputs, _) = self.sizes();
        self.bias = bias.then(|| Parameter::bias(outputs, &self.weight));
        self
    }

    /// An activation after the convolution, computed in the same pass over memory.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Draws its values by this rule, whatever the rest of the model is drawn by.
    pub fn drawn_by(mut self, init: Init) -> Self {
        self.weight = self.weight.drawn_by(init);
        let bias = self.bias.is_some();
        self.bias(bias)
    }

    /// Output channels and kernel.
    fn sizes(&self) -> (usize, Pair) {
        let sizes = self.weight.shape().dims();
        (sizes[0], Pair(sizes[2], sizes[3]))
    }
}

impl Layers for Conv2d {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("weight", &self.weight);
        visitor.field("bias", &self.bias);
    }

    fn describe(&self) -> Option<String> {
        let (outputs, kernel) = self.sizes();
        Some(format!("Conv2d({}, {outputs}, {kernel})", self.inputs))
    }
}

impl Module for Conv2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.forward_with(input, Epilogue::default())
    }

    fn forward_with(&self, input: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
        let bias = self.bias.as_ref().map(Parameter::tensor).transpose()?;
        let weight = self.weight.tensor()?;
        let (_, kernel) = self.sizes();
        let (stride, dilation) = (self.options.stride, self.options.dilation);
        let window = Window {
            kernel,
            stride,
            dilation,
        };
        traced(self, LayerKind::Convolution(window), input, || {
            Epilogue::from(self.activation).followed_by(epilogue, |epilogue| {
                let options = self.options.epilogue(epilogue);
                ops::conv2d(input, &weight, bias.as_ref(), &options)
            })
        })
    }
}

/// A transposed convolution, (N, inputs, H, W) to (N, outputs, OH, OW), with the sizes of [`ops::conv_transpose2d`]: with a kernel
/// as large as its stride, each pixel becomes a patch.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{ConvTranspose2d, Layers, Module};
/// let double = ConvTranspose2d::new(16, 8, 2).stride(2).init(42, &Device::Cpu)?;
/// let features = Tensor::zeros((1, 16, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(double.forward(&features)?.dims(), [1, 8, 64, 64]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug)]
pub struct ConvTranspose2d {
    options: ConvTransposeOptions,
    weight: Parameter,
    bias: Option<Parameter>,
}

impl ConvTranspose2d {
    /// From `inputs` to `outputs` channels, with a kernel of this side (or of these rows and columns), stride 1, no padding, and a
    /// bias.
    pub fn new(inputs: usize, outputs: usize, kernel: impl Into<Pair>) -> Self {
        let Pair(height, width) = kernel.into();
        let weight = Parameter::weight((inputs, outputs, height, width));
        ConvTranspose2d {
            options: ConvTransposeOptions::new(),
            bias: Some(Parameter::bias(outputs, &weight)),
            weight,
        }
    }

    /// The distance from one input pixel to the next, in output pixels.
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.options = self.options.stride(stride);
        self
    }

    /// Pixels cut off at each edge of the output.
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.options = self.options.padding(padding);
        self
    }

    /// Rows and columns added at the bottom and the right of the output.
    pub fn output_padding(mut self, padding: impl Into<Pair>) -> Self {
        self.options = self.options.output_padding(padding);
        self
    }

    /// Without a bias when `false`.
    pub fn bias(mut self, bias: bool) -> Self {
        let outputs = self.weight.shape().dims()[1];
        self.bias = bias.then(|| Parameter::bias(outputs, &self.weight));
        self
    }
}

impl Layers for ConvTranspose2d {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("weight", &self.weight);
        visitor.field("bias", &self.bias);
    }

    fn describe(&self) -> Option<String> {
        let &[inputs, outputs, height, width] = self.weight.shape().dims() else {
            return None;
        };
        let kernel = Pair(height, width);
        Some(format!("ConvTranspose2d({inputs}, {outputs}, {kernel})"))
    }
}

impl Module for ConvTranspose2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let bias = self.bias.as_ref().map(Parameter::tensor).transpose()?;
        let weight = self.weight.tensor()?;
        let (_, _, height, width) = weight.dims4()?;
        let window = Window {
            kernel: Pair(height, width),
            stride: self.options.stride,
            dilation: self.options.dilation,
        };
        traced(
            self,
            LayerKind::TransposedConvolution(window),
            input,
            || ops::conv_transpose2d(input, &weight, bias.as_ref(), &self.options),
        )
    }
}
