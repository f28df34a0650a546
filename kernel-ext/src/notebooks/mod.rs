//! `eosin notebooks`: the Markdown source of a lesson becomes the notebook that learners open, the one with the solutions,
//! and what the crate knows about its exercises. `docs/exercises.md` describes the format.

mod choice;
mod command;
mod course;
mod description;
mod exercise;
mod lesson;
mod manifest;
mod markdown;
mod mistake;
mod new;
pub mod notebook;
mod outputs;
mod page;
// The crate `eosin` reads what is written here; this package does not depend on it.
#[path = "../../../src/exercise/schema.rs"]
pub mod schema;
mod site;
mod syntax;

pub use command::{Options, run};
