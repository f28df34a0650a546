//! A classifier of patches that takes whole images.

use super::dilated_max_pool::DilatedMaxPool2d;
use super::images::{Sides, check_images};
use super::layers::Visitor;
use super::{BatchNorm2d, Conv2d, Dropout, Layers, MaxPool2d, Module, Relu, Sequential};
use crate::ops::{Border, linear_as_convolution};
use crate::{Result, Tensor, sequential};

/// The side of the patches.
const PATCH: usize = 32;

/// A [`PatchClassifier`](super::PatchClassifier) whose fully connected layers are convolutions, so that it takes images of any size from 32 x 32 pixels:
/// [`PatchClassifier::fully_convolutional`](super::PatchClassifier::fully_convolutional) makes one.
///
/// Images are (N, channels, H, W), the output holds the logits (N, classes, h, w) of all patches of 32 x 32 pixels, where
///
/// - the patches lie 4 pixels apart, because of two poolings with a stride of 2: `h = (H - 32) / 4 + 1`, rounded down;
/// - after [`every_pixel`](FullyConvolutional::every_pixel), they lie 1 pixel apart: `h = H - 31`;
/// - after [`border`](FullyConvolutional::border), each patch has its centre in the image, so that h is H / 4, rounded up, or H.
///
/// In evaluation mode, these are the logits that the classifier gives for the patches one by one, up to rounding: sums are added up
/// in another order, which changes logits of about 1 by less than 1e-5. In training mode they differ, because a patch then shares
/// the batch of its normalisation with others. Weights are copies: training one of the two does not change the other.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, PatchClassifier};
/// use eosin::ops::Border;
/// let model = PatchClassifier::new(1, 2, 42, &Device::Cpu)?;
/// let dense = model.fully_convolutional()?;
/// assert_eq!(dense.parameters().count(), 1_843_466);
/// let images = Tensor::zeros((1, 1, 40, 44), DType::F32, &Device::Cpu)?;
/// assert_eq!(dense.predict(&images)?.dims(), [1, 2, 3, 4]);
/// let padded = dense.border(Border::Reflect);
/// assert_eq!(padded.predict(&images)?.dims(), [1, 2, 10, 11]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct FullyConvolutional {
    channels: usize,
    classes: usize,
    border: Option<Border>,
    features: Sequential,
    classifier: Sequential,
}

/// How far apart the patches are whose logits come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apart {
    FourPixels,
    OnePixel,
}

impl FullyConvolutional {
    /// The layers, without values yet.
    fn layers(channels: usize, classes: usize, apart: Apart) -> Self {
        // What a pooling with a stride skips is not lost if it has a stride of 1, and all layers after it take values twice as
        // far apart.
        let dilation = |poolings: u32| match apart {
            Apart::FourPixels => 1,
            Apart::OnePixel => 2usize.pow(poolings),
        };
        let block = |inputs: usize, outputs: usize, poolings: u32| {
            sequential![
                Conv2d::new(inputs, outputs, 3).dilation(dilation(poolings)),
                BatchNorm2d::new(outputs),
                Relu,
            ]
        };
        let pool = |layers: Sequential, poolings: u32| match apart {
            Apart::FourPixels => layers.push(MaxPool2d::new(2)),
            Apart::OnePixel => layers.push(DilatedMaxPool2d {
                dilation: dilation(poolings),
            }),
        };
        let down = pool(sequential![block(channels, 32, 0), block(32, 64, 0)], 0);
        let features = pool(down.push(block(64, 128, 1)).push(block(128, 128, 1)), 1);
        FullyConvolutional {
            channels,
            classes,
            border: None,
            features,
            classifier: sequential![
                Conv2d::new(128, 500, 5).dilation(dilation(2)),
                BatchNorm2d::new(500),
                Relu,
                Dropout::new(0.5),
                Conv2d::new(500, classes, 1),
                BatchNorm2d::new(classes),
            ],
        }
    }

    /// With the values of a classifier of patches, whose layers have the same order.
    pub(super) fn of(model: &impl Layers, channels: usize, classes: usize) -> Result<Self> {
        let dense = Self::layers(channels, classes, Apart::FourPixels);
        dense.with_values_of(model)
    }

