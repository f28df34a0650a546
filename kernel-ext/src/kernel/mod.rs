//! The notebook kernel: evcxr, Jupyter's protocol, and what connects them.

mod cache;
mod cell;
mod cell_call;
mod completeness;
mod completions;
mod control;
mod cursor;
mod engine;
mod environment;
mod event;
mod exercise_check;
mod explanation;
mod front;
mod generated_code;
mod history;
mod info;
mod iopub;
mod launch;
mod moved;
mod output;
mod output_parser;
mod prelude;
mod pytorch_names;
mod questions;
mod rustc_wrapper;
mod scratch;
mod server;
mod shim;
mod supervisor;
mod traceback;
mod variables;
mod wire;

pub use info::language_info;
pub use launch::{enter_role, run};
pub use shim::install as install_shims;
pub use supervisor::ignore_interrupts;
