//! The one error type of this package: each message is a sentence for the person at the terminal.

use std::path::{Path, PathBuf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the workshop is not set up on this machine: run `cargo lab --setup-only` in its folder"
    )]
    NotSetUp,
    #[error("{}: not a Jupyter connection file: {reason}", path.display())]
    Connection { path: PathBuf, reason: String },
    #[error("the kernel cannot serve its sockets: {0}")]
    Wire(#[from] jupyter_zmq_client::RuntimeError),
    #[error("{program} was not found: {fix}")]
    Missing { program: String, fix: String },
    #[error("{what} failed: {reason}")]
    Step { what: String, reason: String },
    #[error("setting up needs {needed} GB of free disk space in {}, but only {free:.1} GB are left", path.display())]
    Disk {
        path: PathBuf,
        needed: u64,
        free: f64,
    },
    #[error("{what} failed: the network cannot be reached ({reason})")]
    Network { what: String, reason: String },
    #[error("{0} needs the network, but you asked for `--offline`")]
    Offline(String),
}

impl Error {
    pub fn io(path: &Path, source: std::io::Error) -> Self {
        Error::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub fn step(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Error::Step {
            what: what.into(),
            reason: reason.into(),
        }
    }

    /// For a step that downloads: the program's own words tell whether the network was the cause.
    pub fn download(what: &str, told: &str, reason: String) -> Self {
        const OFFLINE: [&str; 2] = ["--offline was specified", "offline mode"];
        const NETWORK: [&str; 8] = [
            "Could not resolve host",
            "Could not connect to server",
            "error sending request",
            "name resolution",
            "Network is unreachable",
            "timed out",
            // pip's two: the cause, and what it concludes when it may not try again.
            "NewConnectionError",
            "(from versions: none)",
        ];
        let tells = |signs: &[&str]| signs.iter().any(|sign| told.contains(sign));
        if tells(&OFFLINE) {
            return Error::Offline(what.to_owned());
        }
        if tells(&NETWORK) {
            return Error::Network {
                what: what.to_owned(),
                reason,
            };
        }
        Error::step(what, reason)
    }

    pub fn missing(program: impl Into<String>, fix: impl Into<String>) -> Self {
        Error::Missing {
            program: program.into(),
            fix: fix.into(),
        }
    }

    /// The process's exit code, by which scripts tell causes apart.
    pub fn exit_code(&self) -> i32 {
        match self {
            Error::Missing { .. } => 3,
            Error::Disk { .. } => 4,
            Error::Offline(_) => 5,
            Error::Network { .. } => 6,
            _ => 1,
        }
    }
}

/// Adds the path to an error of the file system.
pub trait At<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::io(path, source))
    }
}
