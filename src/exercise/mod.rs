//! Exercises: [`check`] an answer, ask for a [`hint`], look at the [`solution`], see your [`progress`].
//!
//! These are plain functions, which work in every notebook front end. What they know about an exercise comes from the
//! lessons' sources: `eosin notebooks build` writes it down, and it is compiled into the crate. `docs/exercises.md`
//! describes the format.

mod answer;
mod card;
mod check;
mod difference;
mod hint;
mod lesson;
mod map;
mod pattern;
mod record;
mod schema;
mod solution;
mod state;
mod value;

pub use answer::{Answer, Attempt, Computed, Given};
pub use card::Card;
pub use check::{Outcome, Verdict, check, not_attempted};
pub use hint::hint;
pub use map::progress;
pub use solution::solution;
pub use value::Value;
