//! The 2D data sets of MedMNIST (v2, Yang et al. 2023): small medical images of many kinds, in their official parts.

pub(super) mod file;
mod images;

pub use images::MedImages;

use super::folder::{DATA_VARIABLE, folders, users_folder};
use super::listing::contents;
use super::{Split, Subset};
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// The 2D data sets.
pub const NAMES: [&str; 12] = [
    "bloodmnist",
    "breastmnist",
    "chestmnist",
    "dermamnist",
    "octmnist",
    "organamnist",
    "organcmnist",
    "organsmnist",
    "pathmnist",
    "pneumoniamnist",
    "retinamnist",
    "tissuemnist",
];

/// One data set of MedMNIST, for training, validation and test.
///
/// ```no_run
/// use eosin::prelude::*;
/// let blood = MedMnist::load("bloodmnist_64")?;
/// println!("{blood:?}");
/// let (cells, classes) = blood.split().train.first(8)?; // (8, 3, 64, 64) and (8,)
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MedMnist {
    pub train: MedImages,
    pub valid: MedImages,
    pub test: MedImages,
}

impl MedMnist {
    /// Reads a data set by its name, such as `bloodmnist` or, for images of 64 x 64 pixels, `bloodmnist_64`, from the folder that
    /// `EOSIN_DATA` names or the user's data folder. You can also give the path of its npz file.
    ///
    /// # Errors
    /// When there is no such file, it is cut short, or its arrays are not those of a 2D data set of MedMNIST.
    pub fn load(name: impl AsRef<Path>) -> Result<Self> {
        let path = find(name.as_ref())?;
        let [train, valid, test] = file::read(
            &path,
            "download it again, or give another file",
            MedImages::new,
        )?;
        Ok(MedMnist { train, valid, test })
    }

    /// How many outputs a network for this data set needs: the number of classes or, if an image may show several findings, of
    /// labels.
    pub fn classes(&self) -> usize {
        match self.train.labels_each() {
            1 => {
                let labels = [&self.train, &self.valid, &self.test].map(MedImages::labels);
                let largest = labels.into_iter().flatten().max();
                largest.map_or(0, |&class| usize::from(class) + 1)
            }
            count => count,
        }
    }

    /// The official parts.
    pub fn split(self) -> Split<MedImages> {
        Split {
            train: Subset::whole(self.train),
            valid: Subset::whole(self.valid),
            test: Subset::whole(self.test),
        }
    }
}

/// The file of this name, or at this path.
fn find(name: &Path) -> Result<PathBuf> {
    if name.is_file() {
        return Ok(name.to_owned());
    }
    let mut file = name.as_os_str().to_owned();
    if name.extension().is_none() {
        file.push(".npz");
    }
    folders()
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
        .ok_or_else(|| missing(&PathBuf::from(file)))
}

fn missing(file: &Path) -> Error {
    let searched: Vec<String> = folders()
        .map(|folder| format!("{}: {}", folder.display(), contents(&folder)))
        .collect();
    let folder = match users_folder() {
        Some(folder) => folder.display().to_string(),
        None => format!("a folder, set {DATA_VARIABLE} to it"),
    };
    Error::Data(format!(
        "{}: there is no such file ({}). Download it from https://zenodo.org/records/10519652 to {folder}, or give its path. The 2D \
         data sets are {}; with _64, _128 or _224 after a name, images are larger",
        file.display(),
        searched.join("; "),
        NAMES.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::data::npy::npy;
    use std::io::Write;

    /// An npz file with the same arrays in each part.
    fn file(images: &[u8], labels: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::with_suffix(".npz").unwrap();
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for part in ["train", "val", "test"] {
            for (name, bytes) in [("images", images), ("labels", labels)] {
                let options = zip::write::SimpleFileOptions::default();
                archive
                    .start_file(format!("{part}_{name}.npy"), options)
                    .unwrap();
                archive.write_all(bytes).unwrap();
            }
        }
        file.write_all(&archive.finish().unwrap().into_inner())
            .unwrap();
        file
    }

    #[test]
    fn colours_and_classes_are_read() {
        // Two images of 1 x 2 pixels: red and green, then black and white.
        let pixels = [255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255];
        let images = npy("|u1", false, "(2, 1, 2, 3)", &pixels);
        let file = file(&images, &npy("|u1", false, "(2, 1)", &[7, 2]));
        let blood = MedMnist::load(file.path()).unwrap();
        assert_eq!(blood.classes(), 8);
        let (image, class) = blood.valid.get(0).unwrap();
        assert_eq!(image.dims(), [3, 1, 2]);
        let values: Vec<f32> = image.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(values, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(class.to_scalar::<u32>().unwrap(), 7);
        assert!(blood.test.get(2).is_err());
    }

    #[test]
    fn several_labels_an_image_become_ones_and_zeros() {
        let images = npy("|u1", false, "(2, 1, 2)", &[0, 255, 51, 0]);
        let file = file(&images, &npy("|u1", false, "(2, 3)", &[1, 0, 1, 0, 0, 0]));
        let chest = MedMnist::load(file.path()).unwrap();
        assert_eq!(chest.classes(), 3);
        assert!(format!("{chest:?}").contains("2 grey images of 1 x 2 pixels with 3 labels each"));
        let (scans, findings) = chest.split().train.first(2).unwrap();
        assert_eq!(scans.dims(), [2, 1, 1, 2]);
        assert_eq!(
            findings.to_vec2::<f32>().unwrap(),
            [[1.0, 0.0, 1.0], [0.0; 3]]
        );
    }

    #[test]
    fn other_files_are_refused_with_what_is_there() {
        let images = npy("|u1", false, "(1, 1, 2)", &[0, 1]);
        let volume = npy("|u1", false, "(1, 2, 1, 2)", &[0; 4]);
        for (images, labels, wanted) in [
            (
                &volume,
                npy("|u1", false, "(1, 1)", &[0]),
                "is [1, 2, 1, 2]",
            ),
            (
                &images,
                npy("|u1", false, "(1, 2)", &[0, 2]),
                "each of 2 labels is 0 or 1",
            ),
            (&images, npy("|i1", false, "(1, 1)", &[255]), "holds -1"),
            (
                &images,
                npy("|u1", false, "(2, 1)", &[0, 0]),
                "it should be (1, 1)",
            ),
        ] {
            let file = file(images, &labels);
            let message = MedMnist::load(file.path()).unwrap_err().to_string();
            assert!(message.contains(wanted), "{message}");
        }
        let message = MedMnist::load("bloodmnst").unwrap_err().to_string();
        assert!(
            message.starts_with("bloodmnst.npz: there is no such file"),
            "{message}"
        );
        assert!(message.contains("bloodmnist, breastmnist"), "{message}");
    }
}