    /// Logits for every pixel: the poolings get a stride of 1, and the convolutions after them a dilation of 2, then 4, so that each
    /// of them still meets the values that it met before ("à trous": Sermanet et al. 2014, section 3.3; Yu and Koltun 2016). Nothing
    /// is computed twice: for an image of 128 x 128 pixels this takes 22 times fewer multiplications than 16,384 patches do.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn every_pixel(&self) -> Result<Self> {
        let dense = Self::layers(self.channels, self.classes, Apart::OnePixel);
        let border = self.border;
        Ok(FullyConvolutional {
            border,
            ..dense.with_values_of(self)?
        })
    }

    /// Pads images with 16 pixels above and to the left, and 15 below and to the right, so that each pixel is the centre of a
    /// patch: see [`Border::pad`]. The layers themselves never pad.
    pub fn border(mut self, border: Border) -> Self {
        self.border = Some(border);
        self
    }

    fn with_values_of(self, model: &impl Layers) -> Result<Self> {
        let theirs = model.parameters();
        let dense = self.init(0, &theirs.device())?;
        let ours = dense.parameters();
        let pairs = ours.iter().chain(ours.buffers());
        for ((_, ours), (_, theirs)) in pairs.zip(theirs.iter().chain(theirs.buffers())) {
            let value = theirs.as_tensor().detach();
            let value = match (ours.dims(), value.rank()) {
                (&[_, channels, height, width], 2) => {
                    linear_as_convolution(&value, channels, height, width)?
                }
                _ => value,
            };
            ours.set(&value)?;
        }
        Ok(dense)
    }
}

impl Layers for FullyConvolutional {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("features", &self.features);
        visitor.field("classifier", &self.classifier);
    }
}

