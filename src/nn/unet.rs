//! The U-Net of the workshop (after Ronneberger et al. 2015).

use super::images::{Sides, check_images};
use super::{
    Activation, Conv2d, ConvTranspose2d, Dropout, Fan, Init, Layers, MaxPool2d, Module, Sequential,
};
use crate::{Error, Result, Tensor, ops, sequential};
use candle_core::Device;

/// Channels of the five levels, from the top down.
const CHANNELS: [usize; 5] = [16, 32, 64, 128, 256];
const NARROW_CHANNELS: [usize; 5] = [8, 16, 32, 64, 128];
/// Dropout of the levels on the way down, and of the upper four on the way up.
const DROPOUT_DOWN: [f64; 5] = [0.1, 0.1, 0.2, 0.2, 0.3];
const DROPOUT_UP: [f64; 4] = [0.1, 0.1, 0.2, 0.2];
const ELU: Activation = Activation::Elu(1.0);
const IMAGE_CHANNELS: usize = 3;

/// Segments RGB images: four levels down, a bottom, four levels up, with a skip connection at each level.
///
/// Images are (N, 3, H, W) with values in `0..=1` and H and W multiples of 16; the output holds one logit for each pixel, (N,
/// 1, H, W), of which [`ops::sigmoid`] makes the probability that it belongs to a nucleus. The model has 1,941,105 parameters.
/// [`with_outputs`](UNet::with_outputs) gives more outputs for each pixel, [`narrow`](UNet::narrow) a model for small
/// computers.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, UNet};
/// let model = UNet::new(42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 1_941_105);
/// let image = Tensor::zeros((1, 3, 32, 48), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.predict(&image)?.dims(), [1, 1, 32, 48]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct UNet {
    /// From the top to the bottom.
    down: Vec<Sequential>,
    /// From the bottom to the top: twice as high and wide, then convolutions.
    up: Vec<(ConvTranspose2d, Sequential)>,
    last: Conv2d,
}

/// Two 3x3 convolutions with ELU, dropout between them.
fn block(inputs: usize, outputs: usize, dropout: f64) -> Sequential {
    sequential![
        Conv2d::new(inputs, outputs, 3).padding(1),
        ELU,
        Dropout::new(dropout),
        Conv2d::new(outputs, outputs, 3).padding(1),
        ELU,
    ]
}

impl UNet {
    /// A U-Net whose values, and masks of dropout, follow from `seed`. Weights are drawn by [`Init::KaimingNormal`]: without
    /// normalisation, PyTorch's default lets so little of an image through all layers that the first epochs are lost.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(seed: u64, device: &Device) -> Result<Self> {
        UNet::with_outputs(1, seed, device)
    }

    /// A U-Net with so many outputs for each pixel, (N, outputs, H, W), such as a logit for each class, or the 3 that
    /// [`ops::instance_loss`] needs. Only the layer `last` differs: it has 17 parameters for each output.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::nn::{Layers, UNet};
    /// let model = UNet::with_outputs(3, 42, &Device::Cpu)?;
    /// assert_eq!(model.parameters().count(), 1_941_105 + 2 * 17);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no output, or the device is out of memory.
    pub fn with_outputs(outputs: usize, seed: u64, device: &Device) -> Result<Self> {
        UNet::with_channels(CHANNELS, outputs, seed, device)
    }

    /// A U-Net with half as many channels at each level: about a quarter of the parameters, and of the arithmetic.
    ///
    /// # Errors
    /// As [`with_outputs`](UNet::with_outputs).
    pub fn narrow(outputs: usize, seed: u64, device: &Device) -> Result<Self> {
        UNet::with_channels(NARROW_CHANNELS, outputs, seed, device)
    }

    fn with_channels(
        of_levels: [usize; 5],
        outputs: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        if outputs == 0 {
            return Err(Error::Invalid(
                "UNet: there is no output; give at least 1 for each pixel".to_owned(),
            ));
        }
        let mut channels = IMAGE_CHANNELS;
        let (mut down, mut up) = (Vec::new(), Vec::new());
        for (outputs, dropout) in of_levels.into_iter().zip(DROPOUT_DOWN) {
            down.push(block(channels, outputs, dropout));
            channels = outputs;
        }
        for (outputs, dropout) in of_levels.into_iter().zip(DROPOUT_UP).rev() {
            let enlarge = ConvTranspose2d::new(channels, outputs, 2).stride(2);
            up.push((enlarge, block(2 * outputs, outputs, dropout)));
            channels = outputs;
        }
        let last = Conv2d::new(channels, outputs, 1);
        UNet { down, up, last }.init_with(Init::KaimingNormal(Fan::In, ELU), seed, device)
    }
}

impl Module for UNet {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("UNet", input, IMAGE_CHANNELS, Sides::Halved(4))?;
        let mut features = self.down[0].forward(input)?;
        let mut skips = Vec::new();
        for block in &self.down[1..] {
            let pooled = MaxPool2d::new(2).forward(&features)?;
            skips.push(features);
            features = block.forward(&pooled)?;
        }
        for ((enlarge, block), skip) in self.up.iter().zip(skips.iter().rev()) {
            let enlarged = enlarge.forward(&features)?;
            features = block.forward(&ops::concat_channels(&enlarged, skip)?)?;
        }
        self.last.forward(&features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::DType;

    #[test]
    fn it_has_exactly_the_parameters_of_the_workshop() {
        assert_eq!(
            UNet::new(0, &Device::Cpu).unwrap().parameters().count(),
            1_941_105
        );
    }

    #[test]
    fn more_outputs_change_the_last_layer_only() {
        let names = |model: &UNet| -> Vec<String> {
            let parameters = model.parameters();
            parameters.iter().map(|(name, _)| name.to_owned()).collect()
        };
        let (one, three) = (
            UNet::new(1, &Device::Cpu).unwrap(),
            UNet::with_outputs(3, 1, &Device::Cpu).unwrap(),
        );
        assert_eq!(names(&one), names(&three));
        let (one, three) = (one.parameters(), three.parameters());
        for ((name, one), (_, three)) in one.iter().zip(three.iter()) {
            assert_eq!(
                one.dims() == three.dims(),
                !name.starts_with("last."),
                "{name}"
            );
        }
        let narrow = UNet::narrow(2, 1, &Device::Cpu).unwrap();
        let image = Tensor::zeros((1, 3, 16, 32), DType::F32, &Device::Cpu).unwrap();
        assert_eq!(narrow.predict(&image).unwrap().dims(), [1, 2, 16, 32]);
        assert!(UNet::with_outputs(0, 1, &Device::Cpu).is_err());
    }

    #[test]
    fn dropout_is_for_training_and_sizes_must_be_multiples_of_16() {
        let model = UNet::new(1, &Device::Cpu).unwrap();
        let image = Tensor::rand(0f32, 1., (1, 3, 16, 16), &Device::Cpu).unwrap();
        let numbers = |logits: Result<Tensor>| {
            let logits = logits.unwrap().flatten_all().unwrap();
            logits.to_vec1::<f32>().unwrap()
        };
        let predicted = || numbers(model.predict(&image));
        let trained = || numbers(model.forward(&image));
        assert_eq!(predicted(), predicted());
        assert_ne!(trained(), trained());
        let odd = Tensor::zeros((1, 3, 16, 40), DType::F32, &Device::Cpu).unwrap();
        let message = model.predict(&odd).unwrap_err().to_string();
        assert!(message.contains("multiples of 16"), "{message}");
    }
}
