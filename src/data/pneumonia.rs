//! Chest X-rays of children with and without pneumonia: PneumoniaMNIST (MedMNIST v2, Yang et al. 2023, CC BY 4.0; images of
//! Kermany et al. 2018), in its three official parts.

use super::folder::{DATA_VARIABLE, folders};
use super::{GreyImages, Split, Subset, synthetic};
use crate::display::{Bundle, display_bundle};
use crate::{Error, Result, Tensor};
use candle_core::DType;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The data set's file.
pub const NAME: &str = "pneumoniamnist.npz";
/// What the classes 0 and 1 mean.
pub const CLASSES: [&str; 2] = ["normal", "pneumonia"];

/// Chest X-rays for training, validation and test.
///
/// A sample is an image (1, 28, 28) with values in `0..=1` and its class as u32: 0 normal, 1 pneumonia.
///
/// ```
/// use eosin::data::{Dataset, Pneumonia};
/// let parts = Pneumonia::synthetic(80, 20, 40, 42).split();
/// assert_eq!((parts.train.len(), parts.valid.len(), parts.test.len()), (80, 20, 40));
/// let (scans, classes) = parts.train.first(8)?;
/// assert_eq!((scans.dims(), classes.dims()), (&[8, 1, 28, 28][..], &[8][..]));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pneumonia {
    pub train: GreyImages,
    pub valid: GreyImages,
    pub test: GreyImages,
}

impl Pneumonia {
    /// Reads `pneumoniamnist.npz`, or the file with this name in a folder.
    ///
    /// # Errors
    /// When there is no such file, it is cut short, or its arrays are not those of the data set.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let path = match path.is_dir() {
            true => path.join(NAME),
            false => path.to_owned(),
        };
        if !path.is_file() {
            return Err(Error::Data(format!(
                "{}: there is no such file; run `data::download::pneumonia()`, or set {DATA_VARIABLE} to a folder that holds \
                 {NAME}",
                path.display()
            )));
        }
        let refuse = |reason: String| {
            Error::Data(format!(
                "{}: {reason}; remove it and run `data::download::pneumonia()`",
                path.display()
            ))
        };
        let arrays: HashMap<String, Tensor> = candle_core::Tensor::read_npz(&path)
            .map_err(|error| refuse(format!("not a whole npz file ({error})")))?
            .into_iter()
            .map(|(name, array)| (name, array.into()))
            .collect();
        let array = |name: String, rule: &str, fits: &dyn Fn(&[usize]) -> bool| {
            let array = arrays
                .get(&name)
                .ok_or_else(|| refuse(format!("it has no array `{name}`")))?;
            match array.dtype() == DType::U8 && fits(array.dims()) {
                true => Ok(array),
                false => Err(refuse(format!(
                    "`{name}` is {:?} of {}, it should be {rule} of u8",
                    array.shape(),
                    array.dtype().as_str()
                ))),
            }
        };
        let part = |name: &str| -> Result<GreyImages> {
            let images = array(
                format!("{name}_images"),
                "(count, height, width)",
                &|sizes| sizes.len() == 3,
            )?;
            let (count, height, width) = images.dims3()?;
            let classes = array(
                format!("{name}_labels"),
                &format!("({count}, 1)"),
                &|sizes| sizes == [count, 1],
            )?;
            let bytes = |tensor: &Tensor| -> Result<Vec<u8>> { tensor.flatten_all()?.to_vec1() };
            let classes = bytes(classes)?;
            if let Some(class) = classes.iter().find(|&&class| class > 1) {
                return Err(refuse(format!(
                    "`{name}_labels` holds {class}; a class is 0 or 1"
                )));
            }
            GreyImages::new((height, width), bytes(images)?, classes)
        };
        Ok(Pneumonia {
            train: part("train")?,
            valid: part("val")?,
            test: part("test")?,
        })
    }

    /// X-rays drawn by the computer: for lessons without data, and for tests. They are easier than real ones.
    pub fn synthetic(train: usize, valid: usize, test: usize, seed: u64) -> Self {
        let part = |count, number| {
            synthetic::chests::images(count, seed.wrapping_mul(3).wrapping_add(number))
        };
        Pneumonia {
            train: part(train, 0),
            valid: part(valid, 1),
            test: part(test, 2),
        }
    }

    /// Loads the real X-rays if this machine has them (see [`find`]), or else makes synthetic ones; shows which.
    ///
    /// # Errors
    /// When there are real X-rays that cannot be read.
    pub fn load_or_synthesize() -> Result<Self> {
        let (pneumonia, words) = match find() {
            Some(path) => {
                let pneumonia = Self::load(&path)?;
                let words = format!("PneumoniaMNIST from {}: {pneumonia:?}.", path.display());
                (pneumonia, words)
            }
            None => {
                let pneumonia = Self::synthetic(2000, 250, 250, 0);
                let words = format!(
                    "{pneumonia:?}, all drawn by the computer: PneumoniaMNIST was not found.\nTo get it, run \
                     `data::download::pneumonia()`, or set {DATA_VARIABLE} to a folder that holds {NAME}."
                );
                (pneumonia, words)
            }
        };
        display_bundle(&Bundle::text(words));
        Ok(pneumonia)
    }

    /// The official parts.
    pub fn split(self) -> Split<GreyImages> {
        Split {
            train: Subset::whole(self.train),
            valid: Subset::whole(self.valid),
            test: Subset::whole(self.test),
        }
    }
}

