//! What is where in the folder of a class.

use crate::home::Home;
use crate::python::Python;
use std::path::{Path, PathBuf};

/// The folder of a class.
#[derive(Debug, Clone)]
pub struct ClassFolder {
    pub path: PathBuf,
}

impl ClassFolder {
    pub fn at(path: &Path) -> std::io::Result<Self> {
        let path = std::path::absolute(path)?;
        Ok(ClassFolder { path })
    }

    pub fn home(&self) -> Home {
        Home::of_class(&self.path)
    }

    pub fn toolchain(&self) -> PathBuf {
        self.path.join("rust")
    }

    /// The notebooks that learners get a copy of.
    pub fn notebooks(&self) -> PathBuf {
        self.path.join("notebooks")
    }

    pub fn data_sets(&self) -> PathBuf {
        self.path.join("datasets")
    }

    pub fn hub_settings(&self) -> PathBuf {
        self.path.join("jupyterhub_config.py")
    }

    pub fn python(&self) -> Python {
        Python {
            prefix: self.home().python(),
        }
    }
}