impl Module for FullyConvolutional {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let sides = match self.border {
            None => Sides::AtLeast(PATCH),
            Some(_) => Sides::AtLeast(1),
        };
        check_images("FullyConvolutional", input, self.channels, sides)?;
        let input = match self.border {
            None => input.clone(),
            Some(border) => border.pad(input, PATCH)?,
        };
        self.classifier.forward(&self.features.forward(&input)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{PatchClassifier, summary};
    use candle_core::Device;

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    fn waves(shape: (usize, usize, usize, usize), frequency: f64) -> Tensor {
        let count = shape.0 * shape.1 * shape.2 * shape.3;
        let places = Tensor::arange(0f32, count as f32, &Device::Cpu).unwrap();
        (places * frequency)
            .unwrap()
            .sin()
            .unwrap()
            .reshape(shape)
            .unwrap()
    }

    /// A classifier with statistics of its own in every normalisation.
    fn classifier() -> PatchClassifier {
        let model = PatchClassifier::new(2, 3, 5, &Device::Cpu).unwrap();
        for step in 0..4 {
            model
                .forward(&waves((6, 2, 32, 32), 0.37 + f64::from(step)))
                .unwrap();
        }
        model
    }

    /// The largest difference between the logits of `dense` at (row, column) and those of the patch that begins at (top, left).
    fn difference(
        model: &PatchClassifier,
        image: &Tensor,
        (top, left): (usize, usize),
        dense: &Tensor,
        (row, column): (usize, usize),
    ) -> f32 {
        let patch = image
            .narrow(2, top, 32)
            .unwrap()
            .narrow(3, left, 32)
            .unwrap();
        let alone = model.predict(&patch.contiguous().unwrap()).unwrap();
        let here = dense
            .narrow(2, row, 1)
            .unwrap()
            .narrow(3, column, 1)
            .unwrap();
        let pairs = numbers(&alone).into_iter().zip(numbers(&here));
        pairs
            .map(|(alone, here)| (alone - here).abs())
            .fold(0.0, f32::max)
    }

    #[test]
    fn every_patch_has_the_logits_that_the_classifier_gives_it_alone() {
        let model = classifier();
        let image = waves((1, 2, 47, 50), 0.173);
        let dense = model.fully_convolutional().unwrap();
        let every_pixel = dense.every_pixel().unwrap();
        let (coarse, fine) = (
            dense.predict(&image).unwrap(),
            every_pixel.predict(&image).unwrap(),
        );
        assert_eq!(
            (coarse.dims(), fine.dims()),
            (&[1, 3, 4, 5][..], &[1, 3, 16, 19][..])
        );
        for (row, column) in [(0, 0), (1, 2), (3, 4)] {
            let off = difference(
                &model,
                &image,
                (4 * row, 4 * column),
                &coarse,
                (row, column),
            );
            assert!(off < 1e-5, "coarse ({row}, {column}): {off}");
        }
        for (row, column) in [(0, 0), (1, 2), (7, 13), (15, 18)] {
            let off = difference(&model, &image, (row, column), &fine, (row, column));
            assert!(off < 1e-5, "fine ({row}, {column}): {off}");
        }
        let varied = numbers(&fine)
            .into_iter()
            .fold((f32::MAX, f32::MIN), |(low, high), logit| {
                (low.min(logit), high.max(logit))
            });
        assert!(
            varied.1 - varied.0 > 0.01,
            "the logits are all the same: {varied:?}"
        );
    }

    #[test]
    fn with_a_border_each_pixel_or_every_fourth_is_the_centre_of_a_patch() {
        let model = classifier();
        let image = waves((1, 2, 21, 18), 0.173);
        let dense = model.fully_convolutional().unwrap().border(Border::Reflect);
        let every_pixel = dense.every_pixel().unwrap();
        let (coarse, fine) = (
            dense.predict(&image).unwrap(),
            every_pixel.predict(&image).unwrap(),
        );
        assert_eq!(
            (coarse.dims(), fine.dims()),
            (&[1, 3, 6, 5][..], &[1, 3, 21, 18][..])
        );
        let padded = Border::Reflect.pad(&image, 32).unwrap();
        for (row, column) in [(0, 0), (5, 4), (20, 16)] {
            let off = difference(&model, &padded, (row, column), &fine, (row, column));
            assert!(off < 1e-5, "({row}, {column}): {off}");
        }
        let off = difference(&model, &padded, (20, 16), &coarse, (5, 4));
        assert!(off < 1e-5, "{off}");
    }

    #[test]
    fn an_image_of_200_gives_50_rows_with_a_border_and_43_without() {
        let dense = PatchClassifier::new(1, 2, 1, &Device::Cpu)
            .unwrap()
            .fully_convolutional()
            .unwrap();
        let rows = |dense: &FullyConvolutional| {
            let output = summary(dense, (1, 1, 200, 200)).unwrap().rows[0]
                .output
                .clone();
            output.unwrap().into_dims()
        };
        assert_eq!(rows(&dense), [1, 2, 43, 43]);
        assert_eq!(rows(&dense.border(Border::Zeros)), [1, 2, 50, 50]);
    }

    #[test]
    fn patches_take_22_times_the_multiplications_for_every_pixel_of_128_x_128() {
        let model = PatchClassifier::new(1, 2, 1, &Device::Cpu).unwrap();
        let patch = summary(&model, (1, 1, 32, 32)).unwrap().multiply_adds() as f64;
        let dense = model.fully_convolutional().unwrap().every_pixel().unwrap();
        let dense = summary(&dense, (1, 1, 159, 159)).unwrap().multiply_adds() as f64;
        let times = 16_384.0 * patch / dense;
        assert!((times - 21.8).abs() < 0.05, "{patch} {dense} {times}");
    }

    #[test]
    fn both_learn_by_themselves() {
        let model = PatchClassifier::new(1, 2, 1, &Device::Cpu).unwrap();
        let dense = model.fully_convolutional().unwrap();
        let weight = |layers: &dyn Layers, name: &str| {
            numbers(layers.parameters().get(name).unwrap().as_tensor())
        };
        let before = weight(&model, "classifier.1.weight");
        assert_eq!(weight(&dense, "classifier.0.weight"), before);
        dense.randomize("classifier.0", 9).unwrap();
        assert_eq!(weight(&model, "classifier.1.weight"), before);
        let small = waves((1, 1, 31, 40), 0.1);
        let message = dense.predict(&small).unwrap_err().to_string();
        assert!(message.contains("at least 32"), "{message}");
    }
}
