//! Where things live on this machine.

use crate::error::{At, Error, Result};
pub use crate::plain_path::HOME_VARIABLE;
use crate::plain_path::{plain_folder, plain_path};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Names the folder of a class: what is installed there is shared, and all else is the user's own.
pub const SHARED_VARIABLE: &str = "EOSIN_SHARED";

/// Two folders: one for what was installed, one for what can be made again.
#[derive(Debug, Clone)]
pub struct Home {
    pub data: PathBuf,
    pub cache: PathBuf,
}

impl Home {
    /// What this user has, or shares with a class.
    pub fn from_environment() -> Result<Self> {
        let own = Self::own()?;
        let shared = std::env::var_os(SHARED_VARIABLE).filter(|folder| !folder.is_empty());
        Ok(match shared {
            Some(folder) => Home {
                data: folder.into(),
                ..own
            },
            None => own,
        })
    }

    /// What a class shares. Nobody runs kernels from its cache.
    pub fn of_class(folder: &Path) -> Self {
        Home {
            data: folder.to_owned(),
            cache: folder.join("cache"),
        }
    }

    fn own() -> Result<Self> {
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

    /// A lock on setting up: a second command must not clear away what a first one is still installing.
    pub fn set_up_alone(&self) -> Result<File> {
        fs::create_dir_all(&self.data).at(&self.data)?;
        let path = self.data.join("set-up.lock");
        let lock = File::create(&path).at(&path)?;
        if lock.try_lock().is_err() {
            println!("Another command is setting up; waiting for it.");
            lock.lock().at(&path)?;
        }
        Ok(lock)
    }
}

/// Who can bring up to date what is installed, and how.
pub fn how_to_set_up() -> &'static str {
    match std::env::var_os(SHARED_VARIABLE) {
        Some(_) => "ask your instructor to run `eosin class setup` again",
        None => "run `cargo lab --setup-only` once",
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
