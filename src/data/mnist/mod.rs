//! Handwritten digits: MNIST (LeCun, Cortes and Burges 1998), from its four idx files, compressed with gzip or not.

mod idx;
mod layout;

pub use layout::{TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS};

use self::idx::IdxFile;
use self::layout::{PLACES, file, locate};
use super::folder::{DATA_VARIABLE, folders};
use super::listing::contents;
use super::{Dataset, GreyImages, Split, Subset, synthetic};
use crate::display::{Bundle, display_bundle};
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// The data set's folder within a folder of data sets.
pub const NAME: &str = "mnist";
/// The mean of all pixels of the training images, for [`Normalize`](super::Normalize).
pub const MEAN: f32 = 0.1307;
/// Their standard deviation.
pub const STD: f32 = 0.3081;

/// Height and width.
const SIDE: usize = 28;
const CLASSES: u8 = 10;

/// Digits for training, and digits for testing that other people wrote.
///
/// A sample is an image (1, 28, 28) with values in `0..=1`, white on black, and its digit as u32.
///
/// ```
/// use eosin::data::{DataLoader, Dataset, Mnist};
/// let parts = Mnist::synthetic(500, 100, 42).split(1);
/// assert_eq!((parts.train.len(), parts.valid.len(), parts.test.len()), (400, 100, 100));
/// let (images, digits) = parts.train.first(8)?;
/// assert_eq!((images.dims(), digits.dims()), (&[8, 1, 28, 28][..], &[8][..]));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mnist {
    pub train: GreyImages,
    pub test: GreyImages,
}

impl Mnist {
    /// Reads the four files from a folder, or from the folder `mnist`, or torchvision's `MNIST/raw`, in it.
    ///
    /// A file may be compressed with gzip, have a dot in its name instead of a dash (`train-images.idx3-ubyte`), or lie in a folder
    /// of the same name, as Kaggle packs it.
    ///
    /// # Errors
    /// When a file is missing, cut short or of another kind, or images and labels do not match.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let folder = locate(folder).ok_or_else(|| {
            Error::Data(format!(
                "{}: MNIST's four files, such as {TRAIN_IMAGES}.gz, are neither here nor in {}; {}. Run `data::download::mnist()`, \
                 or set {DATA_VARIABLE} to a folder that holds them",
                folder.display(),
                PLACES[1..].join(", "),
                contents(folder)
            ))
        })?;
        let read = |name: &str| {
            let path = file(&folder, name).ok_or_else(|| {
                Error::Data(format!(
                    "{}: {name} is missing, with or without .gz; {}. Copy the file there, or run `data::download::mnist()`",
                    folder.display(),
                    contents(&folder)
                ))
            })?;
            IdxFile::read(path)
        };
        let part = |images: &str, labels: &str| -> Result<GreyImages> {
            let (images, labels) = (read(images)?, read(labels)?);
            let [image_count, SIDE, SIDE] = *images.sizes.as_slice() else {
                return Err(images.refuse(format!(
                    "its sizes are {:?}, they should be (count, {SIDE}, {SIDE})",
                    images.sizes
                )));
            };
            if labels.sizes != [image_count] {
                return Err(labels.refuse(format!(
                    "it has {:?} labels for {image_count} images in {}",
                    labels.sizes,
                    images.path.display()
                )));
            }
            if let Some(label) = labels.bytes.iter().find(|&&label| label >= CLASSES) {
                return Err(labels.refuse(format!("it has the label {label}; a digit is below 10")));
            }
            GreyImages::new((SIDE, SIDE), images.bytes, labels.bytes)
        };
        Ok(Mnist {
            train: part(TRAIN_IMAGES, TRAIN_LABELS)?,
            test: part(TEST_IMAGES, TEST_LABELS)?,
        })
    }

    /// Digits drawn by the computer: for lessons without data, and for tests. They are a little easier than real ones.
    pub fn synthetic(train: usize, test: usize, seed: u64) -> Self {
        Mnist {
            train: synthetic::digits::images(train, seed),
            test: synthetic::digits::images(test, !seed),
        }
    }

    /// Loads the real digits if this machine has them (see [`find`]), or else makes 6000 and 1000 synthetic ones; shows which.
    ///
    /// # Errors
    /// When there are real digits that cannot be read.
    pub fn load_or_synthesize() -> Result<Self> {
        let (mnist, words) = match find() {
            Some(folder) => {
                let mnist = Self::load(&folder)?;
                let words = format!("MNIST from {}: {mnist:?}.", folder.display());
                (mnist, words)
            }
            None => {
                let mnist = Self::synthetic(6000, 1000, 0);
                let words = format!(
                    "{mnist:?}, all drawn by the computer: MNIST was not found.\nTo get it, run `data::download::mnist()`, or set \
                     {DATA_VARIABLE} to a folder that holds its four files."
                );
                (mnist, words)
            }
        };
        display_bundle(&Bundle::text(words));
        Ok(mnist)
    }

    /// Keeps the test digits, and shuffles the others by `seed`: as many as there are test digits (at most a fifth) are for
    /// validation, the rest for training.
    pub fn split(self, seed: u64) -> Split<GreyImages> {
        let (mut train, test) = (Subset::whole(self.train), Subset::whole(self.test));
        train.shuffle(seed);
        let count = test.len().min(train.len() / 5);
        let valid = train.split_off(count);
        Split { train, valid, test }
    }
}

