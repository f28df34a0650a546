//! The notebook kernel: evcxr, Jupyter's protocol, and what lies between them.

mod cell;
mod completeness;
mod control;
mod cursor;
mod engine;
mod event;
mod front;
mod history;
mod iopub;
mod launch;
mod output;
mod output_parser;
mod questions;
mod rustc_wrapper;
mod scratch;
mod server;
mod supervisor;
mod traceback;
mod wire;

pub use launch::{enter_role, run};
pub use supervisor::ignore_interrupts;
