//! An image and its nuclei as they were under the microscope, before they are resized.

use crate::data::pixels::Pixels;
use crate::morph::LabelMap;
use crate::{Result, Tensor};
use candle_core::Device;

pub struct Original {
    height: usize,
    width: usize,
    /// One channel if all three are equal, which saves two thirds of the memory.
    pub(super) image: Pixels,
    /// Two bytes a pixel: no image has more than 65535 nuclei.
    pub(super) labels: Vec<u16>,
}

impl Original {
    /// An image (3, height, width) and the numbers of its nuclei, row by row.
    pub fn new(height: usize, width: usize, image: Pixels, labels: Vec<u16>) -> Self {
        Original {
            height,
            width,
            image: image.without_equal_channels(),
            labels,
        }
    }

    /// (3, H, W), f32 in `0..=1`.
    pub fn image(&self) -> Result<Tensor> {
        let values = self.image.values();
        let values = match values.len() == self.labels.len() {
            true => values.repeat(3),
            false => values,
        };
        Tensor::from_vec(values, (3, self.height, self.width), &Device::Cpu)
    }

    pub fn labels(&self) -> Result<LabelMap> {
        let labels = self.labels.iter().map(|&label| u32::from(label)).collect();
        LabelMap::new(self.height, self.width, labels)
    }
}