/// Where this machine has MNIST: in the folder that `EOSIN_DATA` names, or else in the user's data folder.
pub fn find() -> Option<PathBuf> {
    folders().find_map(|folder| locate(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::fs;
    use std::io::Write;

    fn idx(sizes: &[u32], content: &[u8]) -> Vec<u8> {
        let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
        let rank = sizes.clone().count() as u8 / 4;
        [0, 0, 8, rank]
            .into_iter()
            .chain(sizes)
            .chain(content.iter().copied())
            .collect()
    }

    /// Two training digits in compressed files, and a test digit in plain ones.
    fn good(folder: &Path) {
        let mut two = vec![0; 2 * SIDE * SIDE];
        two[SIDE * SIDE + 1] = 51;
        let compress = |bytes: Vec<u8>| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&bytes).unwrap();
            encoder.finish().unwrap()
        };
        let images = [2, SIDE as u32, SIDE as u32];
        fs::create_dir_all(folder).unwrap();
        let write = |name: &str, bytes: Vec<u8>| fs::write(folder.join(name), bytes).unwrap();
        write(&format!("{TRAIN_IMAGES}.gz"), compress(idx(&images, &two)));
        write(&format!("{TRAIN_LABELS}.gz"), compress(idx(&[2], &[4, 9])));
        write(TEST_IMAGES, idx(&[1, 28, 28], &two[..SIDE * SIDE]));
        write(TEST_LABELS, idx(&[1], &[7]));
    }

    #[test]
    fn plain_and_compressed_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        good(&folder.path().join(NAME));
        let mnist = Mnist::load(folder.path()).unwrap();
        assert_eq!(
            (mnist.train.classes(), mnist.test.classes()),
            (&[4, 9][..], &[7][..])
        );
        let (image, digit) = mnist.train.get(1).unwrap();
        let pixels: Vec<f32> = image.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!((pixels[1], pixels.iter().sum::<f32>()), (0.2, 0.2));
        assert_eq!(digit.to_scalar::<u32>().unwrap(), 9);
        assert!(mnist.train.get(2).is_err());
    }

    #[test]
    fn errors_name_files_that_are_damaged_or_do_not_match() {
        let images = [1, SIDE as u32, SIDE as u32];
        let pixels = [0; SIDE * SIDE];
        let whole = idx(&images, &pixels);
        for (name, bytes, reason) in [
            (TEST_IMAGES, whole[..500].to_vec(), "cut short"),
            (TEST_IMAGES, whole[..9].to_vec(), "cut short"),
            (
                TEST_IMAGES,
                b"<html>no</html>".to_vec(),
                "does not begin like an idx",
            ),
            (TEST_IMAGES, vec![0x1f, 0x8b, 8], "not a whole gzip file"),
            (TEST_IMAGES, idx(&[1, 1], &[0]), "should be (count, 28, 28)"),
            (TEST_IMAGES, Vec::new(), "is empty"),
            (
                TEST_IMAGES,
                vec![0, 0, 13, 1, 0, 0, 0, 0],
                "32-bit floating",
            ),
            (TEST_LABELS, idx(&[2], &[1, 2]), "[2] labels for 1 images"),
            (TEST_LABELS, idx(&[1], &[10]), "the label 10"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            good(folder.path());
            fs::write(folder.path().join(name), bytes).unwrap();
            let message = Mnist::load(folder.path()).unwrap_err().to_string();
            assert!(
                message.contains(name) && message.contains(reason),
                "{message}"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let message = Mnist::load(folder.path()).unwrap_err().to_string();
        for part in [DATA_VARIABLE, "MNIST/raw", "the folder is empty"] {
            assert!(message.contains(part), "{message}");
        }
        fs::write(folder.path().join("archive.zip"), "").unwrap();
        let message = Mnist::load(folder.path()).unwrap_err().to_string();
        assert!(message.contains("holds archive.zip"), "{message}");
        good(folder.path());
        fs::remove_file(folder.path().join(TEST_LABELS)).unwrap();
        let message = Mnist::load(folder.path()).unwrap_err().to_string();
        assert!(
            message.contains("t10k-labels-idx1-ubyte is missing"),
            "{message}"
        );
    }

    #[test]
    fn the_files_are_found_as_torchvision_kaggle_and_the_original_archive_name_them() {
        let files = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];
        type Rename = fn(&str) -> String;
        let layouts: [(&str, Rename); 6] = [
            ("", |name| name.to_owned()),
            ("MNIST/raw", |name| name.to_owned()),
            ("raw", |name| name.replace("-idx", ".idx")),
            ("", |name| format!("{name}/{name}")),
            ("MNIST", |name| {
                format!("{0}/{0}", name.replace("-idx", ".idx"))
            }),
            ("", |name| {
                format!("{}/{name}", name.trim_end_matches(".gz"))
            }),
        ];
        for (place, name) in layouts {
            let (made, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            good(made.path());
            for file in files
                .into_iter()
                .flat_map(|file| [file.to_owned(), format!("{file}.gz")])
            {
                let target = folder.path().join(place).join(name(&file));
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                // Only one of the two exists.
                let _ = fs::rename(made.path().join(&file), target);
            }
            let mnist = Mnist::load(folder.path()).unwrap();
            assert_eq!(
                (mnist.train.classes(), mnist.test.classes()),
                (&[4, 9][..], &[7][..])
            );
        }
    }

    #[test]
    fn the_test_digits_stay_separate() {
        let mnist = Mnist::synthetic(50, 20, 3);
        let parts = mnist.clone().split(1);
        assert_eq!((parts.train.len(), parts.valid.len()), (40, 10));
        let labels = |part: &Subset<GreyImages>| -> Vec<u8> {
            let labels = part.first(part.len()).unwrap().1;
            labels
                .to_vec1::<u32>()
                .unwrap()
                .into_iter()
                .map(|label| label as u8)
                .collect()
        };
        assert_eq!(labels(&parts.test), mnist.test.classes());
        assert_eq!(labels(&parts.valid), labels(&mnist.split(1).valid));
    }
}
