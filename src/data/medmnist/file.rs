//! The npz file of a data set of MedMNIST: images and labels of three parts.

use crate::data::archive;
use crate::data::listing::in_words;
use crate::data::npy::Array;
use crate::{Error, Result};
use std::path::Path;

/// The images of one part, and their labels.
pub(in crate::data) struct Part {
    /// What the file calls it: train, val or test.
    pub name: &'static str,
    /// Height and width.
    pub size: (usize, usize),
    /// 1 for grey images, 3 for red, green and blue.
    pub channels: usize,
    /// Image by image, row by row, pixel by pixel.
    pub pixels: Vec<u8>,
    /// How many labels each image has.
    pub labels_each: usize,
    /// Image by image.
    pub labels: Vec<i64>,
}

/// Reads the parts for training, validation and test. `make` turns each into a data set, or says what is wrong with it;
/// `advice` ends every error.
pub(in crate::data) fn read<T>(
    path: &Path,
    advice: &str,
    make: impl Fn(Part) -> Result<T, String>,
) -> Result<[T; 3]> {
    let refuse = |reason: String| Error::Data(format!("{}: {reason}; {advice}", path.display()));
    let mut file = archive::open(path)?;
    let names: Vec<String> = file.file_names().flatten().map(Into::into).collect();
    let mut array = |name: String| -> Result<Array, String> {
        let npy = format!("{name}.npy");
        if !names.contains(&npy) {
            return Err(format!(
                "it has no array `{name}`; it holds {}",
                in_words(&names)
            ));
        }
        let bytes = archive::read(&mut file, &npy)?;
        Array::read(bytes.as_slice()).map_err(|reason| format!("`{name}`: {reason}"))
    };
    let mut part = |name| {
        let images = array(format!("{name}_images"))?;
        let labels = array(format!("{name}_labels"))?;
        make(Part::new(name, images, labels)?)
    };
    let mut part = |name| part(name).map_err(refuse);
    Ok([part("train")?, part("val")?, part("test")?])
}

impl Part {
    fn new(name: &'static str, images: Array, labels: Array) -> Result<Self, String> {
        let (count, size, channels) = match *images.sizes.as_slice() {
            [count, height, width] | [count, height, width, 1] => (count, (height, width), 1),
            [count, height, width, 3] => (count, (height, width), 3),
            _ => {
                return Err(format!(
                    "`{name}_images` is {:?}, it should be (count, height, width), or (count, height, width, 3) for colours",
                    images.sizes
                ));
            }
        };
        let labels_each = match *labels.sizes.as_slice() {
            [labelled] if labelled == count => 1,
            [labelled, each] if labelled == count && each > 0 => each,
            _ => {
                return Err(format!(
                    "`{name}_labels` is {:?}, it should be ({count}, 1) or ({count},), or have a column for each of several labels",
                    labels.sizes
                ));
            }
        };
        let numbers = labels.integers().ok_or_else(|| {
            format!(
                "`{name}_labels` is of type {}, it should be of uint8 or other integers",
                labels.kind
            )
        })?;
        let kind = images.kind;
        let pixels = images.into_bytes().ok_or_else(|| {
            format!(
                "`{name}_images` is of type {kind}, it should be of uint8: 0 is black, and 255 is white"
            )
        })?;
        Ok(Part {
            name,
            size,
            channels,
            pixels,
            labels_each,
            labels: numbers,
        })
    }
}
