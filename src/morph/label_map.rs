//! A number for every object.

use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};
use std::collections::BTreeSet;
use std::fmt;

/// An image in which each pixel holds the number of its object, and 0 is background.
///
/// ```
/// use eosin::morph::LabelMap;
/// let labels = LabelMap::new(2, 3, vec![1, 0, 7, 1, 0, 7])?;
/// assert_eq!((labels.height(), labels.width()), (2, 3));
/// assert_eq!((labels.count(), labels.at(0, 2)), (2, 7));
/// assert_eq!(labels.mask()?.dims(), [1, 2, 3]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LabelMap {
    height: usize,
    width: usize,
    labels: Vec<u32>,
}

impl fmt::Debug for LabelMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, height, width) = (self.count(), self.height, self.width);
        write!(formatter, "{count} objects, {height} x {width} pixels")
    }
}

impl LabelMap {
    /// Numbers row by row.
    ///
    /// # Errors
    /// When there is not a number for each of `height * width` pixels.
    pub fn new(height: usize, width: usize, labels: Vec<u32>) -> Result<Self> {
        if labels.len() != height * width {
            return Err(Error::Invalid(format!(
                "a label map of {height} x {width} pixels needs {} numbers, but there are {}",
                height * width,
                labels.len()
            )));
        }
        Ok(LabelMap {
            height,
            width,
            labels,
        })
    }

    /// From a tensor (H, W) or (1, H, W) of whole numbers from 0.
    ///
    /// # Errors
    /// When the shape is another, or a number is negative or not whole.
    pub fn from_tensor(labels: &Tensor) -> Result<Self> {
        let (height, width) = match *labels.dims() {
            [height, width] | [1, height, width] => (height, width),
            ref shape => {
                return Err(Error::Invalid(format!(
                    "a label map needs a tensor (H, W) or (1, H, W), but this one is {shape:?}"
                )));
            }
        };
        let numbers: Vec<f64> = labels.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?;
        let is_label = |&&number: &&f64| {
            number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX)
        };
        if let Some(number) = numbers.iter().find(|number| !is_label(number)) {
            return Err(Error::Invalid(format!(
                "a label map holds whole numbers from 0, but this tensor has {number}"
            )));
        }
        let labels = numbers.iter().map(|&number| number as u32).collect();
        LabelMap::new(height, width, labels)
    }

    /// The numbers as a tensor (H, W) of u32.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn to_tensor(&self) -> Result<Tensor> {
        let shape = (self.height, self.width);
        Tensor::from_vec(self.labels.clone(), shape, &Device::Cpu)
    }

    /// The union of all objects (1, H, W): 1 in an object and 0 elsewhere, f32.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn mask(&self) -> Result<Tensor> {
        let is_object = |&label: &u32| f32::from(u8::from(label != 0));
        let mask: Vec<f32> = self.labels.iter().map(is_object).collect();
        Tensor::from_vec(mask, (1, self.height, self.width), &Device::Cpu)
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// The numbers row by row.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The number of a pixel.
    ///
    /// # Panics
    /// When the pixel is outside.
    pub fn at(&self, row: usize, column: usize) -> u32 {
        assert!(column < self.width, "column {column} of {}", self.width);
        self.labels[row * self.width + column]
    }

    /// The numbers of the objects, in order, without 0.
    pub fn ids(&self) -> Vec<u32> {
        let mut ids = BTreeSet::new();
        // Neighbours mostly have the same number, which needs to be looked at once.
        for run in self.labels.chunk_by(|one, next| one == next) {
            ids.insert(run[0]);
        }
        ids.into_iter().filter(|&id| id != 0).collect()
    }

    /// How many objects there are.
    pub fn count(&self) -> usize {
        self.ids().len()
    }

    /// The same objects, numbered 1, 2, 3, and so on in the order of their numbers.
    pub fn relabeled(&self) -> Self {
        let ids = self.ids();
        // Each number is 0 or in the list.
        let new = |label: &u32| ids.binary_search(label).map_or(0, |place| place as u32 + 1);
        LabelMap {
            labels: self.labels.iter().map(new).collect(),
            ..*self
        }
    }

    /// The objects at another size; each pixel takes the number of the nearest one, so that no new number appears.
    pub fn resized(&self, height: usize, width: usize) -> Self {
        // The pixel whose square holds the centre of the new one.
        let nearest = |place: usize, new: usize, old: usize| (2 * place + 1) * old / (2 * new);
        let pixel = |row: usize, column: usize| {
            let row = nearest(row, height, self.height);
            self.at(row, nearest(column, width, self.width))
        };
        let labels = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
        LabelMap {
            height,
            width,
            labels: labels.map(|(row, column)| pixel(row, column)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_map_survives_a_tensor_and_refuses_what_is_none() {
        let labels = LabelMap::new(2, 2, vec![0, 3, 3, 9]).unwrap();
        let tensor = labels.to_tensor().unwrap();
        assert_eq!(LabelMap::from_tensor(&tensor).unwrap(), labels);
        let floats = tensor.to_dtype(DType::F32).unwrap().unsqueeze(0).unwrap();
        assert_eq!(LabelMap::from_tensor(&floats).unwrap(), labels);
        assert_eq!(labels.relabeled().labels(), [0, 1, 1, 2]);
        for (numbers, words) in [([0.5f32, 1.0], "has 0.5"), ([-1.0, 1.0], "has -1")] {
            let tensor = Tensor::new(&[numbers], &Device::Cpu).unwrap();
            let error = LabelMap::from_tensor(&tensor).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let error = LabelMap::new(2, 2, vec![1]).unwrap_err().to_string();
        assert!(error.contains("needs 4 numbers"), "{error}");
    }

    #[test]
    fn resizing_there_and_back_keeps_every_object() {
        let labels = LabelMap::new(2, 3, vec![1, 2, 0, 4, 0, 6]).unwrap();
        assert_eq!(labels.resized(4, 9).resized(2, 3), labels);
        assert_eq!(labels.resized(1, 1).labels(), [0]);
    }
}
