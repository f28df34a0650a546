//! Where MNIST's four files lie, and what they are called.

use std::path::{Path, PathBuf};

/// The four files; compressed ones end with `.gz`.
pub const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
pub const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
pub const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
pub const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

/// The folders that are searched, within the one given: that folder itself, ours, and torchvision's.
pub const PLACES: [&str; 6] = ["", "mnist", "MNIST", "raw", "MNIST/raw", "mnist/raw"];

/// The first folder that holds one of the files.
pub fn locate(folder: &Path) -> Option<PathBuf> {
    PLACES
        .into_iter()
        .map(|place| match place {
            "" => folder.to_owned(),
            place => folder.join(place),
        })
        .find(|folder| {
            [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS]
                .iter()
                .any(|name| file(folder, name).is_some())
        })
}

/// A file under any of its names: with a dash, or a dot as in the original archive; plain or compressed; and in a folder of the
/// same name, as Kaggle packs it.
pub fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), name.replace("-idx", ".idx")]
        .into_iter()
        .flat_map(|name| [name.clone(), format!("{name}.gz")].map(|file| (name.clone(), file)))
        .flat_map(|(folder_name, file)| {
            [
                folder.join(&file),
                folder.join(&file).join(&file),
                folder.join(&folder_name).join(&file),
            ]
        })
        .find(|path| path.is_file())
}
