//! Who can read and change files.

use crate::error::{At, Result};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const ALL_MAY_READ: u32 = 0o444;
const ALL_MAY_ENTER: u32 = 0o111;
const OTHERS_MAY_ENTER: u32 = 0o001;
const OTHERS_MAY_READ: u32 = 0o004;
const OTHERS_MAY_WRITE: u32 = 0o022;
/// In such a folder everybody may write, and only owners can remove what is theirs.
const STICKY: u32 = 0o1000;

/// Why others cannot rely on what is or will be at `path`: a folder on the way that keeps them out, or lets them exchange it.
pub fn obstacle(path: &Path) -> Result<Option<String>> {
    for folder in path.ancestors().skip(1).filter(|folder| folder.exists()) {
        let mode = mode(folder)?;
        if mode & OTHERS_MAY_ENTER == 0 {
            return Ok(Some(format!("{} is closed to others", folder.display())));
        }
        if mode & OTHERS_MAY_WRITE != 0 && mode & STICKY == 0 {
            return Ok(Some(format!("others may write in {}", folder.display())));
        }
    }
    Ok(None)
}

/// Whether every user can read this file.
pub fn is_readable_by_all(path: &Path) -> Result<bool> {
    let path = fs::canonicalize(path).at(path)?;
    Ok(mode(&path)? & OTHERS_MAY_READ != 0 && obstacle(&path)?.is_none())
}

/// Lets everybody read a folder and all that is in it, and nobody but its owner change it.
pub fn make_read_only(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).at(path)?.is_symlink() {
        return Ok(());
    }
    let before = mode(path)?;
    let enter = match before & ALL_MAY_ENTER {
        0 => 0,
        _ => ALL_MAY_ENTER,
    };
    let after = (before | ALL_MAY_READ | enter) & !OTHERS_MAY_WRITE;
    if after != before {
        fs::set_permissions(path, Permissions::from_mode(after)).at(path)?;
    }
    if path.is_dir() {
        let entries: Vec<PathBuf> = fs::read_dir(path)
            .at(path)?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        return entries.iter().try_for_each(|entry| make_read_only(entry));
    }
    Ok(())
}

fn mode(path: &Path) -> Result<u32> {
    Ok(fs::metadata(path).at(path)?.permissions().mode() & 0o7777)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_can_be_read_by_all_and_changed_by_none() {
        let folder = tempfile::tempdir().unwrap();
        let within = folder.path().join("within");
        fs::create_dir(&within).unwrap();
        for (name, mode) in [("secret", 0o600), ("open", 0o666), ("program", 0o700)] {
            fs::write(within.join(name), "").unwrap();
            fs::set_permissions(within.join(name), Permissions::from_mode(mode)).unwrap();
        }
        fs::set_permissions(&within, Permissions::from_mode(0o777)).unwrap();
        assert!(obstacle(&within.join("open")).unwrap().is_some());
        assert!(!is_readable_by_all(&within.join("open")).unwrap());
        make_read_only(folder.path()).unwrap();
        for (name, wanted) in [("secret", 0o644), ("open", 0o644), ("program", 0o755)] {
            assert_eq!(mode(&within.join(name)).unwrap(), wanted);
            assert!(is_readable_by_all(&within.join(name)).unwrap());
        }
        assert_eq!(mode(&within).unwrap(), 0o755);
    }
}
