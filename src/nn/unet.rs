//! The U-Net of the workshop (after Ronneberger et al. 2015).

use super::{Builder, Conv2d, ConvTranspose2d, Dropout, Fan, Init, Model, Parameters};
use crate::{Error, Result, ops};
use candle_core::{Device, Tensor};

/// Channels of the five levels, from the top down.
const CHANNELS: [usize; 5] = [16, 32, 64, 128, 256];
/// Dropout of the levels on the way down, and of the upper four on the way up.
const DROPOUT_DOWN: [f64; 5] = [0.1, 0.1, 0.2, 0.2, 0.3];
const DROPOUT_UP: [f64; 4] = [0.1, 0.1, 0.2, 0.2];
const ELU: ops::Activation = ops::Activation::Elu(1.0);
const IMAGE_CHANNELS: usize = 3;
/// Four times pooled by two.
const MULTIPLE: usize = 16;

/// Two 3x3 convolutions with ELU, dropout between them.
struct Block {
    first: Conv2d,
    dropout: Dropout,
    second: Conv2d,
}

impl Block {
    fn new(inputs: usize, outputs: usize, dropout: f64, builder: &mut Builder) -> Result<Self> {
        Ok(Block {
            first: builder.layer("first", |builder| {
                Conv2d::new(inputs, outputs, 3, 1, builder)
            })?,
            dropout: Dropout::new(dropout, builder),
            second: builder.layer("second", |builder| {
                Conv2d::new(outputs, outputs, 3, 1, builder)
            })?,
        })
    }

    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        let dropout = train.then_some(&self.dropout);
        let hidden = self.first.forward_with(input, ELU, dropout)?;
        self.second.forward_with(&hidden, ELU, None)
    }
}

/// Segments RGB images: four levels down, a bottom, four levels up, with a skip connection at each level.
///
/// Images are (N, 3, H, W) with numbers in `0..=1` and H and W multiples of 16; the result holds one logit a pixel,
/// (N, 1, H, W). The model has 1,941,105 parameters.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Model, UNet};
/// let model = UNet::new(42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 1_941_105);
/// let image = Tensor::zeros((1, 3, 32, 48), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.predict(&image)?.dims(), [1, 1, 32, 48]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct UNet {
    down: Vec<Block>,
    /// From the bottom to the top.
    up: Vec<(ConvTranspose2d, Block)>,
    last: Conv2d,
    parameters: Parameters,
}

impl UNet {
    /// A U-Net whose values, and masks of dropout, follow from `seed`. Weights are drawn by [`Init::KaimingNormal`]: there is no
    /// normalisation, and with PyTorch's default so little of an image comes through all layers that the first epochs are lost.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(seed: u64, device: &Device) -> Result<Self> {
        let mut builder = Builder::new(seed, device);
        let (down, up, last) = builder.init(Init::KaimingNormal(Fan::In, ELU), levels)?;
        Ok(UNet {
            down,
            up,
            last,
            parameters: builder.finish(),
        })
    }

    /// Probabilities (N, 1, H, W) that each pixel belongs to a nucleus.
    ///
    /// # Errors
    /// When the images do not fit.
    pub fn predict(&self, images: &Tensor) -> Result<Tensor> {
        // Without a gradient to come, what the layers computed need not be kept.
        ops::sigmoid(&self.forward(&images.detach(), false)?.detach())
    }
}

type Levels = (Vec<Block>, Vec<(ConvTranspose2d, Block)>, Conv2d);

fn levels(builder: &mut Builder) -> Result<Levels> {
    let mut inputs = IMAGE_CHANNELS;
    let mut down = Vec::new();
    for (level, (&channels, dropout)) in CHANNELS.iter().zip(DROPOUT_DOWN).enumerate() {
        down.push(builder.layer(&format!("down{level}"), |builder| {
            Block::new(inputs, channels, dropout, builder)
        })?);
        inputs = channels;
    }
    let mut up = Vec::new();
    for (level, dropout) in DROPOUT_UP.into_iter().enumerate().rev() {
        let channels = CHANNELS[level];
        up.push(builder.layer(&format!("up{level}"), |builder| {
            let enlarge = builder.layer("enlarge", |builder| {
                ConvTranspose2d::new(inputs, channels, 2, builder)
            })?;
            Ok((
                enlarge,
                Block::new(2 * channels, channels, dropout, builder)?,
            ))
        })?);
        inputs = channels;
    }
    let last = builder.layer("last", |builder| Conv2d::new(inputs, 1, 1, 0, builder))?;
    Ok((down, up, last))
}

impl Model for UNet {
    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        match *input.dims() {
            [_, IMAGE_CHANNELS, height, width]
                if height > 0 && width > 0 && height % MULTIPLE == 0 && width % MULTIPLE == 0 => {}
            _ => {
                return Err(Error::Invalid(format!(
                    "UNet: input {:?}: images must be (N, {IMAGE_CHANNELS}, H, W) with H and W multiples of {MULTIPLE} \
                     (they are halved four times)",
                    input.shape()
                )));
            }
        }
        let mut skips = Vec::new();
        let mut features = input.clone();
        for (level, block) in self.down.iter().enumerate() {
            if level > 0 {
                features = ops::max_pool2d(&features, &ops::PoolOptions::new(2))?;
            }
            features = block.forward(&features, train)?;
            skips.push(features.clone());
        }
        // The bottom's own result goes up, not across.
        skips.pop();
        for ((enlarge, block), skip) in self.up.iter().zip(skips.iter().rev()) {
            let enlarged = enlarge.forward(&features)?;
            features = block.forward(&ops::concat_channels(&enlarged, skip)?, train)?;
        }
        self.last.forward(&features)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
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
    fn dropout_is_for_training_and_sizes_must_be_multiples_of_16() {
        let model = UNet::new(1, &Device::Cpu).unwrap();
        let image = Tensor::rand(0f32, 1., (1, 3, 16, 16), &Device::Cpu).unwrap();
        let logits = |train| {
            model
                .forward(&image, train)
                .unwrap()
                .flatten_all()
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
        };
        assert_eq!(logits(false), logits(false));
        assert_ne!(logits(true), logits(true));
        let odd = Tensor::zeros((1, 3, 16, 40), DType::F32, &Device::Cpu).unwrap();
        assert!(
            model
                .forward(&odd, false)
                .unwrap_err()
                .to_string()
                .contains("multiples of 16")
        );
    }
}
