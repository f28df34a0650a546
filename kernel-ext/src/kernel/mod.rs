//! The notebook kernel: evcxr, Jupyter's protocol, and what lies between them.

mod answers;
mod cell;
mod cell_call;
mod completeness;
mod control;
mod cursor;
mod engine;
mod environment;
mod event;
mod exercise_check;
mod explanation;
mod front;
mod generated_code;
mod given_away;
mod history;
mod info;
mod iopub;
mod known;
mod launch;
mod output;
mod output_parser;
mod pytorch_names;
mod questions;
mod rustc_wrapper;
mod scratch;
mod server;
mod stand_in;
mod supervisor;
mod traceback;
mod wire;

pub use info::language_info;
pub use launch::{enter_role, run};
pub use stand_in::install as install_stand_ins;
pub use supervisor::ignore_interrupts;
