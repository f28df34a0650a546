//! Telling the learner at once whether an answer is right.

use super::answer::Attempt;
use super::card::Card;
use super::lesson::find;
use super::record::change;
use super::schema::Exercise;
use super::state::State;
use super::value::Value;
use crate::Result;
use crate::display::{Bundle, Show};
use std::panic::{self, AssertUnwindSafe};

const GREEN: &str = "#009e73";
const ORANGE: &str = "#d55e00";
const GREY: &str = "#6e6e6e";

/// How the message of a panic by `todo!()` begins.
const TODO: &str = "not yet implemented";

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Correct,
    Wrong,
    /// The starter's `todo!()` is still there.
    NotAttempted,
    /// There is no exercise with that id.
    Unknown,
}

/// The result of [`check`]. A notebook shows it if it is a cell's last expression.
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

/// Checks an answer to an exercise: a tensor, a number, `bool`, text, a vector, array or tuple of these, or a closure that
/// computes one. Says why the answer is right, what is different, or that it is still missing.
///
/// ```
/// use eosin::exercise::{Outcome, check};
/// use eosin::prelude::*;
/// let a = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
/// let verdict = check("tensors.matmul", || -> Result<Tensor> { todo!() });
/// assert_eq!(verdict.outcome, Outcome::NotAttempted);
/// let verdict = check("tensors.matmul", &a);
/// assert_eq!(verdict.outcome, Outcome::Wrong);
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn check<Kind>(id: &str, attempt: impl Attempt<Kind>) -> Verdict {
    let found = caught(|| attempt.attempt());
    match find(id) {
        Ok(exercise) => recorded(exercise, judge(exercise, found)),
        Err(message) => Verdict::new(Outcome::Unknown, "Unknown exercise", &message),
    }
}

/// The verdict on a missing answer. The kernel shows it when a check names a variable that does not exist yet, and the Check
/// button shows it when the answer is still `todo!()`.
#[doc(hidden)]
pub fn not_attempted(id: &str) -> Verdict {
    match find(id) {
        Ok(exercise) => judge(exercise, Found::Todo),
        Err(message) => Verdict::new(Outcome::Unknown, "Unknown exercise", &message),
    }
}

/// What an attempt came to.
#[derive(Debug)]
enum Found {
    Value(Value),
    Error(String),
    Panic(String),
    Todo,
}

/// Runs an attempt that may panic; only the verdict reports a panic.
fn caught(attempt: impl FnOnce() -> Result<Value>) -> Found {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(attempt));
    panic::set_hook(usual);
    match outcome {
        Ok(Ok(value)) => Found::Value(value),
        Ok(Err(error)) => Found::Error(error.to_string()),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().cloned();
            let text = text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
            match text.unwrap_or_default() {
                text if text.starts_with(TODO) => Found::Todo,
                text => Found::Panic(text),
            }
        }
    }
}

fn judge(exercise: &Exercise, found: Found) -> Verdict {
    let title = &exercise.title;
    let (difference, known) = match &found {
        Found::Todo => {
            return Verdict::new(
                Outcome::NotAttempted,
                &format!("Not attempted yet: {title}"),
                "In the cell above, write your answer in place of `todo!()`, run the cell, then check again.",
            );
        }
        Found::Value(value) if exercise.answer.fits(value) => {
            return Verdict::new(
                Outcome::Correct,
                &format!("Correct: {title}"),
                &exercise.why,
            );
        }
        Found::Value(value) => (
            exercise.answer.difference(value, &exercise.parts),
            exercise.wrong.iter().find(|wrong| wrong.answer.fits(value)),
        ),
        Found::Error(message) => (
            format!("Your code ended with an error: {message}"),
            exercise
                .wrong
                .iter()
                .find(|wrong| wrong.answer.fits_error(message)),
        ),
        Found::Panic(message) => (
            format!("Your code panicked: {message}"),
            exercise
                .wrong
                .iter()
                .find(|wrong| wrong.answer.fits_error(message)),
        ),
    };
    let said = match known {
        Some(wrong) => wrong.message.clone(),
        None => exercise.rule.clone(),
    };
    let id = &exercise.id;
    let mut verdict = Verdict::new(
        Outcome::Wrong,
        &format!("Not right yet: {title}"),
        &difference,
    );
    verdict.card = verdict.card.text(&said).text(&format!(
        "For a hint, run `hint(\"{id}\")` or press the button Hint if you see one."
    ));
    verdict
}

