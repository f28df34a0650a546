//! The folder in which one kernel compiles its cells: private, and removed when the kernel ends.

use crate::error::{Error, Result};
use crate::home::Home;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = "lock";
/// A folder this young may belong to a kernel that has not locked it yet.
const YOUNGEST_LEFTOVER: Duration = Duration::from_secs(600);

/// A scratch folder, locked for as long as this process lives.
pub struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Makes a new folder that only this user can read.
    pub fn create(home: &Home) -> Result<PathBuf> {
        let parent = home.scratch();
        fs::create_dir_all(&parent).map_err(|source| Error::io(&parent, source))?;
        remove_leftovers(&parent);
        let folder = tempfile::Builder::new()
            .prefix("kernel-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .map_err(|source| Error::io(&parent, source))?;
        Ok(folder.keep())
    }

    /// Takes over a folder that [`Scratch::create`] made.
    pub fn adopt(path: &Path) -> Result<Self> {
        let lock_path = path.join(LOCK);
        let lock = File::create(&lock_path).map_err(|source| Error::io(&lock_path, source))?;
        lock.lock()
            .map_err(|source| Error::io(&lock_path, source))?;
        Ok(Scratch {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A killed kernel cannot tidy up, so the next one does.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for folder in entries.flatten().map(|entry| entry.path()) {
        let lock = folder.join(LOCK);
        let unused = File::open(&lock).is_ok_and(|file| file.try_lock().is_ok());
        let old = fs::metadata(&folder)
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|time| time.elapsed().is_ok_and(|age| age > YOUNGEST_LEFTOVER));
        if (unused || !lock.exists()) && old {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}
