//! Where data sets are on this machine.

use crate::{Error, Result};
use std::path::PathBuf;

/// The environment variable with a folder in which data sets are searched for before the user's data folder.
pub const DATA_VARIABLE: &str = "EOSIN_DATA";

/// The user's data folder, to which data sets are downloaded.
pub fn users_folder() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("EOSIN_HOME") {
        return Some(PathBuf::from(home).join("data").join("datasets"));
    }
    dirs::data_dir().map(|folder| folder.join("eosin").join("datasets"))
}

/// Where data sets are searched for: the folder that `EOSIN_DATA` names, then the user's data folder.
pub(super) fn folders() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os(DATA_VARIABLE).map(PathBuf::from);
    named.into_iter().chain(users_folder())
}

/// The folder to download to; without one, the error says what to do.
pub(super) fn to_download() -> Result<PathBuf> {
    users_folder().ok_or_else(|| {
        Error::Data("there is no home folder to download to; set EOSIN_HOME to a folder".to_owned())
    })
}
