//! The one way anything reaches the notebook.
//!
//! A value that can be looked at implements [`Show`]: it gives a [`Bundle`], its content by MIME type. [`display`] sends
//! it where this process runs: to the `eosin` kernel, to stock `evcxr_jupyter`, or as text to a terminal.

mod bundle;
mod hooks;
mod input;
pub mod interrupt;
mod live;
mod sink;
mod value;
mod variables;

pub use bundle::{Bundle, Show, escape_html};
#[doc(hidden)]
pub use hooks::{cell_failed, cell_returned};
pub use input::input;
pub use live::LiveDisplay;
pub(crate) use sink::{Listener, listener};
pub use sink::{clear_output, display, display_bundle, interruptible, show_result};
pub use value::{DisplayDebug, DisplayValue};
#[doc(hidden)]
pub use variables::{VariableStore, cell_panicked, create_variable_store};
