//! Exercises: [`check`](check()) an answer or [a function](check_function()), [`choose`](choose()) an option, ask for a
//! [`hint`](hint()), look at the [`solution`](solution()), see your [`progress`].
//!
//! These are plain functions, which work in every notebook front end. What they know about an exercise comes from the
//! lessons' sources: `eosin notebooks build` writes it down, and it is compiled into the crate. `docs/exercises.md`
//! describes the format.

mod answer;
mod card;
mod check;
mod check_function;
mod choose;
mod difference;
mod found;
mod grade;
mod hint;
mod lesson;
mod map;
mod pattern;
mod random_inputs;
mod record;
mod records;
mod schema;
mod solution;
mod state;
mod value;
mod verdict;

pub use answer::{Answer, Attempt, Computed, Given};
pub use card::Card;
pub use check::{check, not_attempted};
pub use check_function::check_function;
pub use choose::{choose, chosen};
#[doc(hidden)]
pub use grade::grade;
pub use hint::hint;
pub use map::progress;
pub use random_inputs::RandomInputs;
pub use solution::solution;
pub use value::Value;
pub use verdict::{Outcome, Verdict};
