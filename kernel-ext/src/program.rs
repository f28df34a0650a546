//! Installing the kernel's program.

use crate::error::{At, Error, Result};
use crate::home::Home;
use std::fs;
use std::path::Path;

/// Copies this very program to where kernelspecs look for it.
pub fn install(home: &Home) -> Result<()> {
    let running = std::env::current_exe().at(Path::new("eosin"))?;
    let installed = home.kernel();
    let shims = || crate::kernel::install_shims(&installed).at(&installed);
    let same = |a: &Path, b: &Path| -> std::io::Result<bool> {
        let (a, b) = (fs::metadata(a)?, fs::metadata(b)?);
        // A copy keeps the time of its original, see below.
        Ok(a.len() == b.len() && a.modified()? == b.modified()?)
    };
    if running == installed || same(&running, &installed).unwrap_or(false) {
        return shims();
    }
    let folder = installed.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    let copy = tempfile::NamedTempFile::new_in(folder).at(folder)?;
    fs::copy(&running, copy.path()).at(&running)?;
    let modified = fs::metadata(&running)
        .and_then(|metadata| metadata.modified())
        .at(&running)?;
    copy.as_file().set_modified(modified).at(copy.path())?;
    copy.persist(&installed)
        .map_err(|error| Error::io(&installed, error.error))?;
    println!("Kernel installed.");
    shims()
}
