//! Downloading data sets from where they are published.

use super::folder::to_download;
pub use super::transfer::download;
use super::transfer::{checksum, get, refuse_other_checksum};
use super::{mnist, nuclei, pneumonia};
use crate::Result;
use md5::Md5;
use std::path::PathBuf;

/// The official address of BBBC038's training images (stage 1).
const NUCLEI_ADDRESS: &str = "https://data.broadinstitute.org/bbbc/BBBC038/stage1_train.zip";
/// PyTorch's mirror of MNIST; the original site no longer serves it to everyone.
const MNIST_ADDRESS: &str = "https://ossci-datasets.s3.amazonaws.com/mnist";
/// The SHA-256 of each of the four files.
const MNIST_SUMS: [(&str, &str); 4] = [
    (
        mnist::TRAIN_IMAGES,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    (
        mnist::TRAIN_LABELS,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    (
        mnist::TEST_IMAGES,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    (
        mnist::TEST_LABELS,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
];
/// MedMNIST v2's record on Zenodo, and the MD5 that its authors publish.
const PNEUMONIA_ADDRESS: &str = "https://zenodo.org/records/10519652/files/pneumoniamnist.npz";
const PNEUMONIA_MD5: &str = "28209eda62fecd6e6a2d98b1501bb15f";

/// Downloads the real nucleus images (80 MB) to the user's data folder, unless they are there. Returns the path of the zip file.
///
/// # Errors
/// When the network or the disk fails. What has arrived is kept, and the next call resumes from there.
pub fn nuclei() -> Result<PathBuf> {
    let target = to_download()?.join(format!("{}.zip", nuclei::NAME));
    // The publisher gives no checksum. But a zip file ends with its index, so one that opens is whole.
    get(NUCLEI_ADDRESS, &target, |zip| {
        nuclei::Nuclei::count(zip).map(|_| ())
    })?;
    Ok(target)
}

/// Downloads MNIST (12 MB) to the user's data folder, unless it is there. Returns the path of its folder.
///
/// # Errors
/// As [`nuclei`].
pub fn mnist() -> Result<PathBuf> {
    let folder = to_download()?.join(mnist::NAME);
    for (name, sha256) in MNIST_SUMS {
        let name = format!("{name}.gz");
        let address = format!("{MNIST_ADDRESS}/{name}");
        download(&address, &folder.join(name), Some(sha256))?;
    }
    Ok(folder)
}

/// Downloads PneumoniaMNIST (4 MB) to the user's data folder, unless this machine has it. Returns the path of the file.
///
/// A file that is there is not checked; a download must have the published checksum.
///
/// # Errors
/// As [`nuclei`].
pub fn pneumonia() -> Result<PathBuf> {
    if let Some(path) = pneumonia::find() {
        return Ok(path);
    }
    let target = to_download()?.join(pneumonia::NAME);
    get(PNEUMONIA_ADDRESS, &target, |file| {
        refuse_other_checksum("MD5", &checksum::<Md5>(file)?, PNEUMONIA_MD5)
    })?;
    Ok(target)
}
