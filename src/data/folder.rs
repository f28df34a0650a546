//! Where this machine has its data sets.

use crate::{Error, Result};
use std::path::PathBuf;

/// Names a folder in which data sets are looked for before the user's own.
pub const DATA_VARIABLE: &str = "EOSIN_DATA";

/// The folder that downloads land in.
pub fn users_folder() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("EOSIN_HOME") {
        return Some(PathBuf::from(home).join("data").join("datasets"));
    }
    dirs::data_dir().map(|folder| folder.join("eosin").join("datasets"))
}

/// Where data sets are looked for: in the folder that `EOSIN_DATA` names, then in the user's own.
pub(super) fn folders() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os(DATA_VARIABLE).map(PathBuf::from);
    named.into_iter().chain(users_folder())
}

/// The folder that downloads land in, or what to do without one.
pub(super) fn to_download() -> Result<PathBuf> {
    users_folder().ok_or_else(|| {
        Error::Data("there is no home folder to download to; set EOSIN_HOME".to_owned())
    })
}
