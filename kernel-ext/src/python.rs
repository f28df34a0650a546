//! The Python that runs JupyterLab: a private environment, or the active conda one when it has JupyterLab.

use crate::error::{At, Error, Result};
use crate::home::{Home, write_atomically};
use crate::progress::Progress;
use crate::source::hex;
use crate::toolchain::last_line;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exact versions of what the private environment holds.
const REQUIREMENTS: &str = include_str!("../python/requirements.txt");
/// A workshop needs no news, and no updates of what is pinned here.
const SETTINGS: &str = r#"{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}"#;
/// Written last; its content is the hash of the requirements that were installed.
const COMPLETE: &str = "eosin-complete";

/// Installs what a file requires into the environment `prefix`.
pub fn install(prefix: &Path, requirements: &Path, what: &str) -> Result<()> {
    let python = prefix.join("bin/python");
    let output = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(requirements)
        .output()
        .at(&python)?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Error::download(what, &told, last_line(&told)))
}

/// An environment with JupyterLab.
#[derive(Debug, Clone)]
pub struct Python {
    /// The environment's folder (`sys.prefix`).
    pub prefix: PathBuf,
}

impl Python {
    /// Installs packages beside JupyterLab, in versions that it can work with.
    pub fn add(&self, packages: &str, what: &str, offline: bool) -> Result<()> {
        let mark = self.prefix.join("added.txt");
        if fs::read_to_string(&mark).is_ok_and(|there| there == packages) {
            return Ok(());
        }
        if offline {
            return Err(Error::Offline(what.to_owned()));
        }
        println!("{what} ...");
        let wanted = self.prefix.join("wanted.txt");
        write_atomically(&wanted, format!("{REQUIREMENTS}{packages}").as_bytes())?;
        install(&self.prefix, &wanted, what)?;
        write_atomically(&mark, packages.as_bytes())
    }

    pub fn interpreter(&self) -> PathBuf {
        self.prefix.join("bin").join("python")
    }

    /// The environment that will be used, if it is complete.
    pub fn locate(home: &Home) -> Option<Self> {
        Self::conda().or_else(|| Self::private(home))
    }

    fn private(home: &Home) -> Option<Self> {
        let prefix = home.python();
        let whole = fs::read_to_string(prefix.join(COMPLETE))
            .is_ok_and(|hash| hash.trim() == requirements_hash());
        (whole && prefix.join("bin/python").exists()).then_some(Python { prefix })
    }

    fn conda() -> Option<Self> {
        let prefix = PathBuf::from(std::env::var_os("CONDA_PREFIX")?);
        prefix
            .join("bin/jupyter-lab")
            .is_file()
            .then_some(Python { prefix })
    }
}

fn requirements_hash() -> String {
    hex(&Sha256::digest(format!("{REQUIREMENTS}{SETTINGS}")))
}

/// The active conda environment, or the private one.
pub fn ensure(home: &Home, offline: bool) -> Result<Python> {
    match Python::conda() {
        Some(python) => Ok(python),
        None => ensure_private(home, Path::new("python3"), offline),
    }
}

/// Makes the private environment when there is none, or when its requirements have changed.
pub fn ensure_private(home: &Home, interpreter: &Path, offline: bool) -> Result<Python> {
    if let Some(python) = Python::private(home) {
        return Ok(python);
    }
    if offline {
        return Err(Error::Offline("installing JupyterLab".to_owned()));
    }
    let prefix = home.python();
    let outcome = create(&prefix, interpreter);
    if outcome.is_err() {
        // The next run could do nothing with half an environment.
        let _ = fs::remove_dir_all(&prefix);
    }
    outcome.map(|()| Python { prefix })
}

fn create(prefix: &Path, interpreter: &Path) -> Result<()> {
    if let Some(parent) = prefix.parent() {
        fs::create_dir_all(parent).at(parent)?;
    }
    let progress = Progress::start(
        "Installing JupyterLab in a private Python environment (once; about a minute)",
    );
    make_environment(prefix, interpreter)?;
    progress.step("environment");
    let requirements = prefix.join("requirements.txt");
    write_atomically(&requirements, REQUIREMENTS.as_bytes())?;
    install(prefix, &requirements, "installing JupyterLab")?;
    write_atomically(
        &prefix.join("share/jupyter/lab/settings/overrides.json"),
        SETTINGS.as_bytes(),
    )?;
    write_atomically(&prefix.join(COMPLETE), requirements_hash().as_bytes())?;
    progress.done();
    Ok(())
}

/// Makes an environment without packages, in the place of any that is there.
pub fn make_environment(prefix: &Path, interpreter: &Path) -> Result<()> {
    let fix = "install Python 3.10 or newer (Debian: `apt install python3 python3-venv`)";
    let named = interpreter.display().to_string();
    let output = Command::new(interpreter)
        .args(["-m", "venv", "--clear"])
        .arg(prefix)
        .output()
        .map_err(|_| Error::missing(&named, fix))?;
    if !output.status.success() {
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        if told.contains("ensurepip") {
            return Err(Error::missing(
                format!("{named}'s module `venv`"),
                "on Debian: `apt install python3-venv`",
            ));
        }
        return Err(Error::step(format!("{named} -m venv"), last_line(&told)));
    }
    Ok(())
}
