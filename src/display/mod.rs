//! The one way to show something in a notebook.
//!
//! A value that can be shown implements [`Show`]: it returns a [`Bundle`], its content by MIME type. [`display`] sends it to
//! whatever runs this process: the `eosin` kernel, stock `evcxr_jupyter`, or, as text, a terminal.

mod bundle;
mod hooks;
mod input;
pub mod interrupt;
mod live;
mod sink;
mod stdin;
mod value;
mod variables;

pub use bundle::{Bundle, Show, escape_html};
pub(crate) use hooks::tell_right;
#[doc(hidden)]
pub use hooks::{cell_failed, cell_returned};
pub use input::input;
pub use live::LiveDisplay;
pub(crate) use sink::{Listener, listener};
pub use sink::{clear_output, display, display_bundle, interruptible, show_result};
pub use value::{DisplayDebug, DisplayValue};
#[doc(hidden)]
pub use variables::{VariableStore, cell_panicked, create_variable_store};
