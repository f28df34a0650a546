//! Small images in memory, grey or in colour, each with one class or several labels.

use super::file::Part;
use crate::data::Dataset;
use crate::{Error, Result, Tensor};
use candle_core::Device;

/// The images of one part of [`MedMnist`](super::MedMnist).
///
/// A sample is an image (C, H, W) with values in `0..=1`, f32, where C is 1 or 3, and its target: a class, a single u32; or, if
/// an image may show several findings, (labels,) of 0 and 1, f32, as binary cross-entropy needs them.
#[derive(Clone)]
pub struct MedImages {
    size: (usize, usize),
    channels: usize,
    /// Image by image, row by row, pixel by pixel.
    pixels: Vec<u8>,
    labels_each: usize,
    labels: Vec<u8>,
}

impl std::fmt::Debug for MedImages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let colour = if self.channels == 1 { "grey" } else { "colour" };
        let (height, width) = self.size;
        write!(
            formatter,
            "{} {colour} images of {height} x {width} pixels",
            self.len()
        )?;
        match self.labels_each {
            1 => Ok(()),
            count => write!(formatter, " with {count} labels each"),
        }
    }
}

impl MedImages {
    /// The error is the reason why a part is not a data set.
    pub(super) fn new(part: Part) -> Result<Self, String> {
        let Part { name, size, .. } = part;
        let most = if part.labels_each == 1 { 255 } else { 1 };
        if let Some(label) = part
            .labels
            .iter()
            .find(|label| !(0..=most).contains(*label))
        {
            return Err(match part.labels_each {
                1 => format!("`{name}_labels` holds {label}; a class is in 0..=255"),
                each => format!("`{name}_labels` holds {label}; each of {each} labels is 0 or 1"),
            });
        }
        if size.0 * size.1 == 0 {
            return Err(format!(
                "`{name}_images`: images of {} x {} pixels are empty",
                size.0, size.1
            ));
        }
        Ok(MedImages {
            size,
            channels: part.channels,
            pixels: part.pixels,
            labels_each: part.labels_each,
            labels: part.labels.iter().map(|&label| label as u8).collect(),
        })
    }

    /// The number of labels of each image: 1 if it has a class.
    pub fn labels_each(&self) -> usize {
        self.labels_each
    }

    /// All labels, image by image.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}

impl Dataset for MedImages {
    fn len(&self) -> usize {
        self.labels.len() / self.labels_each
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let count = self.len();
        if index >= count {
            return Err(Error::Data(format!(
                "there is no image {index}, the data set has {count}"
            )));
        }
        let (height, width) = self.size;
        let size = self.channels * height * width;
        let values: Vec<f32> = self.pixels[index * size..][..size]
            .iter()
            .map(|&byte| f32::from(byte) / 255.0)
            .collect();
        let image = Tensor::from_vec(values, (height, width, self.channels), &Device::Cpu)?;
        let target = match &self.labels[index * self.labels_each..][..self.labels_each] {
            &[class] => Tensor::new(u32::from(class), &Device::Cpu)?,
            labels => {
                let labels: Vec<f32> = labels.iter().map(|&label| f32::from(label)).collect();
                Tensor::new(labels.as_slice(), &Device::Cpu)?
            }
        };
        Ok((image.permute((2, 0, 1))?.contiguous()?, target))
    }
}
