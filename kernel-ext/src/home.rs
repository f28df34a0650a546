//! Where things live on this machine.

use crate::error::{At, Error, Result};
pub use crate::plain_path::HOME_VARIABLE;
use crate::plain_path::{plain_folder, plain_path};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The user's two folders: one for what was installed, one for what can be made again.
#[derive(Debug, Clone)]
pub struct Home {
    pub data: PathBuf,
    pub cache: PathBuf,
}

impl Home {
    pub fn from_environment() -> Result<Self> {
        if let Some(home) = std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty()) {
            let home = std::path::absolute(Path::new(&home)).at(Path::new(&home))?;
            return Ok(Home {
                data: plain_path(home.join("data"))?,
                cache: plain_folder(home.join("cache"))?,
            });
        }
        match (dirs::data_dir(), dirs::cache_dir()) {
            (Some(data), Some(cache)) => Ok(Home {
                data: plain_path(data.join("eosin"))?,
                cache: plain_folder(cache.join("eosin"))?,
            }),
            _ => Err(Error::missing(
                "your home folder",
                format!("set HOME, or {HOME_VARIABLE} to a folder of your own"),
            )),
        }
    }

    /// The kernel that kernelspecs name.
    pub fn kernel(&self) -> PathBuf {
        self.data.join("bin").join("eosin")
    }

    /// Folders in which kernels compile their cells.
    pub fn scratch(&self) -> PathBuf {
        self.cache.join("scratch")
    }

    /// cargo's target folder for the prebuilt crate; kept, so that a change of eosin does not compile candle again.
    pub fn build(&self) -> PathBuf {
        self.cache.join("build")
    }

    pub fn prebuilt(&self) -> PathBuf {
        self.data.join("prebuilt")
    }

    pub fn python(&self) -> PathBuf {
        self.data.join("python")
    }
}

/// Writes a file completely or not at all.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).at(folder)?;
    file.write_all(content).at(path)?;
    file.persist(path)
        .map_err(|error| Error::io(path, error.error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).at(path)?;
    }
    Ok(())
}
