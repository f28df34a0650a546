//! Chest X-rays of children with and without pneumonia: PneumoniaMNIST (MedMNIST v2, Yang et al. 2023, CC BY 4.0; images of
//! Kermany et al. 2018), in its three official parts.

use super::folder::{DATA_VARIABLE, folders};
use super::listing::nearby;
use super::medmnist::file::{self, Part};
use super::{GreyImages, Split, Subset, synthetic};
use crate::display::{Bundle, display_bundle};
use crate::{Error, Result};
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
    /// Reads `pneumoniamnist.npz`, or the file with this name in a folder. MedMNIST's larger images, such as those of
    /// `pneumoniamnist_64.npz`, are read in their own size.
    ///
    /// The file holds the arrays `train_images`, `train_labels` and so on, also for `val` and `test`. Images are uint8 (count,
    /// height, width), labels are any integers (count, 1) or (count,).
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
                "{}: there is no such file; {}. Run `data::download::pneumonia()`, or set {DATA_VARIABLE} to a folder that holds \
                 {NAME}. To read other sizes, such as pneumoniamnist_64.npz, give the file instead of its folder",
                path.display(),
                nearby(&path)
            )));
        }
        let advice = "give another file, or remove this one and run `data::download::pneumonia()`";
        let [train, valid, test] = file::read(&path, advice, grey_images)?;
        Ok(Pneumonia { train, valid, test })
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

/// X-rays with their classes; the error is the reason why a part has none.
fn grey_images(part: Part) -> Result<GreyImages, String> {
    let Part { name, size, .. } = part;
    if part.channels != 1 {
        return Err(format!(
            "`{name}_images` are images with three colours. PneumoniaMNIST is grey, so this may be another data set of MedMNIST: \
             read it with `MedMnist::load`"
        ));
    }
    if part.labels_each != 1 {
        return Err(format!(
            "`{name}_labels` has {} columns; it should be one, with the class",
            part.labels_each
        ));
    }
    if let Some(class) = part.labels.iter().find(|class| !(0..=1).contains(*class)) {
        return Err(format!("`{name}_labels` holds {class}; a class is 0 or 1"));
    }
    let classes = part.labels.iter().map(|&class| class as u8).collect();
    GreyImages::new(size, part.pixels, classes).map_err(|error| format!("`{name}_images`: {error}"))
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
    use crate::Tensor;
    use crate::data::Dataset;
    use crate::data::npy::npy;
    use candle_core::{DType, Device};
    use std::collections::HashMap;
    use std::fs;
    use std::io::Write;

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
        assert!(message().contains(" holds nothing"), "{}", message());
        fs::write(folder.path().join("pneumoniamnist_64.npz"), "").unwrap();
        assert!(
            message().contains("holds pneumoniamnist_64.npz"),
            "{}",
            message()
        );

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
        assert!(message().contains("not a whole zip file"), "{}", message());
        for (name, array, reason) in [
            ("val_labels", None, "no array `val_labels`; it holds"),
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

    /// Writes an npz file with the arrays of `part` in each part.
    fn write_npz(path: &Path, images: &[u8], labels: &[u8]) {
        let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
        for part in ["train", "val", "test"] {
            for (name, bytes) in [("images", images), ("labels", labels)] {
                let options = zip::write::SimpleFileOptions::default();
                archive
                    .start_file(format!("{part}_{name}.npy"), options)
                    .unwrap();
                archive.write_all(bytes).unwrap();
            }
        }
        archive.finish().unwrap();
    }

    /// Two images of 64 x 64 pixels, of which one, at (1, 2, 3), is white.
    fn one_white(is_fortran: bool) -> Vec<u8> {
        let mut pixels = vec![0; 2 * 64 * 64];
        let place = match is_fortran {
            true => 1 + 2 * (2 + 64 * 3),
            false => (64 + 2) * 64 + 3,
        };
        pixels[place] = 255;
        pixels
    }

    #[test]
    fn other_sizes_orders_and_types_of_labels_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pneumoniamnist_64.npz");
        for (is_fortran, shape) in [
            (false, "(2, 64, 64)"),
            (true, "(2, 64, 64)"),
            (false, "(2, 64, 64, 1)"),
        ] {
            let images = npy("|u1", is_fortran, shape, &one_white(is_fortran));
            for labels in [
                npy("|u1", false, "(2, 1)", &[1, 0]),
                npy("|b1", false, "(2,)", &[1, 0]),
                npy("<i4", true, "(2, 1)", &[1, 0, 0, 0, 0, 0, 0, 0]),
                npy(
                    "<i8",
                    false,
                    "(2,)",
                    &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                ),
            ] {
                write_npz(&path, &images, &labels);
                let parts = Pneumonia::load(&path).unwrap();
                assert_eq!(parts.valid.classes(), [1, 0]);
                let scan = parts.test.get(1).unwrap().0;
                assert_eq!(scan.dims(), [1, 64, 64]);
                let rows = scan.get(0).unwrap().to_vec2::<f32>().unwrap();
                assert_eq!(rows[2][3], 1.0);
                assert_eq!(rows.concat().iter().sum::<f32>(), 1.0);
            }
        }
    }

    #[test]
    fn colours_and_other_types_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let images = npy("|u1", false, "(1, 1, 2)", &[0; 2]);
        let labels = npy("|u1", false, "(1, 1)", &[0]);
        for (images, labels, wanted) in [
            (
                &npy("|u1", false, "(1, 1, 2, 3)", &[0; 6]),
                &labels,
                "three colours",
            ),
            (
                &npy("<f4", false, "(1, 1, 2)", &[0; 8]),
                &labels,
                "float32, it should be of uint8",
            ),
            (
                &npy("<u2", false, "(1, 1, 2)", &[0; 4]),
                &labels,
                "uint16, it should be of uint8",
            ),
            (&images, &npy("<f8", false, "(1, 1)", &[0; 8]), "float64"),
            (&images, &npy("|i1", false, "(1, 1)", &[255]), "holds -1"),
            (
                &images,
                &npy("|u1", false, "(1, 3)", &[0; 3]),
                "has 3 columns",
            ),
            (
                &npy("|u1", false, "(1, 0, 2)", &[]),
                &labels,
                "images of 0 x 2 pixels",
            ),
            (
                &images,
                &labels[..20].to_vec(),
                "`train_labels`: it is cut short",
            ),
        ] {
            write_npz(&path, images, labels);
            let message = Pneumonia::load(&path).unwrap_err().to_string();
            assert!(
                message.contains(wanted) && message.contains(NAME),
                "{message}"
            );
        }
    }
}
