//! What a check says, and how it is kept.

use super::card::Card;
use super::record::change;
use super::schema::{Exercise, Wrong};
use super::state::State;
use crate::Result;
use crate::display::{Bundle, Show};

const GREEN: &str = "#009e73";
const ORANGE: &str = "#d55e00";
const GREY: &str = "#6e6e6e";

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Correct,
    Wrong,
    /// The starter's `todo!()` is still there, or the `?` of a question.
    NotAttempted,
    /// There is no exercise with that id, or it is not checked this way.
    Unknown,
}

/// The result of [`check`](super::check), [`check_function`](super::check_function()) and [`choose`](super::choose()). A
/// notebook shows it if it is a cell's last expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    card: Card,
}

impl Verdict {
    fn new(outcome: Outcome, title: &str, text: &str) -> Self {
        let (mark, colour) = match outcome {
            Outcome::Correct => ("✓", GREEN),
            Outcome::Wrong => ("✗", ORANGE),
            Outcome::NotAttempted | Outcome::Unknown => ("○", GREY),
        };
        Verdict {
            outcome,
            card: Card::new(mark, title, colour).text(text),
        }
    }

    pub(super) fn correct(exercise: &Exercise) -> Self {
        let title = format!("Correct: {}", exercise.title);
        Verdict::new(Outcome::Correct, &title, &exercise.why)
    }

    /// `difference` is what the answer is like, `known` the typical wrong answer that it is.
    pub(super) fn wrong(exercise: &Exercise, difference: &str, known: Option<&Wrong>) -> Self {
        let title = format!("Not right yet: {}", exercise.title);
        let said = known.map_or(&exercise.rule, |wrong| &wrong.message);
        let id = &exercise.id;
        let mut verdict = Verdict::new(Outcome::Wrong, &title, difference);
        verdict.card = verdict.card.text(said).text(&format!(
            "For a hint, run `hint(\"{id}\")` or press the button Hint if you see one."
        ));
        verdict
    }

    pub(super) fn not_attempted(exercise: &Exercise, text: &str) -> Self {
        let title = format!("Not attempted yet: {}", exercise.title);
        Verdict::new(Outcome::NotAttempted, &title, text)
    }

    pub(super) fn unknown(text: &str) -> Self {
        Verdict::new(Outcome::Unknown, "Unknown exercise", text)
    }

    /// The check itself cannot judge an answer.
    pub(super) fn unusable(exercise: &Exercise, text: &str) -> Self {
        let title = format!("This check does not work: {}", exercise.title);
        Verdict::new(Outcome::Unknown, &title, text)
    }

    /// Keeps the outcome in the learner's file. An answer is right even if that fails.
    pub(super) fn recorded(self, exercise: &Exercise) -> Self {
        let solved = match self.outcome {
            Outcome::Correct => true,
            Outcome::Wrong => false,
            Outcome::NotAttempted | Outcome::Unknown => return self,
        };
        let kept = change(&exercise.id, |record| {
            record.attempts += usize::from(!record.solved);
            record.solved |= solved;
        });
        let card = match kept {
            Ok(record) => (self.card).telling(&exercise.id, State::of(Some(&record))),
            Err(reason) => (self.card)
                .telling(
                    &exercise.id,
                    if solved { State::Solved } else { State::Tried },
                )
                .text(&format!("(Your progress could not be saved: {reason})")),
        };
        Verdict { card, ..self }
    }

    /// What it says.
    pub fn plain(&self) -> &str {
        self.card.plain()
    }

    /// Shows the verdict as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        self.card.evcxr_display();
    }
}

impl Show for Verdict {
    fn bundle(&self) -> Result<Bundle> {
        self.card.bundle()
    }
}
