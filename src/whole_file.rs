//! Files that are written whole or not at all.

use crate::{Error, Result};
use std::path::Path;
use tempfile::NamedTempFile;

/// Lets `write` fill a temporary file beside `path`, then renames it to `path`; creates folders that are missing.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut NamedTempFile) -> Result<()>,
) -> Result<()> {
    let failed = |source| Error::Io {
        path: path.to_owned(),
        source,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    // Only their owner can read temporary files; the result is as readable as any other new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut partial = builder.tempfile_in(folder).map_err(failed)?;
    write(&mut partial)?;
    partial.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;

    #[test]
    fn a_result_is_as_readable_as_any_new_file_and_a_failure_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/result");
        write_whole(&path, |file| {
            file.write_all(b"one").unwrap();
            Ok(())
        })
        .unwrap();
        let usual = folder.path().join("usual");
        fs::write(&usual, "").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions(),
            fs::metadata(&usual).unwrap().permissions()
        );
        write_whole(&path, |file| {
            file.write_all(b"half").unwrap();
            Err(Error::Plot("no".to_owned()))
        })
        .unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
