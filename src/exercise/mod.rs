//! Exercises: [`check`] an answer, ask for a [`hint`], look at the [`solution`], see your [`progress`].
//!
//! Plain functions, which work in every notebook front end. What they know of an exercise is written by
//! `eosin notebooks build` from the lessons' sources, and compiled into the crate; `docs/exercises.md` has the format.

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
