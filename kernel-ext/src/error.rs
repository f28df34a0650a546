use std::path::{Path, PathBuf};
pub type Result<T> = std::result::Result<T, Error>;
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
    #[error("{}: not a connection file: {reason}", path.display())]
    Connection { path: PathBuf, reason: String },
    #[error("the kernel's sockets: {0}")]
    Wire(String),
}
impl Error {
    pub fn io(path: &Path, source: std::io::Error) -> Self {
        Error::Io {
            path: path.to_owned(),
            source,
        }
    }
    pub fn wire(error: jupyter_zmq_client::RuntimeError) -> Self {
        Error::Wire(error.to_string())
    }
}
