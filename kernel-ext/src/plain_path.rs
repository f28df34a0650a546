//! Another name for a folder whose own name has characters that tools stumble over.
//!
//! evcxr cuts paths at spaces, linkers at colons, and scripts at quotes. A home folder such as `Jane Doe` has them, so there
//! the workshop uses a link to it, which everything accepts.

use crate::error::{At, Error, Result};
use crate::source::hex;
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

/// Moves all that is installed below one place: for tests, for a class on a shared disk, and where a home's name is the trouble.
pub const HOME_VARIABLE: &str = "EOSIN_HOME";

/// Where the links are: everybody may write here, and only owners can remove what is theirs.
const LINKS: &str = "/var/tmp";

/// The path itself if all tools accept it, otherwise a link to it that is always the same.
pub fn plain_path(path: PathBuf) -> Result<PathBuf> {
    if is_plain(&path) {
        return Ok(path);
    }
    fs::create_dir_all(&path).at(&path)?;
    let link = plain_name(&path);
    // Two programs may make it at the same moment, so what counts is what is there afterwards.
    let _ = symlink(&path, &link);
    let owner = |metadata: fs::Metadata| metadata.uid() == nix::unistd::geteuid().as_raw();
    let is_ours = fs::symlink_metadata(&link).is_ok_and(owner)
        && fs::read_link(&link).is_ok_and(|target| target == path);
    if is_ours {
        return Ok(link);
    }
    Err(Error::step(
        "finding a home without special characters",
        format!(
            "{} must be your own link to {}. Remove it, or set {} to a folder whose name has only letters and digits.",
            link.display(),
            path.display(),
            HOME_VARIABLE
        ),
    ))
}

/// The same for a folder in which programs run: they see where a link leads. So it is a folder beside the links, for what can be
/// made again.
pub fn plain_folder(path: PathBuf) -> Result<PathBuf> {
    if is_plain(&path) {
        return Ok(path);
    }
    folder_of_own(&path)
}

/// A folder with a short name that stands for this path, and that only this user can read.
pub fn folder_of_own(path: &Path) -> Result<PathBuf> {
    let folder = plain_name(path);
    let _ = fs::DirBuilder::new().mode(0o700).create(&folder);
    let user = nix::unistd::geteuid().as_raw();
    match fs::symlink_metadata(&folder) {
        Ok(there) if there.is_dir() && there.uid() == user => Ok(folder),
        _ => Err(Error::step(
            "finding a home without special characters",
            format!(
                "{} must be a folder of your own. Remove it.",
                folder.display()
            ),
        )),
    }
}

/// What stands for a path, always the same.
fn plain_name(path: &Path) -> PathBuf {
    let digest = hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
    Path::new(LINKS).join(format!("eosin-{}", &digest[..16]))
}

/// Whether all tools accept a path.
pub fn is_plain(path: &Path) -> bool {
    path.to_str().is_some_and(|text| {
        text.chars()
            .all(|character| character.is_alphanumeric() || "/._-+@~".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_awkward_names_get_a_link_and_it_leads_to_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["Zo\u{eb}", "jane.doe-2"] {
            let path = folder.path().join(name);
            assert_eq!(plain_path(path.clone()).unwrap(), path);
        }
        for name in ["Jane Doe", "Bio, 2026", "a:b", "it's", "say \"hi\"", "a$b"] {
            let path = folder.path().join(name);
            let link = plain_path(path.clone()).unwrap();
            assert!(is_plain(&link));
            assert_eq!(fs::read_link(&link).unwrap(), path);
            assert_eq!(plain_path(path).unwrap(), link);
            fs::remove_file(link).unwrap();
        }
    }
}
