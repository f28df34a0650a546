//! What an attempt came to.

use super::schema::Pattern;
use super::value::Value;
use crate::Result;
use std::panic::{self, AssertUnwindSafe};

/// How the message of a panic by `todo!()` begins.
const TODO: &str = "not yet implemented";

/// What an attempt came to.
#[derive(Debug)]
pub enum Found {
    Value(Value),
    Error(String),
    Panic(String),
    Todo,
}

impl Found {
    /// Runs an attempt that may panic; only the verdict reports a panic.
    pub fn of(attempt: impl FnOnce() -> Result<Value>) -> Self {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let outcome = panic::catch_unwind(AssertUnwindSafe(attempt));
        panic::set_hook(usual);
        match outcome {
            Ok(Ok(value)) => Found::Value(value),
            Ok(Err(error)) => Found::Error(error.to_string()),
            Err(payload) => {
                let text = payload.downcast_ref::<String>().cloned();
                let text = text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
                match text.unwrap_or_default() {
                    text if text.starts_with(TODO) => Found::Todo,
                    text => Found::Panic(text),
                }
            }
        }
    }

    /// Whether this fits a pattern.
    pub fn fits(&self, pattern: &Pattern) -> bool {
        match self {
            Found::Value(value) => pattern.fits(value),
            Found::Error(message) | Found::Panic(message) => pattern.fits_error(message),
            Found::Todo => false,
        }
    }
}
