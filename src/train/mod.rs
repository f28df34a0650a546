//! The fit loop and what hangs on it.

mod callback;
mod history;

pub use callback::{Batch, Callback, Control, Plan};
pub use history::{Epoch, History};
