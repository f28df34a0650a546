//! Giving JupyterLab the buttons and marks of exercises.

use crate::error::{At, Result};
use crate::home::write_atomically;
use crate::python::Python;
use crate::source::{Source, collect_files};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the extension in a Python environment.
pub fn folder_in(python: &Python) -> PathBuf {
    shared(python).join("labextensions/eosin")
}

pub fn is_in(python: &Python) -> bool {
    folder_in(python).join("package.json").is_file()
}

fn shared(python: &Python) -> PathBuf {
    python.prefix.join("share/jupyter")
}

/// Copies the built extension to where JupyterLab looks, unless it is there already.
pub fn ensure(source: &Source, python: &Python) -> Result<()> {
    let (built, installed) = (source.labextension(), folder_in(python));
    let files = contents(&built)?;
    if installed.is_dir() && contents(&installed)? == files {
        return Ok(());
    }
    // JupyterLab must not find half an extension: it does not look in this folder, which is renamed when it is complete.
    let new = shared(python).join("eosin-labextension.new");
    if new.exists() {
        fs::remove_dir_all(&new).at(&new)?;
    }
    for (name, content) in &files {
        write_atomically(&new.join(name), content)?;
    }
    let folder = installed.parent().unwrap_or(&new);
    fs::create_dir_all(folder).at(folder)?;
    if installed.exists() {
        fs::remove_dir_all(&installed).at(&installed)?;
    }
    fs::rename(&new, &installed).at(&installed)
}

/// What is in the files of a folder, by their names within it.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = Vec::new();
    collect_files(folder, &mut files)?;
    let read = |path: PathBuf| {
        let content = fs::read(&path).at(&path)?;
        let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
        Ok((name, content))
    };
    files.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_becomes_what_was_built() {
        let (checkout, prefix) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let source = Source {
            folder: checkout.path().to_owned(),
        };
        let python = Python {
            prefix: prefix.path().to_owned(),
        };
        let built = source.labextension();
        fs::create_dir_all(built.join("static")).unwrap();
        for name in ["static/one.js", "static/two.js"] {
            fs::write(built.join("package.json"), name).unwrap();
            fs::write(built.join(name), name).unwrap();
            assert_eq!(is_in(&python), name == "static/two.js");
            ensure(&source, &python).unwrap();
            assert_eq!(
                contents(&folder_in(&python)).unwrap(),
                contents(&built).unwrap()
            );
            fs::remove_file(built.join(name)).unwrap();
        }
        let left = fs::read_dir(shared(&python)).unwrap().count();
        assert_eq!(left, 1, "something was left beside the extension");
    }
}