/// Keeps the outcome in the learner's file. An answer is right even if that fails.
fn recorded(exercise: &Exercise, verdict: Verdict) -> Verdict {
    if verdict.outcome == Outcome::NotAttempted {
        return verdict;
    }
    let solved = verdict.outcome == Outcome::Correct;
    let kept = change(&exercise.id, |record| {
        record.attempts += 1;
        record.solved |= solved;
    });
    let card = match kept {
        Ok(record) => (verdict.card).telling(&exercise.id, State::of(Some(&record))),
        Err(reason) => (verdict.card)
            .telling(
                &exercise.id,
                if solved { State::Solved } else { State::Tried },
            )
            .text(&format!("(Your progress could not be saved: {reason})")),
    };
    Verdict { card, ..verdict }
}

#[cfg(test)]
mod tests {
    use super::super::answer::Attempt;
    use super::*;
    use serde_json::json;

    fn exercise() -> Exercise {
        serde_json::from_value(json!({
            "id": "sums.one", "title": "Add one", "hints": ["h"], "solution": "s", "why": "The why.", "rule": "The rule.",
            "parts": [], "answer": { "value": 2 }, "starter": "", "check": "",
            "wrong": [
                { "name": "more", "code": "", "answer": { "value": 3 }, "message": "Too much." },
                { "name": "large", "code": "", "answer": { "error": "overflow" }, "message": "Too large." },
            ],
        }))
        .unwrap()
    }

    fn told<Kind>(attempt: impl Attempt<Kind>) -> (Outcome, String) {
        let verdict = judge(&exercise(), caught(|| attempt.attempt()));
        (verdict.outcome, verdict.plain().to_owned())
    }

    #[test]
    fn each_outcome_says_what_helps() {
        let (outcome, text) = told(2);
        assert_eq!(
            (outcome, text.as_str()),
            (Outcome::Correct, "✓ Correct: Add one\nThe why.")
        );
        let (outcome, text) = told(3.0);
        assert_eq!(outcome, Outcome::Wrong);
        assert!(
            text.contains("Too much.") && text.contains("hint(\"sums.one\")"),
            "{text}"
        );
        let (outcome, text) = told(5u8);
        assert_eq!(outcome, Outcome::Wrong);
        assert!(text.contains("Yours is 5.\nThe rule."), "{text}");
        assert!(!text.contains('2'), "the answer is told: {text}");
    }

    #[test]
    fn a_closures_panic_or_error_is_part_of_the_verdict() {
        assert_eq!(told(|| Ok(2)).0, Outcome::Correct);
        assert_eq!(told(|| -> Result<f32> { todo!() }).0, Outcome::NotAttempted);
        assert_eq!(
            told(|| -> Result<f32> { todo!("add {}", 1) }).0,
            Outcome::NotAttempted
        );
        let (outcome, text) = told(|| -> Result<f32> { panic!("at {}", 7) });
        assert!(
            outcome == Outcome::Wrong && text.contains("panicked: at 7"),
            "{text}"
        );
        let error = || Err(crate::Error::Invalid("an overflow".to_owned()));
        let (outcome, text) = told(|| -> Result<f32> { error() });
        assert!(
            outcome == Outcome::Wrong && text.contains("an overflow\nToo large."),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_exercise_is_told() {
        let verdict = check("tensors.newest", 1);
        assert_eq!(verdict.outcome, Outcome::Unknown);
        assert!(
            verdict.plain().contains("Did you mean `tensors.new`?"),
            "{verdict:?}"
        );
    }
}