/// Where this machine has the real X-rays: in the folder that `EOSIN_DATA` names, or else in the user's data folder.
pub fn find() -> Option<PathBuf> {
    folders()
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use candle_core::Device;
    use std::fs;

    fn zeros(sizes: &[usize]) -> Tensor {
        Tensor::zeros(sizes, DType::U8, &Device::Cpu).unwrap()
    }

    /// Arrays of two, one and one X-rays of 2 x 3 pixels.
    fn good() -> HashMap<&'static str, Tensor> {
        let bytes = Tensor::arange(0u8, 12, &Device::Cpu).unwrap();
        let classes = Tensor::new(&[[1u8], [0]], &Device::Cpu).unwrap();
        HashMap::from([
            ("train_images", bytes.reshape((2, 2, 3)).unwrap()),
            ("train_labels", classes),
            ("val_images", zeros(&[1, 2, 3])),
            ("val_labels", zeros(&[1, 1])),
            ("test_images", zeros(&[1, 2, 3])),
            ("test_labels", zeros(&[1, 1])),
        ])
    }

    #[test]
    fn the_official_parts_are_read_and_errors_say_what_is_wrong_with_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let write = |arrays: HashMap<&str, Tensor>| {
            let arrays = arrays
                .into_iter()
                .map(|(name, array)| (name, candle_core::Tensor::from(array)));
            candle_core::Tensor::write_npz(&arrays.collect::<Vec<_>>(), &path).unwrap()
        };
        let message = || Pneumonia::load(folder.path()).unwrap_err().to_string();
        assert!(message().contains("there is no such file"), "{}", message());

        write(good());
        let parts = Pneumonia::load(folder.path()).unwrap().split();
        assert_eq!(
            (parts.train.len(), parts.valid.len(), parts.test.len()),
            (2, 1, 1)
        );
        let (scan, class) = parts.train.get(0).unwrap();
        assert_eq!(scan.dims(), [1, 2, 3]);
        let pixels: Vec<f32> = scan.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(pixels[5], 5.0 / 255.0);
        assert_eq!(class.to_scalar::<u32>().unwrap(), 1);

        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(message().contains("not a whole npz file"), "{}", message());
        for (name, array, reason) in [
            ("val_labels", None, "no array `val_labels`"),
            ("val_labels", Some(zeros(&[2, 1])), "should be (1, 1)"),
            ("test_images", Some(zeros(&[4])), "(count, height, width)"),
            (
                "test_labels",
                Some((zeros(&[1, 1]) + 2.0).unwrap()),
                "holds 2",
            ),
        ] {
            let mut arrays = good();
            arrays.remove(name);
            arrays.extend(array.map(|array| (name, array)));
            write(arrays);
            assert!(message().contains(reason), "{}", message());
        }
    }
}
