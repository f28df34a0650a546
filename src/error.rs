//! The one error type of the crate.

use std::path::PathBuf;

/// What went wrong, where, and what you can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An operation of candle rejected its input.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// A shape, range or setting is wrong; the message names the operation, what it got and the rule.
    #[error("{0}")]
    Invalid(String),
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    /// An image could not be decoded or encoded.
    #[error("{}: {reason}", path.display())]
    Image { path: PathBuf, reason: String },
    /// A data set was not found, is incomplete, or could not be downloaded; the message says what to do.
    #[error("{0}")]
    Data(String),
    /// A figure could not be drawn.
    #[error("plot: {0}")]
    Plot(String),
}

/// candle calls our operations, and passes their errors on.
impl From<Error> for candle_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Candle(error) => error,
            error => Self::wrap(error),
        }
    }
}

/// A result with the crate's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
